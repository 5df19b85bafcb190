"""Secrecy marks found after arrival, and how far older documents have been ordered to be read.

New tables; the one index of a live table is made beside writers. A document whose mark says that it was destroyed
has no content in any of its rows: the triggers hold both sides, whichever is written first.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

TRIGGERS = """
CREATE FUNCTION office_destroyed_has_no_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM office_secretmark m WHERE m.document_id = NEW.document_id AND m.state = 'destroyed') THEN
        RAISE EXCEPTION 'a document that was destroyed as secret has no file'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER office_file_of_destroyed BEFORE INSERT OR UPDATE OF blob_id, document_id ON office_incomingfile
    FOR EACH ROW WHEN (NEW.blob_id IS NOT NULL) EXECUTE FUNCTION office_destroyed_has_no_file();
CREATE FUNCTION office_destroyed_is_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM office_incomingfile f WHERE f.document_id = NEW.document_id AND f.blob_id IS NOT NULL)
       OR EXISTS (SELECT 1 FROM office_incomingdocument d WHERE d.id = NEW.document_id AND (d.edxml_id IS NOT NULL OR d.content <> ''))
       OR EXISTS (SELECT 1 FROM office_readtext r WHERE r.document_id = NEW.document_id AND r.text <> '')
       OR EXISTS (SELECT 1 FROM office_mailfile f JOIN office_receivedmail m ON m.id = f.mail_id
                  WHERE m.document_id = NEW.document_id AND f.blob_id IS NOT NULL) THEN
        RAISE EXCEPTION 'a document is destroyed as secret only once its content is gone'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER office_destroyed_mark BEFORE INSERT OR UPDATE ON office_secretmark
    FOR EACH ROW WHEN (NEW.state = 'destroyed') EXECUTE FUNCTION office_destroyed_is_empty();
"""
NO_TRIGGERS = """
DROP TRIGGER office_destroyed_mark ON office_secretmark;
DROP FUNCTION office_destroyed_is_empty();
DROP TRIGGER office_file_of_destroyed ON office_incomingfile;
DROP FUNCTION office_destroyed_has_no_file();
"""
# Marks from before: closed from now on, to be decided within three days. There are few.
FOUND_BEFORE = """
INSERT INTO office_secretmark (document_id, agency_id, state, mark, pages, found_at, due_at, decided_name, reason)
SELECT r.document_id, r.agency_id, 'found', 'MẬT', d.pages, now(), now() + interval '3 days', '', ''
  FROM office_readtext r JOIN office_incomingdocument d ON d.id = r.document_id WHERE r.state = 'secret'
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('directory', '0001_initial'),
        ('office', '0015_file_lists'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReadingBackfill',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('after', models.UUIDField(help_text='the last document looked at', null=True)),
                ('until', models.UUIDField(help_text='the newest document when it began')),
                ('total', models.PositiveBigIntegerField(help_text='documents when it began')),
                ('looked_at', models.PositiveBigIntegerField(default=0)),
                ('ordered', models.PositiveBigIntegerField(default=0)),
                ('began_at', models.DateTimeField()),
                ('stepped_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SecretMark',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='secret_mark', serialize=False, to='office.incomingdocument')),
                ('state', models.CharField(default='found', max_length=10)),
                ('mark', models.CharField(max_length=20)),
                ('pages', models.PositiveSmallIntegerField(null=True)),
                ('found_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(help_text='from then on the decision is overdue')),
                ('decided_name', models.CharField(blank=True, help_text='the clerk, or the job of the rule', max_length=250)),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.TextField(blank=True)),
            ],
        ),
        AddIndexConcurrently(
            model_name='readtext',
            index=models.Index(condition=models.Q(('state', 'absent')), fields=['document'], name='read_text_absent'),
        ),
        migrations.AddConstraint(
            model_name='readingbackfill',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='reading_backfill_one_row'),
        ),
        migrations.AddField(
            model_name='secretmark',
            name='agency',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency'),
        ),
        migrations.AddField(
            model_name='secretmark',
            name='decided_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official'),
        ),
        migrations.AddIndex(
            model_name='secretmark',
            index=models.Index(condition=models.Q(('state', 'found')), fields=['agency', 'due_at'], name='secret_mark_open'),
        ),
        migrations.AddConstraint(
            model_name='secretmark',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['found', 'destroyed', 'released'])), name='secret_mark_state_known'),
        ),
        migrations.AddConstraint(
            model_name='secretmark',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('decided_name', ''), ('state', 'found')), models.Q(models.Q(('state', 'found'), _negated=True), ('decided_at__isnull', False), models.Q(('decided_name', ''), _negated=True)), _connector='OR'), name='secret_mark_decided_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='secretmark',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'released'), _negated=True), models.Q(('decided_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='secret_mark_released_by_clerk'),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(FOUND_BEFORE, migrations.RunSQL.noop),
    ]
