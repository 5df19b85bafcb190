"""A citizen or business acts too: the kinds of actors grow by "party".

The new check allows more than the old one, so no row can break it: it is added without a scan and proven after.
"""

from django.db import migrations

ALLOW = """
ALTER TABLE ledger_event DROP CONSTRAINT IF EXISTS ledger_event_actor_kind_check;
ALTER TABLE ledger_event ADD CONSTRAINT ledger_event_actor_kind_check
    CHECK (actor_kind IN ('official', 'party', 'system', 'job', 'public')) NOT VALID;
"""
PROVE = "ALTER TABLE ledger_event VALIDATE CONSTRAINT ledger_event_actor_kind_check"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("ledger", "0003_statements")]
    operations = [
        migrations.RunSQL(ALLOW, migrations.RunSQL.noop),
        migrations.RunSQL(PROVE, migrations.RunSQL.noop),
    ]
