"""Dossiers between two installations: tables of their own; of what exists one column with a constant default,
and one NOT NULL less, both changes of the catalogue alone (no table is rewritten or read).

Each step commits by itself: in one transaction the first one's lock on the dossiers would last until all the
tables are made, and everybody wait as long.
"""

import django.db.models.deletion
import lienthong.kernel.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('directory', '0001_initial'),
        ("dossiers", "0009_queueing"),
        ('kernel', '0002_composed_blobs'),
    ]

    operations = [
        migrations.AddField(
            model_name='dossier',
            name='foreign',
            field=models.BooleanField(db_column='is_foreign', db_default=False, default=False, help_text='another installation handed it over (`Origin`)'),
        ),
        # By itself Django would drop and make the foreign key again, which reads the whole table under a lock.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='supplementrequest',
                    name='asked_by',
                    field=models.ForeignKey(help_text='empty: asked elsewhere', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official'),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE dossiers_supplementrequest ALTER COLUMN asked_by_id DROP NOT NULL",
                    "ALTER TABLE dossiers_supplementrequest ALTER COLUMN asked_by_id SET NOT NULL",
                )
            ],
        ),
        migrations.CreateModel(
            name='AcrossArrival',
            fields=[
                ('packet_id', models.UUIDField(primary_key=True, serialize=False)),
                ('kind', models.CharField(blank=True, max_length=10)),
                ('arrived_at', models.DateTimeField()),
                ('refusal', models.CharField(blank=True, max_length=500)),
                ('sender', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
            ],
        ),
        migrations.CreateModel(
            name='FarStep',
            fields=[
                ('task', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='far', serialize=False, to='dossiers.dossiertask')),
                ('agency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('role', models.CharField(help_text='whose step it would be here', max_length=20)),
                ('state', models.CharField(default='waiting', max_length=12)),
                ('code', models.CharField(blank=True, help_text='of the dossier there', max_length=60)),
                ('words', models.TextField(blank=True)),
                ('heard', models.PositiveIntegerField(default=0)),
                ('heard_at', models.DateTimeField(null=True)),
                ('said', models.PositiveIntegerField(default=0, help_text='how much was said to it')),
                ('asked_items', models.JSONField(default=list, help_text='the supplement asked for there, one text each')),
                ('asked_reason', models.TextField(blank=True)),
                ('asked_at', models.DateTimeField(null=True)),
                ('supplied_at', models.DateTimeField(null=True)),
                ('results', models.PositiveSmallIntegerField(default=0, help_text='how many documents came back')),
                ('settled_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settled_at', None)), fields=['task'], name='far_step_unsettled')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sent', 'received', 'in-progress', 'supplement', 'finished', 'refused'])), name='far_step_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('asked_at', None), ('asked_reason', '')), models.Q(('asked_at__isnull', False), models.Q(('asked_reason', ''), _negated=True), models.Q(('asked_items', []), _negated=True)), _connector='OR'), name='far_step_asked_is_whole'), models.CheckConstraint(condition=models.Q(('supplied_at', None), ('asked_at__isnull', False), _connector='OR'), name='far_step_supplied_was_asked')],
            },
        ),
        migrations.CreateModel(
            name='Origin',
            fields=[
                ('dossier', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='origin', serialize=False, to='dossiers.dossier')),
                ('handover', models.UUIDField(help_text="the sender's key of the step")),
                ('foreign_code', models.CharField(help_text="the sender's code of the dossier", max_length=60)),
                ('procedure_version', models.PositiveSmallIntegerField(help_text="the sender's")),
                ('step', models.CharField(max_length=40)),
                ('step_name', models.CharField(blank=True, max_length=200)),
                ('due_at', models.DateTimeField(help_text="by the sender's clock, when it was sent", null=True)),
                ('heard', models.PositiveIntegerField(default=1)),
                ('said', models.PositiveIntegerField(default=0)),
                ('told', models.IntegerField(default=-1)),
                ('told_state', models.CharField(blank=True, max_length=12)),
                ('ended_at', models.DateTimeField(null=True)),
                ('sender', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
            ],
        ),
        migrations.CreateModel(
            name='AcrossLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, unique=True)),
                ('kind', models.CharField(max_length=10)),
                ('version', models.IntegerField(default=0, help_text='of the dossier that the packet tells of')),
                ('told_state', models.CharField(blank=True, max_length=12)),
                ('packet_id', models.CharField(blank=True, max_length=40)),
                ('made_at', models.DateTimeField()),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField()),
                ('problem', models.CharField(blank=True, max_length=500)),
                ('refused_at', models.DateTimeField(null=True)),
                ('signed', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
                ('far', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='dossiers.farstep')),
                ('origin', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='dossiers.origin')),
            ],
        ),
        migrations.AddIndex(
            model_name='origin',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['dossier'], name='origin_open'),
        ),
        migrations.AddConstraint(
            model_name='origin',
            constraint=models.UniqueConstraint(fields=('sender', 'handover'), name='origin_step_once'),
        ),
        migrations.AddConstraint(
            model_name='origin',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('sender', 'foreign_code', 'step'), name='origin_open_step_once'),
        ),
        migrations.AddIndex(
            model_name='acrossletter',
            index=models.Index(condition=models.Q(('refused_at', None)), fields=['next_attempt_at'], name='across_letter_due'),
        ),
        migrations.AddConstraint(
            model_name='acrossletter',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['hand-over', 'supply', 'recall', 'state'])), name='across_letter_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='acrossletter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('far', None), ('kind', 'state'), ('origin__isnull', False)), models.Q(('far__isnull', False), ('origin', None), models.Q(('kind', 'state'), _negated=True)), _connector='OR'), name='across_letter_of_one'),
        ),
        migrations.AddConstraint(
            model_name='acrossletter',
            constraint=models.CheckConstraint(condition=models.Q(('refused_at', None), models.Q(('problem', ''), _negated=True), _connector='OR'), name='across_letter_refused_says_why'),
        ),
    ]
