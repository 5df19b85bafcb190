"""The type of document that a result is drafted as; a column with a default, which rewrites nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("procedures", "0003_paper_samples"),
    ]

    operations = [
        migrations.AddField(
            model_name="resultkind",
            name="document_type",
            field=models.CharField(blank=True, db_default="", help_text="a type of `documents`; empty: by its name", max_length=10),
        ),
    ]
