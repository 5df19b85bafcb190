"""What parties answer and read: answers to a supplement, the first reading of a result, who opened a dossier.

Nullable columns and a new table; nothing that exists is rewritten.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0014_stated_numbers")]

    operations = [
        migrations.AddField(
            "supplementrequest",
            "answers",
            models.JSONField(null=True, help_text="the party's words, one text for each item; empty if none"),
        ),
        migrations.AddField(
            "dossierresult",
            "read_at",
            models.DateTimeField(null=True, help_text="when a party first opened it on the portal"),
        ),
        migrations.CreateModel(
            name="DossierReading",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "dossier_id", "official_id", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("dossier_id", models.UUIDField()),
                ("official_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
                ("agency_id", models.BigIntegerField()),
                ("post", models.CharField(blank=True, max_length=150)),
                ("role", models.CharField(max_length=20)),
                (
                    "step",
                    models.CharField(
                        blank=True, help_text="open with the reader then; empty: none", max_length=40
                    ),
                ),
            ],
            options={"indexes": [BrinIndex(fields=["day"], name="dossier_reading_by_day")]},
        ),
    ]
