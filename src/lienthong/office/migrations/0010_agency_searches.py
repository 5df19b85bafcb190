"""The indexes for searches begin with the agency, whose documents alone are searched.

Made and removed without a lock that stops writers, the new ones first; so it does not run in one transaction.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations
from django.db.models import F

COLUMNS = {"number": "number_key", "search": "search_text"}
TABLES = {"incoming": "incomingdocument", "outgoing": "outgoingdocument"}


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("office", "0008_work_files")]

    operations = [
        *(
            AddIndexConcurrently(
                model_name=model,
                index=GinIndex(
                    F("agency"), OpClass(F(column), "gin_trgm_ops"), name=f"{table}_agency_{name}"
                ),
            )
            for table, model in TABLES.items()
            for name, column in COLUMNS.items()
        ),
        *(
            RemoveIndexConcurrently(model_name=model, name=f"{table}_{name}")
            for table, model in TABLES.items()
            for name in COLUMNS
        ),
    ]
