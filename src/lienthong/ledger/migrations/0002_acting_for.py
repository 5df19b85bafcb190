"""Who holds the post that a delegate acted in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE ledger_event ADD COLUMN acting_for text NOT NULL DEFAULT ''",
            "ALTER TABLE ledger_event DROP COLUMN acting_for",
        ),
        migrations.AddField("eventrow", "acting_for", models.TextField(), preserve_default=True),
    ]
