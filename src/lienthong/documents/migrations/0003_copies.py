"""Electronic copies and their register: one new table."""

import django.db.models.deletion
import lienthong.kernel.identifiers
from django.db import migrations, models


UNCHANGED = """
CREATE FUNCTION documents_refuse_copy_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.pdf_id IS NULL AND to_jsonb(NEW) - 'pdf_id' = to_jsonb(OLD) - 'pdf_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an electronic copy is never changed or removed (%)', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER documents_copy_is_immutable BEFORE UPDATE OR DELETE ON documents_electroniccopy
    FOR EACH ROW EXECUTE FUNCTION documents_refuse_copy_change();
"""
REVERSE = """
DROP TRIGGER documents_copy_is_immutable ON documents_electroniccopy;
DROP FUNCTION documents_refuse_copy_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0001_initial'),
        ('documents', '0002_uploads'),
        ('kernel', '0002_composed_blobs'),
    ]

    operations = [
        migrations.CreateModel(
            name='ElectronicCopy',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('form', models.CharField(choices=[('SY', 'True copy (sao y)'), ('SL', 'Copy of a copy (sao lục)'), ('TrS', 'Excerpt (trích sao)')], max_length=5)),
                ('number', models.IntegerField()),
                ('year', models.SmallIntegerField()),
                ('notation', models.CharField(max_length=100)),
                ('original_code', models.CharField(blank=True, max_length=200)),
                ('original_agency', models.CharField(max_length=250)),
                ('original_sha256', models.CharField(max_length=64)),
                ('first_page', models.PositiveSmallIntegerField(null=True)),
                ('last_page', models.PositiveSmallIntegerField(null=True)),
                ('extract', models.CharField(blank=True, help_text='what an excerpt was made of', max_length=500)),
                ('made_at', models.DateTimeField()),
                ('agency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('instructed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('original', models.ForeignKey(help_text='where it was issued here', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='documents.officialdocument')),
                ('pdf', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
            ],
            options={
                'indexes': [models.Index(fields=['agency', '-id'], name='copy_of_agency')],
                'constraints': [models.UniqueConstraint(fields=('agency', 'year', 'number'), name='copy_number_unique'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='copy_number_from_one'), models.CheckConstraint(condition=models.Q(('form__in', ['SY', 'SL', 'TrS'])), name='copy_form_known'), models.CheckConstraint(condition=models.Q(models.Q(('first_page__gte', 1), ('form', 'TrS'), ('last_page__gte', models.F('first_page')), models.Q(('extract', ''), _negated=True)), models.Q(models.Q(('form', 'TrS'), _negated=True), ('extract', ''), ('first_page', None), ('last_page', None)), _connector='OR'), name='copy_excerpt_says_of_what')],
            },
        ),
        migrations.RunSQL(UNCHANGED, REVERSE),
    ]
