"""Blobs that are made of others and the text around them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='blob',
            name='composed',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name='BlobPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('literal', models.BinaryField()),
                ('line_width', models.PositiveSmallIntegerField()),
                ('line_end', models.CharField(max_length=2)),
                ('part', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
                ('whole', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='pieces', to='kernel.blob')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('whole', 'position'), name='blob_part_once_per_position'), models.CheckConstraint(condition=models.Q(('part__isnull', False), models.Q(('literal', b''), _negated=True), _connector='OR'), name='blob_part_is_not_empty'), models.CheckConstraint(condition=models.Q(models.Q(('line_end', ''), ('line_width', 0)), models.Q(('line_end__in', ['\n', '\r\n', '\r']), ('line_width__gt', 0), ('part__isnull', False)), _connector='OR'), name='blob_part_has_lines_or_none'), models.CheckConstraint(condition=models.Q(('part', models.F('whole')), _negated=True), name='blob_part_is_not_its_whole')],
            },
        ),
    ]
