"""Events: append-only, partitioned by month, changes refused by the database itself."""

from django.db import migrations, models

from lienthong.kernel.clock import now
from lienthong.ledger.partitions import ensure_partitions

TABLE = """
CREATE TABLE ledger_event (
    at timestamptz NOT NULL,
    id uuid NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('official', 'system', 'job', 'public')),
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    post text NOT NULL,
    agency_id bigint,
    agency_code text NOT NULL,
    source text NOT NULL,
    verb text NOT NULL CHECK (verb <> ''),
    subject_kind text NOT NULL CHECK (subject_kind <> ''),
    subject_id text NOT NULL CHECK (subject_id <> ''),
    data jsonb NOT NULL,
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE TABLE ledger_event_default PARTITION OF ledger_event DEFAULT;
CREATE INDEX ledger_event_subject ON ledger_event (subject_kind, subject_id, at DESC, id DESC);
CREATE INDEX ledger_event_agency ON ledger_event (agency_id, at DESC, id DESC);

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events of the ledger are never changed or removed (% on %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Row triggers of a partitioned table are copied to each partition; those for TRUNCATE are not.
CREATE TRIGGER ledger_event_no_change BEFORE UPDATE OR DELETE ON ledger_event
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_event_no_truncate BEFORE TRUNCATE ON ledger_event
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_event_no_truncate BEFORE TRUNCATE ON ledger_event_default
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""


def first_partitions(apps, schema_editor):
    ensure_partitions(now(), months_ahead=12)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(TABLE, "DROP TABLE ledger_event; DROP FUNCTION ledger_refuse_change()"),
        migrations.RunPython(first_partitions, migrations.RunPython.noop),
        migrations.CreateModel(
            name="EventRow",
            fields=[
                ("pk", models.CompositePrimaryKey("at", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("id", models.UUIDField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.TextField()),
                ("actor_name", models.TextField()),
                ("post", models.TextField()),
                ("agency_id", models.BigIntegerField(null=True)),
                ("agency_code", models.TextField()),
                ("source", models.TextField()),
                ("verb", models.TextField()),
                ("subject_kind", models.TextField()),
                ("subject_id", models.TextField()),
                ("data", models.JSONField()),
            ],
            options={"db_table": "ledger_event", "managed": False},
        ),
    ]
