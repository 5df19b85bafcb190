"""Recipients inside the agency and on paper; documents that go to nobody over the axis.

New tables, and two constraints of a live table made anew without a lock that stops writers; so it does not run
in one transaction.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION office_refuse_paper_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a record of dispatch on paper is never changed or removed (%)', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER office_paper_is_append_only BEFORE UPDATE OR DELETE ON office_paperdispatch
    FOR EACH ROW EXECUTE FUNCTION office_refuse_paper_change();
"""
REVERSE = """
DROP TRIGGER office_paper_is_append_only ON office_paperdispatch;
DROP FUNCTION office_refuse_paper_change();
"""


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('directory', '0001_initial'),
        ('kernel', '0002_composed_blobs'),
        ('documents', '0003_copies'),
        ('office', '0010_agency_searches'),
        ('tasks', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='InsideRecipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('named_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PaperDispatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveSmallIntegerField()),
                ('way', models.CharField(max_length=10)),
                ('sent_on', models.DateField()),
                ('carried_by', models.CharField(help_text='who handed it over or took it to the post', max_length=150)),
                ('receipt_number', models.CharField(blank=True, max_length=100)),
                ('reason', models.CharField(blank=True, help_text='why the row before was wrong', max_length=500)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['sequence'],
            },
        ),
        migrations.CreateModel(
            name='PaperRecipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=250)),
                ('named_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='outgoingdocument',
            name='outgoing_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='outgoingdocument',
            name='outgoing_issued_has_packet',
        ),
        AddConstraintNotValid(
            model_name='outgoingdocument',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'waiting', 'sent', 'issued'])), name='outgoing_state_known'),
        ),
        ValidateConstraint('outgoingdocument', 'outgoing_state_known'),
        AddConstraintNotValid(
            model_name='outgoingdocument',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'issued']), ('edxml__isnull', False), _connector='OR'), name='outgoing_issued_has_packet'),
        ),
        ValidateConstraint('outgoingdocument', 'outgoing_issued_has_packet'),
        migrations.AddField(
            model_name='insiderecipient',
            name='division',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.division'),
        ),
        migrations.AddField(
            model_name='insiderecipient',
            name='document',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='inside', to='office.outgoingdocument'),
        ),
        migrations.AddField(
            model_name='insiderecipient',
            name='named_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official'),
        ),
        migrations.AddField(
            model_name='insiderecipient',
            name='official',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official'),
        ),
        migrations.AddField(
            model_name='insiderecipient',
            name='post',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.post'),
        ),
        migrations.AddField(
            model_name='insiderecipient',
            name='read_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official'),
        ),
        migrations.AddField(
            model_name='paperdispatch',
            name='recorded_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official'),
        ),
        migrations.AddField(
            model_name='paperrecipient',
            name='agency',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency'),
        ),
        migrations.AddField(
            model_name='paperrecipient',
            name='document',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='paper', to='office.outgoingdocument'),
        ),
        migrations.AddField(
            model_name='paperrecipient',
            name='named_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official'),
        ),
        migrations.AddField(
            model_name='paperdispatch',
            name='recipient',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='dispatches', to='office.paperrecipient'),
        ),
        migrations.AddConstraint(
            model_name='insiderecipient',
            constraint=models.UniqueConstraint(fields=('document', 'division'), name='inside_division_once'),
        ),
        migrations.AddConstraint(
            model_name='insiderecipient',
            constraint=models.UniqueConstraint(fields=('document', 'official'), name='inside_official_once'),
        ),
        migrations.AddConstraint(
            model_name='insiderecipient',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('division__isnull', False), ('official', None), ('post', None)), models.Q(('division', None), ('official__isnull', False), ('post__isnull', False)), _connector='OR'), name='inside_is_one'),
        ),
        migrations.AddConstraint(
            model_name='insiderecipient',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('read_at', None), ('read_by', None)), models.Q(('read_at__isnull', False), ('read_by__isnull', False)), _connector='OR'), name='inside_reading_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='paperrecipient',
            constraint=models.UniqueConstraint(fields=('document', 'name'), name='paper_name_once'),
        ),
        migrations.AddConstraint(
            model_name='paperrecipient',
            constraint=models.UniqueConstraint(fields=('document', 'agency'), name='paper_agency_once'),
        ),
        migrations.AddConstraint(
            model_name='paperrecipient',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='paper_has_name'),
        ),
        migrations.AddConstraint(
            model_name='paperdispatch',
            constraint=models.UniqueConstraint(fields=('recipient', 'sequence'), name='paper_dispatch_unique'),
        ),
        migrations.AddConstraint(
            model_name='paperdispatch',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['post', 'hand', 'fax'])), name='paper_dispatch_way_known'),
        ),
        migrations.AddConstraint(
            model_name='paperdispatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('sequence', 1)), models.Q(('sequence__gt', 1), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='paper_correction_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='paperdispatch',
            constraint=models.CheckConstraint(condition=models.Q(('carried_by', ''), _negated=True), name='paper_dispatch_has_bearer'),
        ),
        migrations.CreateModel(
            name='CopyOfIncoming',
            fields=[
                ('copy', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='documents.electroniccopy')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='office.incomingfile')),
            ],
        ),
        migrations.CreateModel(
            name='Annex',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=150)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('copy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.electroniccopy')),
                ('given', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
                ('outgoing', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='annexes', to='office.outgoingdocument')),
                ('pdf', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('outgoing', 'position'), name='annex_position'), models.UniqueConstraint(fields=('outgoing', 'copy'), name='annex_copy_once'), models.CheckConstraint(condition=models.Q(models.Q(('copy', None), ('given__isnull', False)), models.Q(('copy__isnull', False), ('given', None)), _connector='OR'), name='annex_is_file_or_copy')],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, REVERSE),
    ]
