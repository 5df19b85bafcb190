"""Documents that their senders withdraw, update or replace.

Safe on live tables of millions of rows: columns come with constant defaults, and constraints are validated
without a lock that stops writers; so it does not run in one transaction.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

STATES = ["arrived", "registered", "assigned", "in-progress", "finished", "refused", "withdrawn"]
UNREGISTERED = ["arrived", "refused", "withdrawn"]
CHANGE_STATES = ["pending", "accepted", "refused", "lapsed"]


def checked(name, condition, *, anew=True):
    """A check of incoming documents, added without looking at the rows there and then validated."""
    constraint = models.CheckConstraint(condition=condition, name=name)
    former = [migrations.RemoveConstraint(model_name="incomingdocument", name=name)] if anew else []
    return [
        *former,
        AddConstraintNotValid(model_name="incomingdocument", constraint=constraint),
        ValidateConstraint(model_name="incomingdocument", name=name),
    ]


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("directory", "0001_initial"),
        ("kernel", "0001_initial"),
        ("office", "0002_recipient_uncollected_since"),
    ]

    operations = [
        migrations.AddField(
            model_name="incomingdocument",
            name="withdrawn_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="incomingdocument",
            name="withdrawn_by",
            field=models.CharField(blank=True, db_default="", default="", help_text="empty: accepted by the system", max_length=250),
        ),
        *checked("incoming_state_known", Q(state__in=STATES)),
        *checked(
            "incoming_past_arrival_is_registered",
            Q(state__in=UNREGISTERED) | Q(register_number__isnull=False),
        ),
        *checked("incoming_work_only_on_authentic", Q(authentic=True) | Q(state__in=UNREGISTERED)),
        *checked(
            "incoming_withdrawn_is_destroyed",
            ~Q(state="withdrawn") | Q(edxml=None, withdrawn_at__isnull=False),
            anew=False,
        ),
        migrations.AlterField(
            model_name="incomingfile",
            name="blob",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.blob"),
        ),
        migrations.AddField(
            model_name="outgoingdocument",
            name="replaces",
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="office.outgoingdocument"),
        ),
        migrations.AddField(
            model_name="recipient",
            name="change_kind",
            field=models.CharField(blank=True, db_default="", default="", help_text="the last one asked", max_length=10),
        ),
        migrations.AddField(
            model_name="recipient",
            name="change_state",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        migrations.AddField(
            model_name="recipient",
            name="change_note",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="statustoreport",
            name="delivery_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.CreateModel(
            name="RequestedChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("request_id", models.CharField(max_length=64, unique=True)),
                ("kind", models.CharField(max_length=10)),
                ("sequence", models.SmallIntegerField()),
                ("sender_name", models.CharField(max_length=250)),
                ("reason", models.TextField(blank=True)),
                ("asked_at", models.DateTimeField()),
                ("asking_delivery_id", models.CharField(blank=True, max_length=64)),
                ("authentic", models.BooleanField()),
                ("state", models.CharField(default="pending", max_length=10)),
                ("answer", models.TextField(blank=True)),
                ("answered_by", models.CharField(blank=True, max_length=250)),
                ("answered_at", models.DateTimeField(null=True)),
                ("document", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="office.incomingdocument")),
                ("edxml", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.blob")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=Q(state="pending"), fields=("document",), name="requested_change_one_pending"),
                    models.CheckConstraint(condition=Q(state__in=CHANGE_STATES), name="requested_change_state_known"),
                    models.CheckConstraint(condition=~Q(state="refused") | ~Q(answer=""), name="requested_change_no_has_reason"),
                ],
            },
        ),
    ]
