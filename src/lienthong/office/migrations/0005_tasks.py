"""What a leader directs becomes a task (`tasks`), and documents point to it; so do those sent for a task.

Safe on live tables of millions of rows: empty columns, keys NOT VALID and then validated, indexes
concurrently, the former assignments moved in batches of their own transactions; so it does not run in one
transaction, and can be run again after it was stopped.

The tables of directives and assignments stay for one release, without foreign keys and without models: going
back to the former release finds them as they were. A later migration drops them.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models, transaction
from django.db.models import Q

BATCH = 2000

# A document's task takes the document's own id, so that a second run finds what the first has written.
TASKS = """
    INSERT INTO tasks_task (
        id, agency_id, state, work, source_kind, source_id, source_label, parent_id, root_id, depth,
        given_by_id, given_post_id, giver_title, given_at, due_at, needs_acceptance,
        product_id, product_name, product_note, finished_at, closed_at, reason
    )
    SELECT d.id, d.agency_id,
        CASE d.state WHEN 'assigned' THEN 'given' WHEN 'in-progress' THEN 'in-progress'
            WHEN 'finished' THEN 'accepted' ELSE 'cancelled' END,
        coalesce(nullif(g.text, ''), d.subject, '–'), 'office.incoming', d.id::text,
        left(concat_ws(' – ', nullif(d.code, ''), nullif(d.sender_name, '')), 250), NULL, d.id, 0,
        g.leader_id, NULL, g.leader_title, g.written_at, coalesce(d.due_at, g.written_at + interval '5 days'),
        false, d.product_id, d.product_name, d.product_note, d.finished_at,
        CASE d.state WHEN 'assigned' THEN NULL WHEN 'in-progress' THEN NULL
            ELSE coalesce(d.finished_at, d.withdrawn_at, g.written_at) END,
        CASE d.state WHEN 'withdrawn' THEN 'Văn bản đã được thu hồi.' ELSE '' END
    FROM office_incomingdocument d
    JOIN LATERAL (
        SELECT * FROM office_directive g WHERE g.document_id = d.id ORDER BY g.id LIMIT 1
    ) g ON true
    WHERE d.id = ANY(%s) AND EXISTS (
        SELECT 1 FROM office_assignment a WHERE a.document_id = d.id AND a.part = 'lead'
    )
    ON CONFLICT (id) DO NOTHING
"""
PARTIES = """
    INSERT INTO tasks_taskparty (task_id, part, official_id, post_id)
    SELECT a.document_id, a.part, a.official_id, a.post_id
    FROM office_assignment a JOIN tasks_task t ON t.id = a.document_id
    WHERE a.document_id = ANY(%s)
    ON CONFLICT DO NOTHING
"""
STEPS = """
    INSERT INTO tasks_taskstep (task_id, verb, text, actor_name, actor_title, at, link_kind, link_id)
    SELECT g.document_id, 'give', g.text, o.full_name, g.leader_title, g.written_at, '', ''
    FROM office_directive g
    JOIN tasks_task t ON t.id = g.document_id
    JOIN directory_official o ON o.id = g.leader_id
    WHERE g.document_id = ANY(%s)
        AND NOT EXISTS (SELECT 1 FROM tasks_taskstep s WHERE s.task_id = g.document_id)
    ORDER BY g.id
"""
POINTERS = """
    UPDATE office_incomingdocument d SET task_id = d.id
    FROM tasks_task t WHERE t.id = d.id AND d.id = ANY(%s) AND d.task_id IS NULL
"""
NEXT = """
    SELECT DISTINCT document_id FROM office_assignment
    WHERE document_id > %s ORDER BY document_id LIMIT %s
"""


def move_assignments(apps, schema_editor):
    """Make a task of every directed document, in sets."""
    connection, last = schema_editor.connection, "00000000-0000-0000-0000-000000000000"
    while True:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(NEXT, [last, BATCH])
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return
            for statement in (TASKS, PARTIES, STEPS, POINTERS):
                cursor.execute(statement, [ids])
            last = ids[-1]


def pointing(model, name, field, *, unique=False):
    """A foreign key to tasks on a table in use."""
    table, column = f"office_{model}", f"{name}_id"
    key, index = f"{table}_{name}_fk", f"{table}_{name}" + ("_once" if unique else "_idx")
    steps = [
        f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column} uuid NULL",
        f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {key}",
        f"ALTER TABLE {table} ADD CONSTRAINT {key} FOREIGN KEY ({column}) REFERENCES tasks_task (id)"
        " DEFERRABLE INITIALLY DEFERRED NOT VALID",
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {key}",
        f"CREATE {'UNIQUE ' if unique else ''}INDEX CONCURRENTLY IF NOT EXISTS {index} ON {table} ({column})",
    ]
    return migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunSQL(steps, f"ALTER TABLE {table} DROP COLUMN {column}")],
        state_operations=[migrations.AddField(model_name=model, name=name, field=field)],
    )


# Nothing names these tables any more, and a flush of the database must not stumble over their keys.
LET_GO = """
DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
        WHERE contype = 'f' AND conrelid IN ('office_assignment'::regclass, 'office_directive'::regclass)
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.place, found.conname); END LOOP;
END $$
"""


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("office", "0004_encrypted"),
        ("tasks", "0001_initial"),
    ]

    operations = [
        pointing(
            "incomingdocument",
            "task",
            models.OneToOneField(help_text="what a leader directed", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tasks.task"),
            unique=True,
        ),
        pointing(
            "incomingdocument",
            "answers_task",
            models.ForeignKey(help_text="the sub-task it replies to", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tasks.task"),
        ),
        pointing(
            "outgoingdocument",
            "task",
            models.ForeignKey(help_text="what it directs or reports on", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tasks.task"),
        ),
        pointing(
            "recipient",
            "task",
            models.OneToOneField(help_text="the sub-task given to it", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tasks.task"),
            unique=True,
        ),
        migrations.AddField(
            model_name="outgoingdocument",
            name="document_code",
            field=models.CharField(blank=True, db_default="", help_text="edXML DocumentId", max_length=250),
        ),
        AddIndexConcurrently(
            model_name="outgoingdocument",
            index=models.Index(condition=Q(task__isnull=False), fields=["document_code"], name="outgoing_task_code"),
        ),
        migrations.RunPython(move_assignments, migrations.RunPython.noop),
        migrations.RunSQL(LET_GO, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="Assignment"), migrations.DeleteModel(name="Directive")],
        ),
    ]
