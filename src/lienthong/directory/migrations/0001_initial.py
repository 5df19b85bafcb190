"""The country's tables. The database keeps every agency's path itself, and refuses an agency inside itself."""

import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import lienthong.directory.models
from django.db import migrations, models


# The lock lets moves happen one after the other, so that two of them together cannot close a ring.
OWN_PATH = """
CREATE FUNCTION directory_agency_own_path() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above text := '/';
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.parent_id IS DISTINCT FROM OLD.parent_id THEN
        PERFORM pg_advisory_xact_lock(hashtext('directory_agency move'));
    END IF;
    IF NEW.parent_id IS NOT NULL THEN
        SELECT path INTO above FROM directory_agency WHERE id = NEW.parent_id;
        IF NEW.parent_id = NEW.id OR above LIKE '%/' || NEW.id || '/%' THEN
            RAISE EXCEPTION 'agency % would be inside itself', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_not_inside_itself';
        END IF;
    END IF;
    NEW.path := coalesce(above, '/') || NEW.id || '/';
    RETURN NEW;
END $$;

CREATE TRIGGER agency_own_path BEFORE INSERT OR UPDATE OF parent_id ON directory_agency
FOR EACH ROW EXECUTE FUNCTION directory_agency_own_path();

CREATE FUNCTION directory_agency_paths_below() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE directory_agency SET path = NEW.path || substr(path, length(OLD.path) + 1)
    WHERE path LIKE OLD.path || '_%';
    RETURN NULL;
END $$;

CREATE TRIGGER agency_paths_below AFTER UPDATE OF parent_id ON directory_agency
FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION directory_agency_paths_below();
"""
UNDO = """
DROP TRIGGER agency_paths_below ON directory_agency;
DROP TRIGGER agency_own_path ON directory_agency;
DROP FUNCTION directory_agency_paths_below();
DROP FUNCTION directory_agency_own_path();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Official',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('full_name', models.CharField(max_length=150)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('telephone', models.CharField(blank=True, max_length=30)),
            ],
        ),
        migrations.CreateModel(
            name='AdministrativeUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('edition', models.SmallIntegerField()),
                ('level', models.SmallIntegerField()),
                ('code', models.CharField(max_length=5)),
                ('kind', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=100)),
                ('latitude', models.FloatField(null=True)),
                ('longitude', models.FloatField(null=True)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='directory.administrativeunit')),
            ],
            options={
                'verbose_name': 'administrative unit',
            },
        ),
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('old_code', models.CharField(blank=True, default='', max_length=40)),
                ('name', models.CharField(max_length=250)),
                ('short_name', models.CharField(help_text="as in a document's notation: UBND, VPCP, STTTT", max_length=50)),
                ('kind', models.CharField(help_text='ministry, province, department, district, commune, school, …', max_length=20)),
                ('path', models.CharField(default='', editable=False, help_text="ids from the root, '/12/340/', for whole subtrees", max_length=200)),
                ('address', models.CharField(blank=True, max_length=250)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('telephone', models.CharField(blank=True, max_length=30)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(default=datetime.date(9999, 12, 31))),
                ('search_text', models.GeneratedField(db_persist=True, expression=lienthong.directory.models.Plain(django.db.models.functions.text.Concat('name', models.Value(' '), 'code', models.Value(' '), 'old_code', models.Value(' '), 'short_name')), help_text='name and codes, without marks, lower case', output_field=models.TextField())),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='directory.agency')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agencies', to='directory.administrativeunit')),
            ],
            options={
                'verbose_name': 'agency',
            },
        ),
        migrations.CreateModel(
            name='AgencyAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('alias', models.CharField(max_length=40, unique=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='directory.agency')),
            ],
            options={
                'verbose_name': 'alias of an agency code',
            },
        ),
        migrations.CreateModel(
            name='AgencySuccession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on_date', models.DateField()),
                ('predecessor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='directory.agency')),
                ('successor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='predecessions', to='directory.agency')),
            ],
        ),
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('works_as', models.SmallIntegerField(null=True)),
                ('name', models.CharField(max_length=200)),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='calendar_days', to='directory.agency')),
            ],
            options={
                'verbose_name': 'special day of a calendar',
            },
        ),
        migrations.CreateModel(
            name='Division',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('short_name', models.CharField(help_text="as in a công văn's notation: KT, TTĐT", max_length=30)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='divisions', to='directory.agency')),
            ],
            options={
                'verbose_name': 'division',
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=150)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='directory.agency')),
                ('division', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='directory.division')),
            ],
            options={
                'verbose_name': 'post',
            },
        ),
        migrations.CreateModel(
            name='PostHolding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(default=datetime.date(9999, 12, 31))),
                ('official', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holdings', to='directory.official')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holdings', to='directory.post')),
            ],
            options={
                'verbose_name': 'holder of a post',
            },
        ),
        migrations.CreateModel(
            name='UnitSuccession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_default', models.BooleanField()),
                ('new', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='predecessions', to='directory.administrativeunit')),
                ('old', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='directory.administrativeunit')),
            ],
        ),
        migrations.CreateModel(
            name='WorkingHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cut_off', models.SmallIntegerField(default=990)),
                ('agency', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='working_hours', to='directory.agency')),
            ],
            options={
                'verbose_name': 'working hours',
            },
        ),
        migrations.CreateModel(
            name='WorkingSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.SmallIntegerField()),
                ('starts', models.SmallIntegerField()),
                ('ends', models.SmallIntegerField()),
                ('hours', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='directory.workinghours')),
            ],
        ),
        migrations.AddConstraint(
            model_name='administrativeunit',
            constraint=models.UniqueConstraint(fields=('edition', 'level', 'code'), name='unit_unique'),
        ),
        migrations.AddIndex(
            model_name='agency',
            index=models.Index(fields=['code', 'valid_to'], name='agency_code'),
        ),
        migrations.AddIndex(
            model_name='agency',
            index=models.Index(fields=['path'], name='agency_path', opclasses=['text_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='agency',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_text'], name='agency_search', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddConstraint(
            model_name='agency',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__gt', models.F('valid_from'))), name='agency_validity_ordered'),
        ),
        migrations.AddConstraint(
            model_name='agency',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z0-9]+(\\.[A-Z0-9]+)*$')), name='agency_code_spelled'),
        ),
        migrations.AddConstraint(
            model_name='agency',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.F('code'), '='), (lienthong.directory.models.DateRange('valid_from', 'valid_to'), '&&')], name='agency_code_unique_while_valid'),
        ),
        migrations.AddConstraint(
            model_name='agency',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('old_code', ''), _negated=True), expressions=[(models.F('old_code'), '='), (lienthong.directory.models.DateRange('valid_from', 'valid_to'), '&&')], name='agency_old_code_unique_while_valid'),
        ),
        migrations.AddConstraint(
            model_name='agencysuccession',
            constraint=models.UniqueConstraint(fields=('predecessor', 'successor'), name='agency_succession_unique'),
        ),
        migrations.AddConstraint(
            model_name='agencysuccession',
            constraint=models.CheckConstraint(condition=models.Q(('predecessor', models.F('successor')), _negated=True), name='agency_succeeds_another'),
        ),
        migrations.AddConstraint(
            model_name='calendarday',
            constraint=models.UniqueConstraint(fields=('agency', 'day'), name='calendar_day_unique', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='calendarday',
            constraint=models.CheckConstraint(condition=models.Q(('works_as__isnull', True), ('works_as__range', (0, 6)), _connector='OR'), name='calendar_day_weekday_known'),
        ),
        migrations.AddConstraint(
            model_name='division',
            constraint=models.UniqueConstraint(fields=('agency', 'name'), name='division_unique'),
        ),
        migrations.AddConstraint(
            model_name='postholding',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__gt', models.F('valid_from'))), name='holding_validity_ordered'),
        ),
        migrations.AddConstraint(
            model_name='postholding',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.F('post'), '='), (models.F('official'), '='), (lienthong.directory.models.DateRange('valid_from', 'valid_to'), '&&')], name='holding_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='unitsuccession',
            constraint=models.UniqueConstraint(fields=('old', 'new'), name='succession_unique'),
        ),
        migrations.AddConstraint(
            model_name='workinghours',
            constraint=models.UniqueConstraint(fields=('agency',), name='working_hours_once_for_the_country', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='workinghours',
            constraint=models.CheckConstraint(condition=models.Q(('cut_off__range', (0, 1440))), name='cut_off_within_the_day'),
        ),
        migrations.AddConstraint(
            model_name='workingsession',
            constraint=models.CheckConstraint(condition=models.Q(('weekday__range', (0, 6))), name='session_weekday_known'),
        ),
        migrations.AddConstraint(
            model_name='workingsession',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gt', models.F('starts')), ('ends__lte', 1440), ('starts__gte', 0)), name='session_ordered'),
        ),
        migrations.AddConstraint(
            model_name='workingsession',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.F('hours'), '='), (models.F('weekday'), '='), (lienthong.directory.models.Int4Range('starts', 'ends'), '&&')], name='sessions_apart'),
        ),
        migrations.RunSQL(OWN_PATH, UNDO),
    ]
