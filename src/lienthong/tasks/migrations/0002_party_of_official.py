"""An official's parts, and the tasks under way, are read from indexes alone.

Made without a lock that stops writers, the new ones first; so it does not run in one transaction.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("tasks", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="taskparty",
            index=models.Index(fields=["official", "task"], include=["part"], name="party_of_official"),
        ),
        AddIndexConcurrently(
            model_name="task",
            index=models.Index(
                fields=["agency", "id"], condition=Q(state__in=["given", "in-progress"]), name="task_under_way"
            ),
        ),
        AddIndexConcurrently(
            model_name="task",
            index=models.Index(fields=["root"], condition=Q(depth__gt=0), name="task_below_root"),
        ),
        migrations.AlterField(
            model_name="taskparty",
            name="official",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="directory.official",
            ),
        ),
    ]
