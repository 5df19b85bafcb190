"""Signed statements and their batches: append-only, changes refused by the database itself."""

import django.db.models.deletion
import lienthong.kernel.identifiers
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION ledger_guard_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.batch_id IS NULL AND NEW.batch_id IS NOT NULL THEN
        OLD.batch_id = NEW.batch_id;
        OLD.position = NEW.position;
        OLD.path = NEW.path;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'statements of the ledger are never changed or removed (% on %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_statement_no_change BEFORE UPDATE OR DELETE ON ledger_statement
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_statement();

-- A statement begins outside every batch: its place is given later, by the one who closes the batch.
CREATE FUNCTION ledger_place_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.batch_id IS NOT NULL THEN
        RAISE EXCEPTION 'a new statement of the ledger is in no batch'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_statement_begins BEFORE INSERT ON ledger_statement
    FOR EACH ROW EXECUTE FUNCTION ledger_place_statement();

CREATE FUNCTION ledger_guard_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.token IS NULL AND NEW.token IS NOT NULL THEN
        OLD.token = NEW.token;
        OLD.timestamped_at = NEW.timestamped_at;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'batches of the ledger are never changed or removed (% on %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_batch_no_change BEFORE UPDATE OR DELETE ON ledger_batch
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_batch();

-- The numbers have no gaps, and each batch names the header before it.
CREATE FUNCTION ledger_chain_batch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last ledger_batch;
BEGIN
    SELECT * INTO last FROM ledger_batch ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(last.number, 0) + 1
        OR NEW.previous <> coalesce(sha256(last.header), decode(repeat('00', 32), 'hex'))
        OR NEW.token IS NOT NULL THEN
        RAISE EXCEPTION 'batch % of the ledger does not follow the last one', NEW.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_batch_follows BEFORE INSERT ON ledger_batch
    FOR EACH ROW EXECUTE FUNCTION ledger_chain_batch();
"""
UNDO = """
DROP TRIGGER ledger_statement_no_change ON ledger_statement;
DROP TRIGGER ledger_statement_begins ON ledger_statement;
DROP TRIGGER ledger_batch_no_change ON ledger_batch;
DROP TRIGGER ledger_batch_follows ON ledger_batch;
DROP FUNCTION ledger_guard_statement();
DROP FUNCTION ledger_place_statement();
DROP FUNCTION ledger_guard_batch();
DROP FUNCTION ledger_chain_batch();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_acting_for'),
    ]

    operations = [
        migrations.CreateModel(
            name='BatchRow',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('previous', models.BinaryField(help_text='SHA-256 of the header before; 32 noughts for the first')),
                ('root', models.BinaryField()),
                ('size', models.IntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('header', models.BinaryField()),
                ('signature', models.BinaryField()),
                ('token', models.BinaryField(help_text="RFC 3161, over the header's SHA-256", null=True)),
                ('timestamped_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'ledger_batch',
                'indexes': [models.Index(condition=models.Q(('token', None)), fields=['number'], name='batch_unstamped')],
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1), ('size__gte', 1)), name='batch_counted'), models.CheckConstraint(condition=models.Q(models.Q(('timestamped_at', None), ('token', None)), models.Q(('timestamped_at__isnull', False), ('token__isnull', False)), _connector='OR'), name='batch_token_has_time')],
            },
        ),
        migrations.CreateModel(
            name='StatementRow',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('subject_kind', models.TextField()),
                ('subject_id', models.TextField()),
                ('sequence', models.IntegerField()),
                ('stage', models.TextField()),
                ('part', models.TextField()),
                ('statement', models.BinaryField()),
                ('signature', models.BinaryField()),
                ('position', models.IntegerField(null=True)),
                ('path', models.BinaryField(help_text='the audit path, 32 bytes a step, lowest first', null=True)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='ledger.batchrow')),
            ],
            options={
                'db_table': 'ledger_statement',
                'indexes': [models.Index(condition=models.Q(('batch', None)), fields=['at', 'id'], name='statement_unbatched')],
                'constraints': [models.UniqueConstraint(fields=('subject_kind', 'subject_id', 'sequence'), name='statement_chain_once'), models.UniqueConstraint(fields=('batch', 'position'), name='statement_place_once'), models.CheckConstraint(condition=models.Q(('sequence__gte', 1), models.Q(('stage', ''), _negated=True)), name='statement_counted'), models.CheckConstraint(condition=models.Q(models.Q(('batch', None), ('path', None), ('position', None)), models.Q(('batch__isnull', False), ('path__isnull', False), ('position__gte', 0)), _connector='OR'), name='statement_place_whole')],
            },
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
