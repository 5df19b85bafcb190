"""What a ticket is about, the general queue, and calls to applicants.

Both columns have a constant default, so no row is rewritten; the unique index is on queues, a handful an agency.
"""

import django.db.models.deletion
from django.db import migrations, models

TO_AGENCY = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": "directory.agency"}
TO_OFFICIAL = {**TO_AGENCY, "to": "directory.official"}


class Migration(migrations.Migration):

    dependencies = [
        ("directory", "0001_initial"),
        ("dossiers", "0010_across"),
    ]

    operations = [
        migrations.AddField("queue", "general", models.BooleanField(db_default=False, default=False)),
        migrations.AddField(
            "ticket", "about", models.CharField(blank=True, db_default="", default="", max_length=500)
        ),
        migrations.AddConstraint(
            "queue",
            models.UniqueConstraint(
                condition=models.Q(("general", True)), fields=("agency",), name="queue_one_is_general"
            ),
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("subject_id", models.UUIDField()),
                ("reached", models.BooleanField()),
                ("tries", models.PositiveSmallIntegerField(default=1)),
                ("called_at", models.DateTimeField()),
                ("agency", models.ForeignKey(**TO_AGENCY)),
                ("called_by", models.ForeignKey(**TO_OFFICIAL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("subject_id", "kind"), name="reminder_once"),
                    models.CheckConstraint(
                        condition=models.Q(kind__in=["appointment", "supplement"]), name="reminder_kind_known"
                    ),
                    models.CheckConstraint(condition=models.Q(tries__gte=1), name="reminder_was_made"),
                ],
            },
        ),
    ]
