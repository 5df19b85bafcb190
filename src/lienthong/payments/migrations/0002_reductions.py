"""Fees of which a part is not asked for: the share in percent with its law, and constraints that reckon again.

The columns have constant defaults, so that they are there at once; the constraints are made anew without a lock
that stops writers. What was wholly exempt before gets its share in batches; which law it rested on was not kept.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

from lienthong.payments.states import ChargeState

BATCH = 5_000
EXEMPT = """
UPDATE payments_charge SET share = 100, exempt_law = 'Chưa ghi căn cứ' WHERE id IN (
    SELECT id FROM payments_charge WHERE state = %s AND tariff > 0 AND share = 0 LIMIT %s
)
"""
WITH_REASON = models.CheckConstraint(
    condition=models.Q(models.Q(state=ChargeState.EXEMPT, amount=0) & ~models.Q(exempt_reason=""))
    | models.Q(~models.Q(state=ChargeState.EXEMPT), amount__gt=0, share=0, exempt_reason="")
    | models.Q(
        ~models.Q(state=ChargeState.EXEMPT) & ~models.Q(exempt_reason=""), amount__gt=0, share__gt=0
    ),
    name="charge_exempt_with_reason",
)
RECKONED = models.CheckConstraint(
    condition=models.Q(
        share__range=(0, 100), amount=models.F("tariff") * (100 - models.F("share")) / 100
    ),
    name="charge_amount_is_reckoned",
)
BY_LAW = models.CheckConstraint(
    condition=models.Q(share=0) | ~models.Q(exempt_law=""), name="charge_reduced_by_law"
)


def give_shares(apps, schema_editor, most=BATCH):
    """Write the share of what was wholly exempt, a few thousand rows at a time."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(EXEMPT, [ChargeState.EXEMPT.value, most])
        while cursor.rowcount == most:
            cursor.execute(EXEMPT, [ChargeState.EXEMPT.value, most])


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="charge",
            name="tariff",
            field=models.BigIntegerField(help_text="before the reduction"),
        ),
        migrations.AddField(
            model_name="charge",
            name="share",
            field=models.SmallIntegerField(default=0, db_default=0, help_text="of the reduction, in percent"),
        ),
        migrations.AddField(
            model_name="charge",
            name="exempt_law",
            field=models.CharField(max_length=300, blank=True, db_default=""),
        ),
        migrations.RunPython(give_shares, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="charge", name="charge_exempt_with_reason"),
        *(AddConstraintNotValid(model_name="charge", constraint=one) for one in (WITH_REASON, RECKONED, BY_LAW)),
        *(ValidateConstraint("charge", one.name) for one in (WITH_REASON, RECKONED, BY_LAW)),
    ]
