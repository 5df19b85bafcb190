"""Withdrawals and corrections of issued documents, their texts for the search, the annexes of versions.

New tables, columns without values, and one constraint of a live table made without a lock that stops writers;
the orders to read the texts of what was issued are written in batches. So it does not run in one transaction.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import lienthong.office.states
import lienthong.office.text_search
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


TRIGGERS = """
CREATE FUNCTION office_refuse_issued_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an issued document, and what was declared of it, is never changed or removed (%)', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER office_declared_is_append_only BEFORE UPDATE OR DELETE ON office_issuedchange
    FOR EACH ROW EXECUTE FUNCTION office_refuse_issued_change();
CREATE TRIGGER office_issued_stays BEFORE DELETE ON office_outgoingdocument
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION office_refuse_issued_change();
CREATE TRIGGER office_issued_is_immutable BEFORE UPDATE ON office_outgoingdocument
    FOR EACH ROW WHEN (OLD.state <> 'draft' AND (
        NEW.state = 'draft'
        OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
        OR (NEW.agency_id, NEW.document_id, NEW.code, NEW.document_code, NEW.subject, NEW.urgency, NEW.place,
            NEW.due_on, NEW.steering_type, NEW.encrypted, NEW.replaces_id, NEW.corrects_id, NEW.edxml_id)
        IS DISTINCT FROM
           (OLD.agency_id, OLD.document_id, OLD.code, OLD.document_code, OLD.subject, OLD.urgency, OLD.place,
            OLD.due_on, OLD.steering_type, OLD.encrypted, OLD.replaces_id, OLD.corrects_id, OLD.edxml_id)))
    EXECUTE FUNCTION office_refuse_issued_change();

CREATE FUNCTION office_refuse_issued_annex() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM office_outgoingdocument
               WHERE id = coalesce(NEW.outgoing_id, OLD.outgoing_id) AND state <> 'draft') THEN
        RAISE EXCEPTION 'the annexes of an issued document never change (%)', coalesce(NEW.id, OLD.id)
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER office_annex_of_issued BEFORE INSERT OR UPDATE OR DELETE ON office_annex
    FOR EACH ROW EXECUTE FUNCTION office_refuse_issued_annex();

CREATE FUNCTION office_refuse_version_annex_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM office_draftversion v JOIN office_outgoingdocument o ON o.id = v.outgoing_id
        WHERE v.id = OLD.version_id AND o.state = 'draft') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'an annex of a version is never changed or removed (%)', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER office_version_annex_is_append_only BEFORE UPDATE OR DELETE ON office_versionannex
    FOR EACH ROW EXECUTE FUNCTION office_refuse_version_annex_change();
"""
REVERSE = """
DROP TRIGGER office_version_annex_is_append_only ON office_versionannex;
DROP FUNCTION office_refuse_version_annex_change();
DROP TRIGGER office_annex_of_issued ON office_annex;
DROP FUNCTION office_refuse_issued_annex();
DROP TRIGGER office_issued_is_immutable ON office_outgoingdocument;
DROP TRIGGER office_issued_stays ON office_outgoingdocument;
DROP TRIGGER office_declared_is_append_only ON office_issuedchange;
DROP FUNCTION office_refuse_issued_change();
"""
# What a draft that is discarded must not be named by; found without reading the whole table.
PREDECESSOR_INDEXES = [
    migrations.RunSQL(
        f"CREATE INDEX CONCURRENTLY IF NOT EXISTS outgoing_{column} ON office_outgoingdocument ({column}_id) "
        f"WHERE {column}_id IS NOT NULL",
        f"DROP INDEX CONCURRENTLY IF EXISTS outgoing_{column}",
    )
    for column in ("replaces", "corrects")
]
BATCH = 5000
ORDER = """
WITH batch AS (
    SELECT id, agency_id, state FROM office_outgoingdocument WHERE id > %s ORDER BY id LIMIT %s
), ordered AS (
    INSERT INTO office_issuedtext (document_id, agency_id, state, text, by_ocr, error, attempts, next_attempt_at)
    SELECT id, agency_id, 'waiting', '', false, '', 0, now() FROM batch WHERE state <> 'draft'
    ON CONFLICT DO NOTHING
)
SELECT max(id::text) FROM batch
"""


def order_texts(apps, schema_editor):
    """Have the text of everything issued so far read by the worker, in batches of the key."""
    last = "00000000-0000-0000-0000-000000000000"
    with schema_editor.connection.cursor() as cursor:
        while last:
            cursor.execute(ORDER, [last, BATCH])
            last = cursor.fetchone()[0]


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('directory', '0001_initial'),
        ('documents', '0003_copies'),
        ('kernel', '0002_composed_blobs'),
        ('office', '0013_incoming'),
        ('tasks', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='IssuedChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('reason', models.TextField(blank=True)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='IssuedText',
            fields=[
                ('state', models.CharField(default=lienthong.office.states.Reading['WAITING'], max_length=10)),
                ('text', models.TextField(blank=True)),
                ('by_ocr', models.BooleanField(default=False)),
                ('error', models.TextField(blank=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField()),
                ('words', models.GeneratedField(db_persist=True, expression=lienthong.office.text_search.Words(models.F('text')), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='issued_text', serialize=False, to='office.outgoingdocument')),
            ],
        ),
        migrations.CreateModel(
            name='VersionAnnex',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=150)),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.AddField(
            model_name='outgoingdocument',
            name='corrects',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='office.outgoingdocument'),
        ),
        migrations.AddField(
            model_name='outgoingdocument',
            name='withdrawn_at',
            field=models.DateTimeField(help_text='declared to all, by an IssuedChange', null=True),
        ),
        AddConstraintNotValid(
            model_name='outgoingdocument',
            constraint=models.CheckConstraint(condition=models.Q(('replaces', None), ('corrects', None), _connector='OR'), name='outgoing_one_predecessor'),
        ),
        ValidateConstraint('outgoingdocument', 'outgoing_one_predecessor'),
        migrations.AddField(
            model_name='issuedchange',
            name='document',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='office.outgoingdocument'),
        ),
        migrations.AddField(
            model_name='issuedchange',
            name='made_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official'),
        ),
        migrations.AddField(
            model_name='issuedchange',
            name='successor',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='office.outgoingdocument'),
        ),
        migrations.AddField(
            model_name='paperdispatch',
            name='change',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='office.issuedchange'),
        ),
        migrations.AddField(
            model_name='issuedtext',
            name='agency',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency'),
        ),
        migrations.AddField(
            model_name='versionannex',
            name='copy',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.electroniccopy'),
        ),
        migrations.AddField(
            model_name='versionannex',
            name='given',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob'),
        ),
        migrations.AddField(
            model_name='versionannex',
            name='version',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='annexes', to='office.draftversion'),
        ),
        migrations.AddIndex(
            model_name='issuedchange',
            index=models.Index(fields=['document', 'id'], name='issued_changes'),
        ),
        migrations.AddConstraint(
            model_name='issuedchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['replace', 'update']), ('successor__isnull', False)), models.Q(('kind__in', ['revoke', 'take-back']), ('successor', None), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='issued_change_fits_kind'),
        ),
        migrations.AddConstraint(
            model_name='issuedchange',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['replace', 'revoke', 'take-back'])), fields=('document',), name='issued_withdrawn_once'),
        ),
        migrations.AddIndex(
            model_name='issuedtext',
            index=models.Index(condition=models.Q(('state', lienthong.office.states.Reading['WAITING'])), fields=['next_attempt_at'], name='issued_text_waiting'),
        ),
        migrations.AddIndex(
            model_name='issuedtext',
            index=django.contrib.postgres.indexes.GinIndex(fields=['agency', 'words'], name='issued_text_words'),
        ),
        migrations.AddConstraint(
            model_name='issuedtext',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', [lienthong.office.states.Reading['WAITING'], lienthong.office.states.Reading['DONE'], lienthong.office.states.Reading['NOTHING'], lienthong.office.states.Reading['ABSENT'], lienthong.office.states.Reading['FAILED'], lienthong.office.states.Reading['MARKED']])), name='issued_text_state_known'),
        ),
        migrations.AddConstraint(
            model_name='issuedtext',
            constraint=models.CheckConstraint(condition=models.Q(('state', lienthong.office.states.Reading['DONE']), ('text', ''), _connector='OR'), name='issued_text_only_done'),
        ),
        migrations.AddConstraint(
            model_name='versionannex',
            constraint=models.UniqueConstraint(fields=('version', 'position'), name='version_annex_position'),
        ),
        migrations.AddConstraint(
            model_name='versionannex',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('copy', None), ('given__isnull', False)), models.Q(('copy__isnull', False), ('given', None)), _connector='OR'), name='version_annex_is_file_or_copy'),
        ),
        *PREDECESSOR_INDEXES,
        migrations.RunSQL(TRIGGERS, REVERSE),
        migrations.RunPython(order_texts, migrations.RunPython.noop),
    ]
