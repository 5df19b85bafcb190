"""The whole life of a document: packets that change an earlier one, requests, and the states they lead to.

Safe on live tables of millions of rows: columns come with constant defaults, indexes are built concurrently,
and constraints are validated without a lock that stops writers; so it does not run in one transaction.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

import lienthong.kernel.identifiers

KINDS = [("take-back", "Take-back"), ("revoke", "Revocation"), ("update", "Update"), ("replace", "Replacement")]
CHANGE_STATES = [
    ("pending", "Waits for the receiver's answer"),
    ("accepted", "Accepted"),
    ("refused", "Refused"),
    ("lapsed", "Lapsed"),
]
STATES = [
    ("00", "Not yet collected"),
    ("01", "Arrived"),
    ("02", "Returned"),
    ("03", "Registered"),
    ("04", "Assigned"),
    ("05", "In progress"),
    ("06", "Finished"),
    ("15", "Request accepted"),
    ("16", "Request refused"),
    ("WD", "Withdrawn"),
]


def checked(model, name, condition):
    """A check that is added without looking at the rows there, then validated while they are in use."""
    constraint = models.CheckConstraint(condition=condition, name=name)
    return [
        AddConstraintNotValid(model_name=model, constraint=constraint),
        ValidateConstraint(model_name=model, name=name),
    ]


def unique_concurrently(name, fields, condition, columns, where):
    """A conditional unique constraint of packets, which in PostgreSQL is an index."""
    constraint = models.UniqueConstraint(fields=fields, name=name, condition=condition)
    build = f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {name} ON axis_packet ({columns}) WHERE {where}"
    return migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunSQL(build, f"DROP INDEX CONCURRENTLY IF EXISTS {name}")],
        state_operations=[migrations.AddConstraint(model_name="packet", constraint=constraint)],
    )


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("axis", "0002_receiving"),
        ("directory", "0001_initial"),
        ("kernel", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="packet",
            name="about",
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="axis.packet"),
        ),
        migrations.AddField(
            model_name="packet",
            name="sequence",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        unique_concurrently(
            "packet_document_once",
            ("sender", "document_id"),
            Q(business__in=[0, 3]),
            "sender_id, document_id",
            "business IN (0, 3)",
        ),
        unique_concurrently(
            "packet_change_in_order",
            ("about", "sequence"),
            Q(about__isnull=False),
            "about_id, sequence",
            "about_id IS NOT NULL",
        ),
        migrations.RemoveConstraint(model_name="packet", name="packet_sent_once"),
        *checked(
            "packet",
            "packet_change_names_document",
            Q(about=None, sequence=0, business=0) | Q(about__isnull=False, sequence__gt=0) & ~Q(business=0),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(choices=STATES, default="00", max_length=2),
        ),
        migrations.RemoveConstraint(model_name="delivery", name="delivery_state_known"),
        *checked("delivery", "delivery_state_known", Q(state__in=[value for value, _label in STATES])),
        *checked("statusevent", "status_declined_has_reason", ~Q(code="16") | ~Q(description="")),
        migrations.CreateModel(
            name="ChangeRequest",
            fields=[
                ("id", models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=KINDS, max_length=10)),
                ("sequence", models.SmallIntegerField()),
                ("state", models.CharField(choices=CHANGE_STATES, default="pending", max_length=10)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("asking", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="axis.delivery")),
                ("delivery", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="requests", to="axis.delivery")),
                ("recipient", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency")),
            ],
            options={
                "indexes": [models.Index(condition=Q(state="pending"), fields=["recipient", "id"], name="change_waiting")],
                "constraints": [
                    models.UniqueConstraint(condition=Q(state="pending"), fields=("delivery",), name="change_one_pending"),
                    models.UniqueConstraint(fields=("delivery", "sequence"), name="change_in_order"),
                    models.CheckConstraint(condition=Q(kind__in=[value for value, _label in KINDS]), name="change_kind_known"),
                    models.CheckConstraint(condition=Q(state__in=[value for value, _label in CHANGE_STATES]), name="change_state_known"),
                    models.CheckConstraint(condition=Q(sequence__gt=0), name="change_follows_document"),
                    models.CheckConstraint(
                        condition=Q(state="pending", answered_at=None) | ~Q(state="pending") & Q(answered_at__isnull=False),
                        name="change_answered_has_time",
                    ),
                    models.CheckConstraint(condition=~Q(state="refused") | ~Q(answer=""), name="change_refusal_has_reason"),
                    models.CheckConstraint(
                        condition=Q(kind="take-back", asking=None) | ~Q(kind="take-back") & Q(asking__isnull=False),
                        name="change_packet_asks",
                    ),
                ],
            },
        ),
    ]
