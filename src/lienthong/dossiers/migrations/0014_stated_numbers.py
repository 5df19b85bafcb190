"""The number that an applicant without an account states: a column with a constant default, nothing rewritten."""

from django.db import migrations, models


class Migration(migrations.Migration):
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
    ]
