"""The catalogue of procedures: its tables, and triggers that freeze what was published."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import lienthong.kernel.identifiers
import lienthong.kernel.plain
from django.db import migrations, models


FROZEN = """
CREATE FUNCTION procedures_refuse_frozen_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.frozen_at IS NOT NULL THEN
        RAISE EXCEPTION 'a published form or process is never changed or removed (%)', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER procedures_form_is_frozen BEFORE UPDATE OR DELETE ON procedures_formversion
    FOR EACH ROW EXECUTE FUNCTION procedures_refuse_frozen_change();
CREATE TRIGGER procedures_process_is_frozen BEFORE UPDATE OR DELETE ON procedures_processversion
    FOR EACH ROW EXECUTE FUNCTION procedures_refuse_frozen_change();

-- Of a version that was published only its end is still written.
CREATE FUNCTION procedures_refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'published' AND NEW.state IN ('superseded', 'withdrawn')
       AND to_jsonb(NEW) - ARRAY['state', 'ended_at', 'end_reason']
         = to_jsonb(OLD) - ARRAY['state', 'ended_at', 'end_reason'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published version of a procedure is never changed or removed (%)', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER procedures_version_is_frozen BEFORE UPDATE OR DELETE ON procedures_procedureversion
    FOR EACH ROW EXECUTE FUNCTION procedures_refuse_version_change();

CREATE FUNCTION procedures_refuse_row_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    versions uuid[] := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.version_id] WHEN 'DELETE' THEN ARRAY[OLD.version_id]
                       ELSE ARRAY[NEW.version_id, OLD.version_id] END;
BEGIN
    IF EXISTS (SELECT FROM procedures_procedureversion WHERE id = ANY(versions) AND state <> 'draft') THEN
        RAISE EXCEPTION 'papers, fees and results of a published version are never changed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER procedures_papers_are_frozen BEFORE INSERT OR UPDATE OR DELETE ON procedures_requiredpaper
    FOR EACH ROW EXECUTE FUNCTION procedures_refuse_row_change();
CREATE TRIGGER procedures_fees_are_frozen BEFORE INSERT OR UPDATE OR DELETE ON procedures_feerule
    FOR EACH ROW EXECUTE FUNCTION procedures_refuse_row_change();
CREATE TRIGGER procedures_results_are_frozen BEFORE INSERT OR UPDATE OR DELETE ON procedures_resultkind
    FOR EACH ROW EXECUTE FUNCTION procedures_refuse_row_change();
"""
REVERSE = """
DROP FUNCTION procedures_refuse_row_change() CASCADE;
DROP FUNCTION procedures_refuse_version_change() CASCADE;
DROP FUNCTION procedures_refuse_frozen_change() CASCADE;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('directory', '0001_initial'),
        ('kernel', '0002_composed_blobs'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormVersion',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('definition', models.JSONField(help_text='form.Form')),
                ('schema', models.JSONField(help_text='JSON Schema 2020-12 of the answers')),
                ('frozen_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ProcessVersion',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('definition', models.JSONField(help_text='process.Process')),
                ('minutes', models.IntegerField(help_text='working minutes of the longest way')),
                ('frozen_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ServiceField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('name_en', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Procedure',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=500)),
                ('name_en', models.CharField(blank=True, max_length=500)),
                ('level', models.CharField(choices=[('ministry', 'Ministry'), ('province', 'Province'), ('district', 'District'), ('commune', 'Commune')], max_length=10)),
                ('audience', models.CharField(choices=[('citizen', 'Citizens'), ('business', 'Businesses'), ('both', 'Citizens and businesses')], default='citizen', max_length=10)),
                ('search_text', models.GeneratedField(db_persist=True, expression=lienthong.kernel.plain.Plain(django.db.models.functions.text.Concat(models.F('name'), models.Value(' '), models.F('code'), models.Value(' '), models.F('name_en'))), output_field=models.TextField())),
                ('authority', models.ForeignKey(help_text='who publishes its versions', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('field', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='procedures', to='procedures.servicefield')),
            ],
        ),
        migrations.CreateModel(
            name='ProcedureVersion',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'In force'), ('superseded', 'Superseded'), ('withdrawn', 'No longer offered')], default='draft', max_length=10)),
                ('law', models.JSONField(default=list, help_text='the legal bases, one text each')),
                ('conditions', models.TextField(blank=True)),
                ('conditions_en', models.TextField(blank=True)),
                ('limit_minutes', models.IntegerField(help_text='the legal time limit in working minutes', null=True)),
                ('changes', models.PositiveIntegerField(default=0, help_text='how often the draft was saved')),
                ('drafted_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=500)),
                ('drafted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('form', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.formversion')),
                ('procedure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='procedures.procedure')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('process', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.processversion')),
            ],
        ),
        migrations.CreateModel(
            name='RequiredPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('key', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=500)),
                ('name_en', models.CharField(blank=True, max_length=500)),
                ('originals', models.PositiveSmallIntegerField(default=1)),
                ('copies', models.PositiveSmallIntegerField(default=0)),
                ('when', models.CharField(blank=True, max_length=500)),
                ('held_by_state', models.BooleanField(default=False, help_text='the State has it already and does not ask')),
                ('sample_name', models.CharField(blank=True, max_length=200)),
                ('sample', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='procedures.procedureversion')),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='ResultKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('key', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=200)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('months', models.PositiveSmallIntegerField(help_text='how long it is valid', null=True)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='results', to='procedures.procedureversion')),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='ServiceOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('counter', 'At the counter'), ('post', 'By post'), ('online-part', 'Online in part'), ('online-whole', 'Online from beginning to end')], max_length=15)),
                ('offered_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='procedures.procedureversion')),
            ],
        ),
        migrations.CreateModel(
            name='LinkedPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('part', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.procedure')),
                ('whole', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='linked_parts', to='procedures.procedure')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('whole', 'part'), name='linked_part_once'), models.UniqueConstraint(fields=('whole', 'position'), name='linked_part_in_order'), models.CheckConstraint(condition=models.Q(('whole', models.F('part')), _negated=True), name='linked_part_is_another')],
            },
        ),
        migrations.CreateModel(
            name='FeeRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('key', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=200)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('amount', models.BigIntegerField()),
                ('when', models.CharField(blank=True, max_length=500)),
                ('law', models.CharField(blank=True, max_length=200)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fees', to='procedures.procedureversion')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('version', 'key'), name='fee_once'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='fee_not_negative')],
            },
        ),
        migrations.AddConstraint(
            model_name='procedureversion',
            constraint=models.UniqueConstraint(fields=('procedure', 'number'), name='version_number_unique'),
        ),
        migrations.AddConstraint(
            model_name='procedureversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('procedure',), name='version_one_draft'),
        ),
        migrations.AddConstraint(
            model_name='procedureversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('procedure',), name='version_one_in_force'),
        ),
        migrations.AddConstraint(
            model_name='procedureversion',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='version_from_one'),
        ),
        migrations.AddConstraint(
            model_name='procedureversion',
            constraint=models.CheckConstraint(condition=models.Q(('limit_minutes', None), ('limit_minutes__gte', 1), _connector='OR'), name='version_limit_positive'),
        ),
        migrations.AddConstraint(
            model_name='procedureversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('published_at', None), ('state', 'draft')), models.Q(('ended_at', None), ('form__isnull', False), ('process__isnull', False), ('published_at__isnull', False), ('state', 'published')), models.Q(('ended_at__isnull', False), ('form__isnull', False), ('process__isnull', False), ('published_at__isnull', False), ('state__in', ['superseded', 'withdrawn'])), _connector='OR'), name='version_state_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='procedureversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), _negated=True), models.Q(('end_reason', ''), _negated=True), _connector='OR'), name='version_withdrawn_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='requiredpaper',
            constraint=models.UniqueConstraint(fields=('version', 'key'), name='paper_once'),
        ),
        migrations.AddConstraint(
            model_name='resultkind',
            constraint=models.UniqueConstraint(fields=('version', 'key'), name='result_once'),
        ),
        migrations.AddIndex(
            model_name='procedure',
            index=models.Index(fields=['field', 'id'], name='procedure_of_field'),
        ),
        migrations.AddIndex(
            model_name='procedure',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('search_text'), 'gin_trgm_ops'), name='procedure_search'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9]+(\\.[0-9]+)+(\\.[A-Z0-9]+)*$')), name='procedure_code_spelled'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['ministry', 'province', 'district', 'commune'])), name='procedure_level_known'),
        ),
        migrations.AddConstraint(
            model_name='procedure',
            constraint=models.CheckConstraint(condition=models.Q(('audience__in', ['citizen', 'business', 'both'])), name='procedure_audience_known'),
        ),
        migrations.AddIndex(
            model_name='serviceoffer',
            index=models.Index(fields=['version', 'agency'], name='offer_of_version'),
        ),
        migrations.AddConstraint(
            model_name='serviceoffer',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('agency', 'version', 'channel'), name='offer_once'),
        ),
        migrations.AddConstraint(
            model_name='serviceoffer',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['counter', 'post', 'online-part', 'online-whole'])), name='offer_channel_known'),
        ),
        migrations.AddConstraint(
            model_name='serviceoffer',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('offered_at')), _connector='OR'), name='offer_ends_after_it_began'),
        ),
        migrations.RunSQL(FROZEN, REVERSE),
    ]
