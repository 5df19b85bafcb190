"""What was read of an uploaded draft for the check of its form, and its Word file; new tables only."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("documents", "0001_initial"),
        ("kernel", "0001_initial"),
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
        migrations.CreateModel(
            name="DraftSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(choices=[("WAITING", "Waits to be converted"), ("CONVERTED", "Converted to PDF"), ("FAILED", "Not converted")], default="WAITING", max_length=10)),
                ("problem", models.CharField(blank=True, help_text="the code of a refusal of converting", max_length=30)),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("blob", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.blob")),
                ("document", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="source", to="documents.officialdocument")),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(models.Q(("ended_at", None), ("problem", ""), ("state", "WAITING")), models.Q(("ended_at__isnull", False), ("problem", ""), ("state", "CONVERTED")), models.Q(("ended_at__isnull", False), ("state", "FAILED"), models.Q(("problem", ""), _negated=True)), _connector="OR"), name="draft_source_end_is_said")],
            },
        ),
    ]
