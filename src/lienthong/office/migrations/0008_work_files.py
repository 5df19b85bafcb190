"""Work files: two new tables, so nothing that lives is locked for longer than a foreign key is added."""

import django.contrib.postgres.indexes
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.text
import lienthong.kernel.identifiers
import lienthong.office.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0001_initial'),
        ('kernel', '0002_composed_blobs'),
        ('office', '0007_registers'),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkFile',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('year', models.SmallIntegerField()),
                ('code', models.CharField(help_text="as in the agency's list of files", max_length=50)),
                ('title', models.TextField()),
                ('retention', models.CharField(max_length=10)),
                ('state', models.CharField(default='open', max_length=10)),
                ('opened_on', models.DateField()),
                ('closed_on', models.DateField(null=True)),
                ('handed_in_at', models.DateTimeField(null=True)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('accepted_by', models.CharField(blank=True, max_length=250)),
                ('reason', models.TextField(blank=True, help_text='why it was returned or opened again, the last time')),
                ('item_count', models.PositiveIntegerField(default=0)),
                ('seal', models.TextField(blank=True)),
                ('sealed_sha256', models.CharField(blank=True, max_length=64)),
                ('search_text', models.GeneratedField(db_persist=True, expression=lienthong.office.models.Plain(django.db.models.functions.text.Concat(models.F('code'), models.Value(' '), models.F('title'), output_field=models.TextField())), output_field=models.TextField())),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('contents', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
                ('cover', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
                ('division', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.division')),
                ('keeper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('keeper_post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.post')),
            ],
        ),
        migrations.CreateModel(
            name='WorkFileItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('pages', models.PositiveIntegerField(help_text='of its PDF files, where they could be counted', null=True)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='office.workfile')),
                ('incoming', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='office.incomingdocument')),
                ('outgoing', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='office.outgoingdocument')),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.AddIndex(
            model_name='workfile',
            index=models.Index(fields=['agency', 'state', '-id'], name='work_file_by_state'),
        ),
        migrations.AddIndex(
            model_name='workfile',
            index=models.Index(fields=['agency', 'year', '-id'], name='work_file_by_year'),
        ),
        migrations.AddIndex(
            model_name='workfile',
            index=models.Index(fields=['agency', 'division', '-id'], name='work_file_of_division'),
        ),
        migrations.AddIndex(
            model_name='workfile',
            index=models.Index(fields=['keeper', '-id'], name='work_file_of_keeper'),
        ),
        migrations.AddIndex(
            model_name='workfile',
            index=models.Index(condition=models.Q(('state__in', ['closed', 'returned'])), fields=['agency', 'closed_on'], name='work_file_to_hand_in'),
        ),
        migrations.AddIndex(
            model_name='workfile',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('search_text'), 'gin_trgm_ops'), name='work_file_search'),
        ),
        migrations.AddConstraint(
            model_name='workfile',
            constraint=models.UniqueConstraint(fields=('agency', 'year', 'code'), name='work_file_code'),
        ),
        migrations.AddConstraint(
            model_name='workfile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'closed', 'handed-in', 'returned', 'accepted'])), name='work_file_state_known'),
        ),
        migrations.AddConstraint(
            model_name='workfile',
            constraint=models.CheckConstraint(condition=models.Q(('retention__in', ['permanent', '70', '50', '20', '15', '10', '5', '2'])), name='work_file_retention_known'),
        ),
        migrations.AddConstraint(
            model_name='workfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), models.Q(('title', ''), _negated=True)), name='work_file_is_named'),
        ),
        migrations.AddConstraint(
            model_name='workfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_on', None), ('contents', None), ('cover', None), ('state', 'open')), models.Q(('closed_on__isnull', False), ('contents__isnull', False), ('cover__isnull', False), ('item_count__gt', 0), ('state__in', ['closed', 'handed-in', 'returned', 'accepted'])), _connector='OR'), name='work_file_closed_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='workfile',
            constraint=models.CheckConstraint(condition=models.Q(('closed_on', None), ('closed_on__gte', models.F('opened_on')), _connector='OR'), name='work_file_days_ordered'),
        ),
        migrations.AddConstraint(
            model_name='workfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['accepted', 'handed-in']), _negated=True), models.Q(('handed_in_at__isnull', False), models.Q(('seal', ''), _negated=True), models.Q(('sealed_sha256', ''), _negated=True)), _connector='OR'), name='work_file_handed_in_is_sealed'),
        ),
        migrations.AddConstraint(
            model_name='workfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'returned'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='work_file_return_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='workfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', False), ('state', 'accepted')), models.Q(models.Q(('state', 'accepted'), _negated=True), ('accepted_at', None)), _connector='OR'), name='work_file_accepted_has_time'),
        ),
        migrations.AddConstraint(
            model_name='workfileitem',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], fields=('file', 'position'), name='work_file_item_position'),
        ),
        migrations.AddConstraint(
            model_name='workfileitem',
            constraint=models.UniqueConstraint(fields=('file', 'incoming'), name='work_file_incoming_once'),
        ),
        migrations.AddConstraint(
            model_name='workfileitem',
            constraint=models.UniqueConstraint(fields=('file', 'outgoing'), name='work_file_outgoing_once'),
        ),
        migrations.AddConstraint(
            model_name='workfileitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('incoming__isnull', False), ('outgoing', None)), models.Q(('incoming', None), ('outgoing__isnull', False)), _connector='OR'), name='work_file_item_is_one_document'),
        ),
        migrations.AddConstraint(
            model_name='workfileitem',
            constraint=models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='work_file_item_from_one'),
        ),
    ]
