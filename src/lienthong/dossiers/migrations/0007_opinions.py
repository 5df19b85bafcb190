"""Opinions of other bodies: a table of its own beside the tasks; nothing that exists is touched."""

import django.db.models.deletion
from django.db import migrations, models

CASCADE, PROTECT = django.db.models.deletion.CASCADE, django.db.models.deletion.PROTECT
VERDICTS = ["", "agrees", "disagrees", "conditional"]


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0001_initial"),
        ("dossiers", "0006_fewer_indexes"),
        ("kernel", "0002_composed_blobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Opinion",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=CASCADE,
                        primary_key=True,
                        related_name="opinion",
                        serialize=False,
                        to="dossiers.dossiertask",
                    ),
                ),
                ("verdict", models.CharField(blank=True, max_length=12)),
                ("question_file_name", models.CharField(blank=True, max_length=200)),
                ("answer_file_name", models.CharField(blank=True, max_length=200)),
                (
                    "answer_file",
                    models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to="kernel.blob"),
                ),
                (
                    "asked_by",
                    models.ForeignKey(on_delete=PROTECT, related_name="+", to="directory.official"),
                ),
                (
                    "at_step",
                    models.ForeignKey(
                        on_delete=CASCADE, related_name="opinions", to="dossiers.dossiertask"
                    ),
                ),
                (
                    "question_file",
                    models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to="kernel.blob"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", VERDICTS)), name="opinion_verdict_known"
                    )
                ],
            },
        ),
    ]
