"""What the national portal is to be told, and what it took."""

import django.db.models.deletion
import lienthong.dossiers.states
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dossiers", "0004_figures"),
    ]

    operations = [
        migrations.CreateModel(
            name='NationalDossier',
            fields=[
                ('dossier', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='dossiers.dossier')),
                ('told_at', models.DateTimeField()),
                ('state', models.SmallIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['-told_at'], name='national_last_told')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', [lienthong.dossiers.states.DossierState['SUBMITTED'], lienthong.dossiers.states.DossierState['ACCEPTED'], lienthong.dossiers.states.DossierState['NOT_ACCEPTED'], lienthong.dossiers.states.DossierState['IN_PROGRESS'], lienthong.dossiers.states.DossierState['SUPPLEMENT_REQUESTED'], lienthong.dossiers.states.DossierState['PAYMENT_REQUESTED'], lienthong.dossiers.states.DossierState['WITHDRAWN'], lienthong.dossiers.states.DossierState['STOPPED'], lienthong.dossiers.states.DossierState['FINISHED'], lienthong.dossiers.states.DossierState['HANDED_OUT']])), name='national_known_state_known')],
            },
        ),
        migrations.CreateModel(
            name='NationalReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.CharField(max_length=10)),
                ('state', models.SmallIntegerField()),
                ('verb', models.CharField(max_length=40)),
                ('happened_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(help_text='empty while the clock stands', null=True)),
                ('staff', models.CharField(blank=True, max_length=250)),
                ('post_title', models.CharField(blank=True, max_length=250)),
                ('agency_code', models.CharField(blank=True, help_text='where the act was done', max_length=60)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('refusals', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField()),
                ('code', models.CharField(blank=True, help_text='how the last attempt failed', max_length=40)),
                ('problem', models.CharField(blank=True, help_text="in the portal's own words", max_length=500)),
                ('refused_at', models.DateTimeField(null=True)),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dossiers.dossier')),
            ],
            options={
                'indexes': [models.Index(fields=['dossier', 'id'], name='national_of_dossier'), models.Index(condition=models.Q(('refused_at', None)), fields=['id'], name='national_to_send'), models.Index(condition=models.Q(('code', ''), _negated=True), fields=['id'], name='national_troubled')],
                'constraints': [models.CheckConstraint(condition=models.Q(('service__in', [lienthong.dossiers.states.National['RECORD'], lienthong.dossiers.states.National['PROGRESS']])), name='national_service_known'), models.CheckConstraint(condition=models.Q(('state__in', [lienthong.dossiers.states.DossierState['SUBMITTED'], lienthong.dossiers.states.DossierState['ACCEPTED'], lienthong.dossiers.states.DossierState['NOT_ACCEPTED'], lienthong.dossiers.states.DossierState['IN_PROGRESS'], lienthong.dossiers.states.DossierState['SUPPLEMENT_REQUESTED'], lienthong.dossiers.states.DossierState['PAYMENT_REQUESTED'], lienthong.dossiers.states.DossierState['WITHDRAWN'], lienthong.dossiers.states.DossierState['STOPPED'], lienthong.dossiers.states.DossierState['FINISHED'], lienthong.dossiers.states.DossierState['HANDED_OUT']])), name='national_state_known'), models.CheckConstraint(condition=models.Q(('refused_at', None), models.Q(('code', ''), _negated=True), _connector='OR'), name='national_refused_says_why')],
            },
        ),
    ]
