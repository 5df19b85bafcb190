"""Lists and searches begin with the agency; foreign keys lose the index that another begins with (ADR 0060).

Built and dropped concurrently, so that nobody waits on tables of millions of rows. The trigger is there before the
guests of the past are gathered, so that none is missed while an older program still works.
"""

import django.db.models.deletion
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, BtreeGinExtension, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q

CASCADE, PROTECT = django.db.models.deletion.CASCADE, django.db.models.deletion.PROTECT


GUESTS = """
CREATE FUNCTION dossier_note_guests() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dossiers_dossierguest (agency_id, dossier_id)
    SELECT DISTINCT task.agency_id, task.dossier_id
    FROM opened task JOIN dossiers_dossier dossier ON dossier.id = task.dossier_id
    WHERE dossier.agency_id <> task.agency_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER dossier_note_guests AFTER INSERT ON dossiers_dossiertask
    REFERENCING NEW TABLE AS opened FOR EACH STATEMENT EXECUTE FUNCTION dossier_note_guests()
"""
NO_GUESTS = "DROP TRIGGER dossier_note_guests ON dossiers_dossiertask; DROP FUNCTION dossier_note_guests()"
PAST_GUESTS = """
INSERT INTO dossiers_dossierguest (agency_id, dossier_id)
SELECT DISTINCT task.agency_id, task.dossier_id
FROM dossiers_dossiertask task JOIN dossiers_dossier dossier ON dossier.id = task.dossier_id
WHERE dossier.agency_id <> task.agency_id
ON CONFLICT DO NOTHING
"""


def without_index(model, name, index, *, to, on_delete=PROTECT, related_name="+", null=False, like=False):
    """The column's own index is dropped; a key of text has a second one, for patterns."""
    table, column = f"dossiers_{model}", f"{name}_id"
    drops = [
        migrations.RunSQL(
            f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {table} ({column})",
        )
    ]
    if like:
        drops.append(
            migrations.RunSQL(
                f"DROP INDEX CONCURRENTLY IF EXISTS {index}_like",
                f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {index}_like ON {table} ({column} varchar_pattern_ops)",
            )
        )
    field = models.ForeignKey(db_index=False, null=null, on_delete=on_delete, related_name=related_name, to=to)
    return migrations.SeparateDatabaseAndState(
        database_operations=drops, state_operations=[migrations.AlterField(model, name, field)]
    )


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("dossiers", "0005_national_sync")]

    operations = [
        BtreeGinExtension(),
        migrations.CreateModel(
            name="DossierGuest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency", models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="directory.agency")),
                ("dossier", models.ForeignKey(on_delete=CASCADE, related_name="guests", to="dossiers.dossier")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("agency", "dossier"), name="dossier_guest_once")]
            },
        ),
        migrations.RunSQL(GUESTS, NO_GUESTS),
        migrations.RunSQL(PAST_GUESTS, migrations.RunSQL.noop),
        AddIndexConcurrently(
            "dossier", models.Index(fields=["agency", "state", "-id"], name="dossier_of_state")
        ),
        AddIndexConcurrently(
            "dossier",
            GinIndex(F("agency"), OpClass(F("search_text"), "gin_trgm_ops"), name="dossier_agency_search"),
        ),
        RemoveIndexConcurrently("dossier", "dossier_search"),
        AddIndexConcurrently(
            "dossierpaper",
            models.Index(fields=["held"], condition=Q(held__isnull=False), name="dossier_paper_with_file"),
        ),
        AddIndexConcurrently(
            "dossierpaper",
            models.Index(fields=["supplement"], condition=Q(supplement__isnull=False), name="dossier_paper_supplied"),
        ),
        AddIndexConcurrently(
            "slip", models.Index(fields=["blob"], condition=Q(blob__isnull=False), name="slip_drawn")
        ),
        without_index("dossier", "agency", "dossiers_dossier_agency_id_966dcf7a", to="directory.agency"),
        without_index("dossier", "applicant", "dossiers_dossier_applicant_id_3ba18564", to="identity.party"),
        without_index(
            "dossiertask", "dossier", "dossiers_dossiertask_dossier_id_0d0837b4",
            to="dossiers.dossier", on_delete=CASCADE, related_name="tasks",
        ),
        without_index("dossiertask", "agency", "dossiers_dossiertask_agency_id_a390b383", to="directory.agency"),
        without_index(
            "dossiertask", "division", "dossiers_dossiertask_division_id_538119e5", to="directory.division", null=True
        ),
        without_index(
            "dossiertask", "assignee", "dossiers_dossiertask_assignee_id_54c29380", to="directory.official", null=True
        ),
        without_index(
            "dossierparty", "dossier", "dossiers_dossierparty_dossier_id_4a7507f9",
            to="dossiers.dossier", on_delete=CASCADE, related_name="parties",
        ),
        without_index(
            "dossierpaper", "dossier", "dossiers_dossierpaper_dossier_id_6124b9d0",
            to="dossiers.dossier", on_delete=CASCADE, related_name="papers",
        ),
        without_index(
            "dossierpaper", "held", "dossiers_dossierpaper_held_id_d2756787", to="dossiers.helddocument", null=True
        ),
        without_index(
            "dossierpaper", "supplement", "dossiers_dossierpaper_supplement_id_fab4efc7",
            to="dossiers.supplementrequest", related_name="papers", null=True,
        ),
        without_index("helddocument", "party", "dossiers_helddocument_party_id_b10834e2", to="identity.party"),
        without_index(
            "slip", "dossier", "dossiers_slip_dossier_id_f78ce3dc",
            to="dossiers.dossier", on_delete=CASCADE, related_name="slips",
        ),
        without_index(
            "slip", "blob", "dossiers_slip_blob_id_1b45b62b", to="kernel.blob", null=True, like=True
        ),
        without_index(
            "dossierresult", "dossier", "dossiers_dossierresult_dossier_id_4e47badf",
            to="dossiers.dossier", on_delete=CASCADE, related_name="results",
        ),
    ]
