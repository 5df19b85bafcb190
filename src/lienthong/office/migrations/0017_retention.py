"""Retention periods as an agency decides them: a new table. Merges the two leaves before it."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import lienthong.office.archive.retention_models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0001_initial'),
        ('office', '0016_secret_marks'),
    ]

    operations = [
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.CharField(max_length=250)),
                ('group_key', models.CharField(help_text='the group in small letters: what is one group', max_length=250)),
                ('retention', models.CharField(max_length=10)),
                ('source', models.CharField(help_text='law, circular or decision', max_length=150)),
                ('article', models.CharField(blank=True, max_length=100)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(help_text='the first day on which it is no longer valid', null=True)),
                ('proposed_by', models.CharField(max_length=250)),
                ('proposed_at', models.DateTimeField()),
                ('approved_by', models.CharField(blank=True, max_length=250)),
                ('approved_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, max_length=250)),
                ('ended_reason', models.CharField(blank=True, max_length=500)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('approved_at', None)), fields=('agency', 'group_key'), name='retention_one_proposal'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('approved_at__isnull', False)), expressions=[(models.F('agency'), '='), (models.F('group_key'), '='), (lienthong.office.archive.retention_models.Days('valid_from', 'valid_to'), '&&')], name='retention_one_a_day'), models.CheckConstraint(condition=models.Q(('retention__regex', '^(permanent|[1-9][0-9]{0,2})$')), name='retention_period_known'), models.CheckConstraint(condition=models.Q(models.Q(('group', ''), _negated=True), models.Q(('group_key', ''), _negated=True), models.Q(('source', ''), _negated=True)), name='retention_is_named'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', ''), ('valid_to', None)), models.Q(('approved_at__isnull', False), models.Q(('approved_by', ''), _negated=True)), _connector='OR'), name='retention_approved_is_whole'), models.CheckConstraint(condition=models.Q(models.Q(('ended_by', ''), ('ended_reason', ''), ('valid_to', None)), models.Q(('valid_to__gte', models.F('valid_from')), models.Q(('ended_by', ''), _negated=True), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='retention_ended_has_reason')],
            },
        ),
    ]
