"""Papers kept as files and signed results become cells of the counts (ADR 0071).

Safe on a live table: columns with a constant default, functions replaced in place, triggers that write nothing
where nothing changed, and the dossiers of before marked a batch at a time, each counted by the triggers of 0004.
A worker of before that folds meanwhile leaves the new cells out; the next recount puts them back.
"""

from django.db import migrations, models

BATCH = 5_000
OLD_CELLS = (
    "received_counter", "received_post", "received_online", "early", "on_time", "late", "refused", "returned",
    "withdrawn", "fell_due", "over_ended",
)  # fmt: skip
NEW_CELLS = ("with_papers", "papers_filed", "result_signed")
CELLS = (*OLD_CELLS, *NEW_CELLS)
OLD_GIVEN = "text, smallint, text, text, timestamptz, timestamptz, timestamptz, integer, timestamptz, timestamptz"
GIVEN = f"{OLD_GIVEN}, timestamptz, boolean, boolean"

# As in 0004, with the day of acceptance, whether all papers are kept as files (NULL: there are none), and
# whether a result is signed.
CELLS_OF = f"""
CREATE FUNCTION dossiers_cells(
    channel text, state smallint, outcome text, timing text, submitted timestamptz, due timestamptz,
    paused timestamptz, minutes_left integer, finished timestamptz, closed timestamptz, accepted timestamptz,
    filed boolean, signed boolean
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
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        ),
        (
            end_day, 0, 0, 0, (timing = 'early')::int, (timing = 'on-time')::int, (timing = 'late')::int,
            (outcome = 'refused')::int, (state IN (3, 8))::int, (state = 7)::int, 0,
            COALESCE(due_day < end_day, false)::int, 0, 0, (outcome = 'granted' AND signed)::int
        ),
        (
            CASE WHEN end_day IS NULL OR due_day < end_day THEN due_day END,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
        ),
        (
            CASE WHEN filed IS NOT NULL THEN dossiers_day(accepted) END,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, filed::int, 0
        )
    ) cell (day, {", ".join(CELLS)})
    WHERE cell.day IS NOT NULL
$$;
"""

# Marks dossiers by their papers and results, and says how many were marked otherwise. They are locked first, so
# that of two who change papers of one dossier at once the later sees what the other did.
MARKS = """
CREATE FUNCTION dossiers_mark(ids uuid[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE marked integer;
BEGIN
    PERFORM FROM dossiers_dossier WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    UPDATE dossiers_dossier dossier SET papers_filed = truth.filed, result_signed = truth.signed
    FROM (
        SELECT
            one.id,
            (SELECT bool_and(held_id IS NOT NULL) FROM dossiers_dossierpaper WHERE dossier_id = one.id) AS filed,
            EXISTS (
                SELECT FROM dossiers_dossierresult WHERE dossier_id = one.id AND held_id IS NOT NULL
            ) AS signed
        FROM unnest(ids) one (id)
    ) truth
    WHERE dossier.id = truth.id
        AND (dossier.papers_filed IS DISTINCT FROM truth.filed OR dossier.result_signed <> truth.signed);
    GET DIAGNOSTICS marked = ROW_COUNT;
    RETURN marked;
END $$;
"""
NO_MARKS = "DROP FUNCTION dossiers_mark(uuid[]);\n"
MARKED = ("dossiers_dossierpaper", "dossiers_dossierresult")
EVENTS = {
    "insert": ("NEW TABLE AS made", "SELECT dossier_id FROM made"),
    "delete": ("OLD TABLE AS former", "SELECT dossier_id FROM former"),
    # Of what a change is about only the file and the dossier matter.
    "update": (
        "OLD TABLE AS former NEW TABLE AS made",
        """SELECT unnest(ARRAY[former.dossier_id, made.dossier_id])
        FROM former JOIN made USING (id)
        WHERE (former.held_id IS NULL) <> (made.held_id IS NULL) OR former.dossier_id <> made.dossier_id""",
    ),
}


def _triggers():
    """The same function serves both tables: each has `id`, `dossier_id` and `held_id`."""
    said = []
    for event, (tables, touched) in EVENTS.items():
        said.append(f"""
CREATE FUNCTION dossiers_mark_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched uuid[];
BEGIN
    SELECT array_agg(DISTINCT dossier_id) INTO touched FROM ({touched}) those (dossier_id);
    IF touched IS NOT NULL THEN
        PERFORM dossiers_mark(touched);
    END IF;
    RETURN NULL;
END $$;
""")
        said += [
            f"CREATE TRIGGER dossiers_mark_{event} AFTER {event.upper()} ON {table} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION dossiers_mark_{event}();\n"
            for table in MARKED
        ]
    return "".join(said)


def _no_triggers():
    said = [f"DROP TRIGGER dossiers_mark_{event} ON {table};\n" for event in EVENTS for table in MARKED]
    return "".join(said) + "".join(f"DROP FUNCTION dossiers_mark_{event}();\n" for event in EVENTS)


def _counting(cells, more):
    """The trigger functions of 0004 on dossiers, with these cells, `more` being what they are asked with."""
    return "".join(
        _function(event, old, new, cells, more)
        for event, old, new in (("insert", "", "made"), ("update", "former", "made"), ("delete", "former", ""))
    )


def _function(event, old, new, cells, more):
    sides = [f"SELECT {sign} AS sign, {name}.* FROM {name}" for sign, name in ((1, new), (-1, old)) if name]
    sums = ", ".join(f"sum(sign * cell.{cell})" for cell in cells)
    some = " OR ".join(f"sum(sign * cell.{cell}) <> 0" for cell in cells)
    return f"""
CREATE OR REPLACE FUNCTION dossiers_count_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dossiers_dossierdelta (day, agency_id, procedure_id, {", ".join(cells)})
    SELECT cell.day, side.agency_id, version.procedure_id, {sums}
    FROM ({" UNION ALL ".join(sides)}) side
        JOIN procedures_procedureversion version ON version.id = side.version_id
        CROSS JOIN LATERAL dossiers_cells(
            side.channel, side.state, side.outcome, side.timing, side.submitted_at, side.due_at,
            side.paused_at, side.minutes_left, side.finished_at, side.closed_at{more}
        ) cell
    WHERE side.root_id = side.id
    GROUP BY cell.day, side.agency_id, version.procedure_id
    HAVING {some};
    RETURN NULL;
END $$;
"""


NEW = _counting(CELLS, ", side.accepted_at, side.papers_filed, side.result_signed")
OLD = _counting(OLD_CELLS, "")


def mark_those_of_before(apps, schema_editor, batch=BATCH):
    """Mark the dossiers that are there already, so many in a transaction."""
    last = "00000000-0000-0000-0000-000000000000"
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT array_agg(id ORDER BY id) FROM ("
                "SELECT id FROM dossiers_dossier WHERE id > %s ORDER BY id LIMIT %s) next",
                [last, batch],
            )
            ids = cursor.fetchone()[0]
            if ids is None:
                return
            cursor.execute("SELECT dossiers_mark(%s)", [ids])
            last = ids[-1]


def _added(model):
    return [
        migrations.AddField(model, "with_papers", models.IntegerField(db_default=0, default=0, help_text="accepted with papers")),
        migrations.AddField(model, "papers_filed", models.IntegerField(db_default=0, default=0, help_text="of these, all kept as files")),
        migrations.AddField(model, "result_signed", models.IntegerField(db_default=0, default=0, help_text="granted, signed electronically")),
    ]


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("dossiers", "0011_queue_routing")]

    operations = [
        migrations.AddField(
            "dossier",
            "papers_filed",
            models.BooleanField(null=True, help_text="whether all its papers are kept as files; empty without papers"),
        ),
        migrations.AddField(
            "dossier",
            "result_signed",
            models.BooleanField(db_default=False, default=False, help_text="whether a result of it is signed electronically"),
        ),
        *_added("dossierdelta"),
        *_added("dossiercount"),
        migrations.RunSQL(CELLS_OF, f"DROP FUNCTION dossiers_cells({GIVEN})"),
        migrations.RunSQL(NEW, OLD),
        migrations.RunSQL(MARKS, NO_MARKS),
        migrations.RunSQL(_triggers(), _no_triggers()),
        migrations.RunPython(mark_those_of_before, migrations.RunPython.noop),
    ]
