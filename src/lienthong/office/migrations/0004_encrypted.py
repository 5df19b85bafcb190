"""Documents sent or received encrypted; columns with constant defaults, so live tables are not rewritten."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("office", "0003_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="incomingdocument",
            name="encrypted",
            field=models.BooleanField(db_default=False, default=False, help_text="its files arrived encrypted"),
        ),
        migrations.AddField(
            model_name="outgoingdocument",
            name="encrypted",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
