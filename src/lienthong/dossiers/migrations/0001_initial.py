"""The tables of the one-stop."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import lienthong.dossiers.states
import lienthong.kernel.identifiers
import lienthong.kernel.plain
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('directory', '0001_initial'),
        ('documents', '0004_files_to_scan'),
        ('identity', '0005_parties'),
        ('kernel', '0002_composed_blobs'),
        ('procedures', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dossier',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=60, unique=True)),
                ('channel', models.CharField(choices=[('counter', 'At the counter'), ('post', 'By post'), ('online-part', 'Online in part'), ('online-whole', 'Online from beginning to end')], max_length=15)),
                ('state', models.SmallIntegerField(default=lienthong.dossiers.states.DossierState['SUBMITTED'])),
                ('outcome', models.CharField(blank=True, max_length=10)),
                ('timing', models.CharField(blank=True, max_length=10)),
                ('applicant_name', models.CharField(help_text='as it was then', max_length=250)),
                ('summary', models.CharField(blank=True, max_length=500)),
                ('submitted_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('counted_from_at', models.DateTimeField(help_text='when the clock began: after the cut-off hour', null=True)),
                ('limit_minutes', models.IntegerField(help_text='working minutes, by the law at acceptance', null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('promised_at', models.DateTimeField(null=True)),
                ('paused_at', models.DateTimeField(null=True)),
                ('minutes_left', models.IntegerField(help_text='working minutes, while the clock stands', null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('tokens', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), default=list, size=None)),
                ('bodies', models.JSONField(default=dict, help_text='which agency (id) works in each lane; set at acceptance')),
                ('fee_owed', models.BigIntegerField(default=0, help_text='đồng; kept by the events of payments')),
                ('supplemented', models.BooleanField(default=False)),
                ('lock_version', models.PositiveIntegerField(default=0)),
                ('search_text', models.GeneratedField(db_persist=True, expression=lienthong.kernel.plain.Plain(django.db.models.functions.text.Concat(models.F('code'), models.Value(' '), models.F('applicant_name'), models.Value(' '), models.F('summary'))), output_field=models.TextField())),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('applicant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.party')),
                ('root', models.ForeignKey(help_text='itself, unless a part of another', on_delete=django.db.models.deletion.PROTECT, related_name='linked', to='dossiers.dossier')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procedures.procedureversion')),
            ],
            options={
                'verbose_name': 'dossier',
            },
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('dossier', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='application', serialize=False, to='dossiers.dossier')),
                ('answers', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='CompetentBody',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(help_text='code of the service field', max_length=40)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('province', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
            ],
        ),
        migrations.CreateModel(
            name='DaySequence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('last', models.PositiveIntegerField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
            ],
        ),
        migrations.CreateModel(
            name='DossierParty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20)),
                ('mandate', models.CharField(blank=True, help_text='what the representative acts on', max_length=500)),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parties', to='dossiers.dossier')),
                ('mandate_file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.party')),
            ],
        ),
        migrations.CreateModel(
            name='DossierTask',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('step', models.CharField(max_length=40)),
                ('kind', models.CharField(default=lienthong.dossiers.states.TaskKind['WORK'], max_length=10)),
                ('state', models.CharField(default=lienthong.dossiers.states.TaskState['OPEN'], max_length=10)),
                ('role', models.CharField(blank=True, max_length=20)),
                ('minutes', models.IntegerField(default=0, help_text='working minutes allowed')),
                ('opened_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('paused_at', models.DateTimeField(null=True)),
                ('minutes_left', models.IntegerField(null=True)),
                ('pause_reason', models.CharField(blank=True, max_length=40)),
                ('done_at', models.DateTimeField(null=True)),
                ('minutes_used', models.IntegerField(help_text='working minutes from opening to end, less pauses', null=True)),
                ('question', models.TextField(blank=True)),
                ('note', models.TextField(blank=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('assignee', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('division', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.division')),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='dossiers.dossier')),
            ],
        ),
        migrations.CreateModel(
            name='HeldDocument',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=500)),
                ('file_name', models.CharField(max_length=200)),
                ('given_at', models.DateTimeField()),
                ('valid_until', models.DateField(null=True)),
                ('issued', models.BooleanField(default=False, help_text='a result of a dossier, not something handed in')),
                ('blob', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.party')),
                ('source', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dossiers.dossier')),
            ],
        ),
        migrations.CreateModel(
            name='DossierResult',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=200)),
                ('made_at', models.DateTimeField()),
                ('valid_until', models.DateField(null=True)),
                ('handed_out_at', models.DateTimeField(null=True)),
                ('handed_to', models.CharField(blank=True, max_length=250)),
                ('document', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.officialdocument')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='results', to='dossiers.dossier')),
                ('held', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dossiers.helddocument')),
            ],
        ),
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=40)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pauses', to='dossiers.dossier')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Slip',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=2)),
                ('facts', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('blob', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='slips', to='dossiers.dossier')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SupplementRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('items', models.JSONField(help_text='a list of texts, one each')),
                ('reason', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('dossier', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='supplement', to='dossiers.dossier')),
                ('task', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dossiers.dossiertask')),
            ],
        ),
        migrations.CreateModel(
            name='DossierPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(blank=True, help_text='of the required paper; empty if another', max_length=40)),
                ('name', models.CharField(max_length=500)),
                ('originals', models.PositiveSmallIntegerField(default=0)),
                ('copies', models.PositiveSmallIntegerField(default=0)),
                ('given_at', models.DateTimeField()),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='dossiers.dossier')),
                ('held', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dossiers.helddocument')),
                ('supplement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='dossiers.supplementrequest')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='dossier',
            index=models.Index(fields=['agency', '-id'], name='dossier_of_agency'),
        ),
        migrations.AddIndex(
            model_name='dossier',
            index=models.Index(condition=models.Q(('state__in', [lienthong.dossiers.states.DossierState['SUBMITTED'], lienthong.dossiers.states.DossierState['ACCEPTED'], lienthong.dossiers.states.DossierState['IN_PROGRESS'], lienthong.dossiers.states.DossierState['SUPPLEMENT_REQUESTED'], lienthong.dossiers.states.DossierState['PAYMENT_REQUESTED']])), fields=['agency', 'due_at', 'id'], name='dossier_open_by_due'),
        ),
        migrations.AddIndex(
            model_name='dossier',
            index=models.Index(condition=models.Q(('state', lienthong.dossiers.states.DossierState['FINISHED'])), fields=['agency', 'finished_at'], name='dossier_to_hand_out'),
        ),
        migrations.AddIndex(
            model_name='dossier',
            index=models.Index(fields=['applicant', '-id'], name='dossier_of_applicant'),
        ),
        migrations.AddIndex(
            model_name='dossier',
            index=models.Index(condition=models.Q(('root', models.F('id')), _negated=True), fields=['root'], name='dossier_linked'),
        ),
        migrations.AddIndex(
            model_name='dossier',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('search_text'), 'gin_trgm_ops'), name='dossier_search'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', [lienthong.dossiers.states.DossierState['SUBMITTED'], lienthong.dossiers.states.DossierState['ACCEPTED'], lienthong.dossiers.states.DossierState['NOT_ACCEPTED'], lienthong.dossiers.states.DossierState['IN_PROGRESS'], lienthong.dossiers.states.DossierState['SUPPLEMENT_REQUESTED'], lienthong.dossiers.states.DossierState['PAYMENT_REQUESTED'], lienthong.dossiers.states.DossierState['WITHDRAWN'], lienthong.dossiers.states.DossierState['STOPPED'], lienthong.dossiers.states.DossierState['FINISHED'], lienthong.dossiers.states.DossierState['HANDED_OUT']])), name='dossier_state_known'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['counter', 'post', 'online-part', 'online-whole'])), name='dossier_channel_known'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('outcome__in', [lienthong.dossiers.states.Outcome['GRANTED'], lienthong.dossiers.states.Outcome['REFUSED']]), ('state__in', [lienthong.dossiers.states.DossierState['FINISHED'], lienthong.dossiers.states.DossierState['HANDED_OUT']])), models.Q(models.Q(('state__in', [lienthong.dossiers.states.DossierState['FINISHED'], lienthong.dossiers.states.DossierState['HANDED_OUT']]), _negated=True), ('finished_at', None), ('outcome', '')), _connector='OR'), name='dossier_finished_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', [lienthong.dossiers.states.DossierState['FINISHED'], lienthong.dossiers.states.DossierState['HANDED_OUT']]), ('timing__in', [lienthong.dossiers.states.Timing['EARLY'], lienthong.dossiers.states.Timing['ON_TIME'], lienthong.dossiers.states.Timing['LATE']])), models.Q(models.Q(('state__in', [lienthong.dossiers.states.DossierState['FINISHED'], lienthong.dossiers.states.DossierState['HANDED_OUT']]), _negated=True), ('timing', '')), _connector='OR'), name='dossier_timing_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', [lienthong.dossiers.states.DossierState['ACCEPTED'], lienthong.dossiers.states.DossierState['IN_PROGRESS'], lienthong.dossiers.states.DossierState['PAYMENT_REQUESTED']]), _negated=True), models.Q(('accepted_at__isnull', False), ('counted_from_at__isnull', False)), _connector='OR'), name='dossier_under_way_was_accepted'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at', None), ('due_at', None), ('minutes_left', None), ('paused_at', None)), models.Q(('accepted_at__isnull', False), ('due_at__isnull', False), ('minutes_left', None), ('paused_at', None)), models.Q(('accepted_at__isnull', False), ('due_at', None), ('minutes_left__isnull', False), ('paused_at__isnull', False)), _connector='OR'), name='dossier_clock_runs_or_stands'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(('paused_at', None), ('state__in', [lienthong.dossiers.states.DossierState['ACCEPTED'], lienthong.dossiers.states.DossierState['IN_PROGRESS'], lienthong.dossiers.states.DossierState['SUPPLEMENT_REQUESTED'], lienthong.dossiers.states.DossierState['PAYMENT_REQUESTED']]), _connector='OR'), name='dossier_ended_clock_is_off'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(('fee_owed__gte', 0)), name='dossier_fee_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at', None), ('closed_at__gte', models.F('submitted_at')), _connector='OR'), name='dossier_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='competentbody',
            constraint=models.UniqueConstraint(fields=('province', 'field'), name='competent_body_once'),
        ),
        migrations.AddConstraint(
            model_name='daysequence',
            constraint=models.UniqueConstraint(fields=('agency', 'day'), name='dossier_sequence_of_day'),
        ),
        migrations.AddConstraint(
            model_name='dossierparty',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', [lienthong.dossiers.states.PartyRole['APPLICANT'], lienthong.dossiers.states.PartyRole['REPRESENTATIVE']])), name='dossier_party_role_known'),
        ),
        migrations.AddConstraint(
            model_name='dossierparty',
            constraint=models.UniqueConstraint(fields=('dossier', 'party', 'role'), name='dossier_party_once'),
        ),
        migrations.AddConstraint(
            model_name='dossierparty',
            constraint=models.UniqueConstraint(condition=models.Q(('role', lienthong.dossiers.states.PartyRole['APPLICANT'])), fields=('dossier',), name='dossier_one_applicant'),
        ),
        migrations.AddConstraint(
            model_name='dossierparty',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role', lienthong.dossiers.states.PartyRole['REPRESENTATIVE']), _negated=True), models.Q(('mandate', ''), _negated=True), _connector='OR'), name='dossier_representative_has_mandate'),
        ),
        migrations.AddIndex(
            model_name='dossiertask',
            index=models.Index(fields=['dossier', 'id'], name='dossier_task_of'),
        ),
        migrations.AddIndex(
            model_name='dossiertask',
            index=models.Index(condition=models.Q(('state', lienthong.dossiers.states.TaskState['OPEN']), models.Q(('role', ''), _negated=True)), fields=['agency', 'role', 'due_at', 'id'], name='dossier_task_inbox'),
        ),
        migrations.AddIndex(
            model_name='dossiertask',
            index=models.Index(condition=models.Q(('state', lienthong.dossiers.states.TaskState['OPEN']), ('assignee__isnull', False)), fields=['assignee', 'due_at', 'id'], name='dossier_task_mine'),
        ),
        migrations.AddIndex(
            model_name='dossiertask',
            index=models.Index(condition=models.Q(('kind', lienthong.dossiers.states.TaskKind['TIMER']), ('state', lienthong.dossiers.states.TaskState['OPEN'])), fields=['due_at'], name='dossier_task_timers'),
        ),
        migrations.AddIndex(
            model_name='dossiertask',
            index=models.Index(fields=['agency', 'dossier'], name='dossier_task_by_agency'),
        ),
        migrations.AddConstraint(
            model_name='dossiertask',
            constraint=models.UniqueConstraint(condition=models.Q(('state', lienthong.dossiers.states.TaskState['OPEN'])), fields=('dossier', 'step', 'agency'), name='dossier_task_open_once'),
        ),
        migrations.AddConstraint(
            model_name='dossiertask',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', [lienthong.dossiers.states.TaskKind['WORK'], lienthong.dossiers.states.TaskKind['CHOICE'], lienthong.dossiers.states.TaskKind['WAIT'], lienthong.dossiers.states.TaskKind['TIMER'], lienthong.dossiers.states.TaskKind['OPINION']])), name='dossier_task_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='dossiertask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('state', lienthong.dossiers.states.TaskState['OPEN'])), models.Q(('done_at__isnull', False), ('state__in', [lienthong.dossiers.states.TaskState['DONE'], lienthong.dossiers.states.TaskState['DROPPED']])), _connector='OR'), name='dossier_task_done_has_time'),
        ),
        migrations.AddConstraint(
            model_name='dossiertask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('minutes_left', None), ('paused_at', None)), models.Q(('due_at', None), ('minutes_left__isnull', False), ('paused_at__isnull', False)), _connector='OR'), name='dossier_task_clock_runs_or_stands'),
        ),
        migrations.AddConstraint(
            model_name='dossiertask',
            constraint=models.CheckConstraint(condition=models.Q(('minutes__gte', 0)), name='dossier_task_minutes_not_negative'),
        ),
        migrations.AddIndex(
            model_name='helddocument',
            index=models.Index(fields=['party', '-id'], name='held_document_of_party'),
        ),
        migrations.AddConstraint(
            model_name='helddocument',
            constraint=models.UniqueConstraint(fields=('party', 'name', 'blob'), name='held_document_once'),
        ),
        migrations.AddConstraint(
            model_name='dossierresult',
            constraint=models.UniqueConstraint(fields=('dossier', 'key'), name='dossier_result_once'),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('dossier',), name='dossier_one_pause_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('began_at')), _connector='OR'), name='pause_ends_after_it_began'),
        ),
        migrations.AddIndex(
            model_name='slip',
            index=models.Index(fields=['dossier', 'id'], name='slip_of_dossier'),
        ),
        migrations.AddConstraint(
            model_name='slip',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', [lienthong.dossiers.states.SlipKind['ACCEPTANCE'], lienthong.dossiers.states.SlipKind['SUPPLEMENT'], lienthong.dossiers.states.SlipKind['REFUSAL'], lienthong.dossiers.states.SlipKind['APOLOGY'], lienthong.dossiers.states.SlipKind['STOP']])), name='slip_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='supplementrequest',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='supplement_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='supplementrequest',
            constraint=models.CheckConstraint(condition=models.Q(('items', []), _negated=True), name='supplement_has_items'),
        ),
        migrations.AddIndex(
            model_name='dossierpaper',
            index=models.Index(fields=['dossier', 'id'], name='dossier_paper_of'),
        ),
    ]
