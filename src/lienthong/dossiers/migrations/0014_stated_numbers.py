"""Who hands in online: the number that a person without an account states, and who signs together.

Safe on a live table: a column with a constant default rewrites nothing, and the check of the roles grows, so it is
added without a scan and proven after.
"""

from django.db import migrations, models

TABLE, CHECK = "dossiers_dossierparty", "dossier_party_role_known"
ALLOW = f"""
ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {CHECK};
ALTER TABLE {TABLE} ADD CONSTRAINT {CHECK} CHECK (role IN ('applicant', 'representative', 'co-signer')) NOT VALID;
"""
PROVE = f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT {CHECK}"
ROLES = ["applicant", "representative", "co-signer"]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("dossiers", "0013_quality_cells")]

    operations = [
        migrations.AddField(
            "dossierparty",
            "stated_number",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="what an unproven person says it is",
                max_length=14,
            ),
        ),
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(ALLOW, migrations.RunSQL.noop),
                migrations.RunSQL(PROVE, migrations.RunSQL.noop),
            ],
            [
                migrations.RemoveConstraint("dossierparty", CHECK),
                migrations.AddConstraint(
                    "dossierparty",
                    models.CheckConstraint(condition=models.Q(role__in=ROLES), name=CHECK),
                ),
            ],
        ),
    ]
