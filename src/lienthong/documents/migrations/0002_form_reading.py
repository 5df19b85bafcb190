"""What was read of an uploaded draft for the check of its form; a new table only."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("documents", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sheet", models.JSONField(help_text="form_check.sheet.Sheet", null=True)),
                ("read_at", models.DateTimeField()),
                ("document", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="form_reading", to="documents.officialdocument")),
            ],
        ),
    ]
