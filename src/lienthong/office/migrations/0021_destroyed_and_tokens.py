"""What was destroyed as secret before it had a number leaves the list of what is to be registered.

And lists that a leader's own token signs, in a table of their own.

The checks are made anew without a lock that stops writers, so it does not run in one transaction. What was destroyed
before and waits still (a few rows, found by their marks) is put away, and its sender over the axis is told (02).
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

STATES = ["arrived", "registered", "assigned", "in-progress", "finished", "refused", "withdrawn", "destroyed"]
UNREGISTERED = ["arrived", "destroyed", "refused", "withdrawn"]
PUT_AWAY = """
WITH gone AS (
    UPDATE office_incomingdocument d SET state = 'destroyed' FROM office_secretmark m
     WHERE m.document_id = d.id AND m.state = 'destroyed' AND d.state = 'arrived'
    RETURNING d.id, d.source, m.decided_name
)
INSERT INTO office_statustoreport (document_id, delivery_id, code, description, staff, department, happened_at, next_attempt_at, attempts, error, refused)
SELECT id, '', '02', 'Văn bản có dấu chỉ độ mật nên không được tiếp nhận qua hệ thống này; các tệp đã được hủy tại nơi nhận. '
       || 'Đề nghị gửi theo quy định về bảo vệ bí mật nhà nước.', decided_name, '', now(), now(), 0, '', ''
  FROM gone WHERE source = 'axis'
"""
BACK = "UPDATE office_incomingdocument SET state = 'arrived' WHERE state = 'destroyed'"


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
        ("kernel", "0002_composed_blobs"),
        ("office", "0020_paper_untold"),
    ]

    operations = [
        *checked("incoming_state_known", Q(state__in=STATES)),
        *checked("incoming_past_arrival_is_registered", Q(state__in=UNREGISTERED) | Q(register_number__isnull=False)),
        *checked("incoming_work_only_on_authentic", Q(authentic=True) | Q(state__in=UNREGISTERED)),
        *checked("incoming_destroyed_is_empty", ~Q(state="destroyed") | Q(edxml=None, content="", register_number=None), anew=False),
        migrations.RunSQL(PUT_AWAY, BACK),
        migrations.CreateModel(
            name="TokenList",
            fields=[
                ("signing_list", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="token", serialize=False, to="office.signinglist")),
                ("code_sha256", models.CharField(max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0, help_text="how often the token was asked about the item")),
                ("request", models.UUIDField(null=True)),
                ("asked", models.JSONField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("item", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="office.signingitem")),
                ("pdf", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.blob")),
                ("post", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.post")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(asked=None, asked_at=None, pdf=None, request=None)
                        | Q(asked__isnull=False, asked_at__isnull=False, pdf__isnull=False, request__isnull=False),
                        name="token_list_question_is_whole",
                    )
                ],
            },
        ),
    ]
