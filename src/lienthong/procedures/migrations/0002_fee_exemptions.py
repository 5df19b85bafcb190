"""Exemptions of fees, frozen with their version, and agencies' own amounts, to which rows are only added.

Both tables are new, so nothing that runs is stopped.
"""

import django.db.models.deletion
from django.db import migrations, models

FROZEN = """
CREATE TRIGGER procedures_exemptions_are_frozen BEFORE INSERT OR UPDATE OR DELETE ON procedures_feeexemption
    FOR EACH ROW EXECUTE FUNCTION procedures_refuse_row_change();

CREATE FUNCTION procedures_refuse_offer_fee_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what an agency set for a fee is never changed or removed (%)', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER procedures_offer_fees_are_kept BEFORE UPDATE OR DELETE ON procedures_offerfee
    FOR EACH ROW EXECUTE FUNCTION procedures_refuse_offer_fee_change();
"""
REVERSE = """
DROP TRIGGER procedures_exemptions_are_frozen ON procedures_feeexemption;
DROP FUNCTION procedures_refuse_offer_fee_change() CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [("directory", "0001_initial"), ("procedures", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='FeeExemption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('key', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=200)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('share', models.PositiveSmallIntegerField(help_text='percent')),
                ('fee', models.CharField(blank=True, help_text='key of the fee; empty is every fee', max_length=40)),
                ('when', models.CharField(blank=True, max_length=500)),
                ('law', models.CharField(max_length=200)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exemptions', to='procedures.procedureversion')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('version', 'key'), name='exemption_once'), models.CheckConstraint(condition=models.Q(('share__range', (1, 100))), name='exemption_share_is_percent'), models.CheckConstraint(condition=models.Q(('law', ''), _negated=True), name='exemption_has_law')],
            },
        ),
        migrations.CreateModel(
            name='OfferFee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fee', models.CharField(help_text='key of the fee, in every version of the procedure', max_length=40)),
                ('amount', models.BigIntegerField(null=True)),
                ('law', models.CharField(blank=True, max_length=200)),
                ('reason', models.CharField(max_length=500)),
                ('valid_from', models.DateField()),
                ('set_at', models.DateTimeField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('procedure', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.procedure')),
                ('set_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
            ],
            options={
                'indexes': [models.Index(fields=['procedure', 'agency'], name='offer_fee_of_procedure')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount', None), ('amount__range', (0, 1000000000000)), _connector='OR'), name='offer_fee_amount_sane'), models.CheckConstraint(condition=models.Q(('amount', None), models.Q(('law', ''), _negated=True), _connector='OR'), name='offer_fee_has_law'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='offer_fee_has_reason')],
            },
        ),
        migrations.RunSQL(FROZEN, REVERSE),
    ]
