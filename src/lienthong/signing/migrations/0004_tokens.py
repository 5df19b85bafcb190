"""An official may have a certificate for a key on a token beside that for the key kept here.

The new indexes are made beside writers, the old one goes once they are there: no moment is without its rule.
"""

from django.db import migrations, models
from django.db.models import Q

CURRENT = Q(replaced_at=None, revoked_at=None)


def unique(name, condition):
    return models.UniqueConstraint(fields=["official"], condition=condition, name=name)


class AddUniqueConcurrently(migrations.AddConstraint):
    """A unique constraint with a condition, which is an index, made while others write."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        sql = str(self.constraint.create_sql(model, schema_editor))
        schema_editor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{self.constraint.name}"')
        schema_editor.execute(sql.replace("CREATE UNIQUE INDEX", "CREATE UNIQUE INDEX CONCURRENTLY", 1), params=None)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("signing", "0003_pins")]

    operations = [
        AddUniqueConcurrently("certificate", unique("certificate_one_per_token", CURRENT & Q(purpose="official", key_id=None))),
        AddUniqueConcurrently("certificate", unique("certificate_one_key_per_official", CURRENT & Q(purpose="official", key_id__isnull=False))),
        migrations.RemoveConstraint("certificate", "certificate_one_per_official"),
    ]
