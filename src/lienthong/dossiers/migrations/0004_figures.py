"""What is counted of dossiers, written by the database with each change of a row (ADR 0056)."""

import django.db.models.deletion
from django.db import migrations, models

CELLS = (
    "received_counter",
    "received_post",
    "received_online",
    "early",
    "on_time",
    "late",
    "refused",
    "returned",
    "withdrawn",
    "fell_due",
    "over_ended",
)
STEP_CELLS = ("early", "on_time", "late")

# On which days a dossier counts as what, by its row alone; the same for what changes it and for the recount.
# Days are those of Viet Nam. 3 not accepted, 7 withdrawn, 8 stopped.
FUNCTIONS = f"""
CREATE FUNCTION dossiers_day(moment timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT (moment AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
$$;
CREATE FUNCTION dossiers_cells(
    channel text, state smallint, outcome text, timing text, submitted timestamptz, due timestamptz,
    paused timestamptz, minutes_left integer, finished timestamptz, closed timestamptz
) RETURNS TABLE (day date, {", ".join(f"{name} integer" for name in CELLS)}) LANGUAGE sql IMMUTABLE AS $$
    SELECT cell.*
    FROM (
        SELECT
            dossiers_day(submitted) AS received_day,
            dossiers_day(COALESCE(finished, closed)) AS end_day,
            dossiers_day(CASE WHEN due IS NOT NULL THEN due WHEN minutes_left < 0 THEN paused END) AS due_day
    ) days
    CROSS JOIN LATERAL (VALUES
        (
            received_day, (channel = 'counter')::int, (channel = 'post')::int, (channel LIKE 'online%')::int,
            0, 0, 0, 0, 0, 0, 0, 0
        ),
        (
            end_day, 0, 0, 0, (timing = 'early')::int, (timing = 'on-time')::int, (timing = 'late')::int,
            (outcome = 'refused')::int, (state IN (3, 8))::int, (state = 7)::int, 0,
            COALESCE(due_day < end_day, false)::int
        ),
        (
            CASE WHEN end_day IS NULL OR due_day < end_day THEN due_day END, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0
        )
    ) cell (day, {", ".join(CELLS)})
    WHERE cell.day IS NOT NULL
$$;
CREATE FUNCTION dossiers_step_cells(
    kind text, state text, done_by bigint, due timestamptz, done timestamptz
) RETURNS TABLE (day date, {", ".join(f"{name} integer" for name in STEP_CELLS)}) LANGUAGE sql IMMUTABLE AS $$
    SELECT
        dossiers_day(done),
        COALESCE(dossiers_day(done) < dossiers_day(due), false)::int,
        COALESCE(done <= due AND dossiers_day(done) = dossiers_day(due), true)::int,
        COALESCE(done > due, false)::int
    WHERE state = 'done' AND done_by IS NOT NULL AND kind IN ('work', 'choice', 'opinion')
$$;
"""


def _delta(event, old, new):
    """The trigger function of one event: what the statement's rows count as now, less what they did before."""
    sides = [f"SELECT {sign} AS sign, {name}.* FROM {name}" for sign, name in ((1, new), (-1, old)) if name]
    dossier = {
        "name": f"dossiers_count_{event}",
        "table": "dossiers_dossierdelta",
        "keys": "agency_id, procedure_id",
        "cells": CELLS,
        "source": f"""({" UNION ALL ".join(sides)}) side
        JOIN procedures_procedureversion version ON version.id = side.version_id
        CROSS JOIN LATERAL dossiers_cells(
            side.channel, side.state, side.outcome, side.timing, side.submitted_at, side.due_at,
            side.paused_at, side.minutes_left, side.finished_at, side.closed_at
        ) cell
    WHERE side.root_id = side.id""",
        "said": "side.agency_id, version.procedure_id",
    }
    step = {
        "name": f"dossiers_count_step_{event}",
        "table": "dossiers_officialdelta",
        "keys": "agency_id, official_id",
        "cells": STEP_CELLS,
        "source": f"""({" UNION ALL ".join(sides)}) side
        CROSS JOIN LATERAL dossiers_step_cells(
            side.kind, side.state, side.done_by_id, side.due_at, side.done_at
        ) cell""",
        "said": "side.agency_id, side.done_by_id",
    }
    return "".join(_function(**one) for one in (dossier, step))


def _function(*, name, table, keys, cells, source, said):
    sums = ", ".join(f"sum(sign * cell.{cell})" for cell in cells)
    some = " OR ".join(f"sum(sign * cell.{cell}) <> 0" for cell in cells)
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {table} (day, {keys}, {", ".join(cells)})
    SELECT cell.day, {said}, {sums}
    FROM {source}
    GROUP BY cell.day, {said}
    HAVING {some};
    RETURN NULL;
END $$;
"""


def _trigger(event, tables):
    return "".join(
        f"CREATE TRIGGER dossiers_count_{event} AFTER {event.upper()} ON {table} REFERENCING {tables} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION dossiers_count_{infix}{event}();\n"
        for table, infix in (("dossiers_dossier", ""), ("dossiers_dossiertask", "step_"))
    )


TRIGGERS = (
    _delta("insert", "", "made")
    + _delta("update", "former", "made")
    + _delta("delete", "former", "")
    + _trigger("insert", "NEW TABLE AS made")
    + _trigger("update", "OLD TABLE AS former NEW TABLE AS made")
    + _trigger("delete", "OLD TABLE AS former")
)
UNDO = "".join(
    f"DROP TRIGGER dossiers_count_{event} ON {table};\nDROP FUNCTION dossiers_count_{infix}{event}();\n"
    for event in ("insert", "update", "delete")
    for table, infix in (("dossiers_dossier", ""), ("dossiers_dossiertask", "step_"))
) + """
DROP FUNCTION dossiers_step_cells(text, text, bigint, timestamptz, timestamptz);
DROP FUNCTION dossiers_cells(
    text, smallint, text, text, timestamptz, timestamptz, timestamptz, integer, timestamptz, timestamptz
);
DROP FUNCTION dossiers_day(timestamptz);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0001_initial'),
        ("dossiers", "0002_result_documents"),
        ('procedures', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DossierDelta',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('received_counter', models.IntegerField(default=0)),
                ('received_post', models.IntegerField(default=0)),
                ('received_online', models.IntegerField(default=0)),
                ('early', models.IntegerField(default=0)),
                ('on_time', models.IntegerField(default=0)),
                ('late', models.IntegerField(default=0)),
                ('refused', models.IntegerField(default=0, help_text='of the finished ones')),
                ('returned', models.IntegerField(default=0, help_text='not accepted, or stopped')),
                ('withdrawn', models.IntegerField(default=0)),
                ('fell_due', models.IntegerField(default=0)),
                ('over_ended', models.IntegerField(default=0)),
                ('agency', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('procedure', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.procedure')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OfficialDelta',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('early', models.IntegerField(default=0)),
                ('on_time', models.IntegerField(default=0)),
                ('late', models.IntegerField(default=0)),
                ('agency', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('official', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DossierCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('received_counter', models.IntegerField(default=0)),
                ('received_post', models.IntegerField(default=0)),
                ('received_online', models.IntegerField(default=0)),
                ('early', models.IntegerField(default=0)),
                ('on_time', models.IntegerField(default=0)),
                ('late', models.IntegerField(default=0)),
                ('refused', models.IntegerField(default=0, help_text='of the finished ones')),
                ('returned', models.IntegerField(default=0, help_text='not accepted, or stopped')),
                ('withdrawn', models.IntegerField(default=0)),
                ('fell_due', models.IntegerField(default=0)),
                ('over_ended', models.IntegerField(default=0)),
                ('grain', models.SmallIntegerField()),
                ('agency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('procedure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.procedure')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agency', 'grain', 'day', 'procedure'), name='dossier_count_once')],
            },
        ),
        migrations.CreateModel(
            name='OfficialCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('early', models.IntegerField(default=0)),
                ('on_time', models.IntegerField(default=0)),
                ('late', models.IntegerField(default=0)),
                ('grain', models.SmallIntegerField()),
                ('agency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('official', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agency', 'grain', 'day', 'official'), name='official_count_once')],
            },
        ),
        migrations.RunSQL(FUNCTIONS + TRIGGERS, UNDO),
    ]
