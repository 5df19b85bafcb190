"""Since when recipients on paper have not been told.

The new column is empty, its index holds only what waits and is made beside writers, and what waits already is filled
in by batches of those on paper. So it does not run in one transaction. What an old process issues on paper meanwhile
waits unseen until its next record.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

BATCH = 5000
FILL = """
WITH batch AS (
    SELECT id, document_id FROM office_paperrecipient WHERE id > %s ORDER BY id LIMIT %s
), went AS (
    SELECT b.id, b.document_id, EXISTS (
        SELECT FROM office_paperdispatch d WHERE d.recipient_id = b.id AND d.change_id IS NULL) AS sent
    FROM batch b
), filled AS (
    UPDATE office_outgoingdocument o SET paper_waits_since = o.issued_at
      FROM went w
     WHERE o.id = w.document_id AND o.issued_at IS NOT NULL AND o.paper_waits_since IS NULL AND (
        (NOT w.sent AND o.withdrawn_at IS NULL)
        OR (w.sent AND EXISTS (
            SELECT FROM office_issuedchange c WHERE c.document_id = o.id AND NOT EXISTS (
                SELECT FROM office_paperdispatch d WHERE d.recipient_id = w.id AND d.change_id = c.id))))
)
SELECT max(id) FROM batch
"""


def fill(apps, schema_editor):
    """What waits already, in batches of the key."""
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while last is not None:
            cursor.execute(FILL, [last, BATCH])
            last = cursor.fetchone()[0]


class Migration(migrations.Migration):

    atomic = False

    dependencies = [('office', '0019_destroyed_not_registered')]

    operations = [
        migrations.AddField(
            model_name='outgoingdocument',
            name='paper_waits_since',
            field=models.DateTimeField(help_text='somebody on paper is not told yet', null=True),
        ),
        AddIndexConcurrently(
            model_name='outgoingdocument',
            index=models.Index(condition=models.Q(('paper_waits_since__isnull', False)), fields=['agency', 'paper_waits_since'], name='outgoing_paper_waits'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
