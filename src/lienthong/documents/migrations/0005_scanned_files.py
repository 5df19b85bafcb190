"""What was scanned with which signatures, of what comes from now on: a new table, nothing else is touched."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('documents', '0004_files_to_scan')]

    operations = [
        migrations.CreateModel(
            name='ScannedFile',
            fields=[
                ('sha256', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('came_at', models.DateTimeField(db_index=True)),
                ('signatures', models.PositiveIntegerField()),
                ('next_attempt_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['signatures', 'next_attempt_at'], name='scanned_file_with')],
            },
        ),
    ]
