"""How citizens come in: accounts of parties, one-time codes, sign-ons, representatives, mandates.

The constraints on accounts, of which there are as many as officials, are made without stopping writers.
"""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import lienthong.identity.models.citizens
import lienthong.kernel.identifiers
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('directory', '0002_hours_from_a_day'),
        ('identity', '0006_hall_roles'),
    ]

    operations = [
        migrations.CreateModel(
            name='Mandate',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('holder_number', models.CharField(max_length=12)),
                ('holder_name', models.CharField(max_length=250)),
                ('purpose', models.CharField(max_length=500)),
                ('procedures', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list, size=None)),
                ('from_date', models.DateField()),
                ('until_date', models.DateField()),
                ('given_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='OneTimeCode',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('sign_in', 'sign_in'), ('open', 'open'), ('contact', 'contact')], max_length=10)),
                ('channel', models.CharField(choices=[('mail', 'mail'), ('sms', 'sms')], max_length=4)),
                ('address', models.CharField(blank=True, max_length=254)),
                ('language', models.CharField(max_length=2)),
                ('code_hash', models.BinaryField()),
                ('sealed', models.TextField(blank=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('target', models.BinaryField()),
                ('source', models.BinaryField()),
                ('number', models.CharField(blank=True, max_length=12)),
                ('name', models.CharField(blank=True, max_length=250)),
                ('born_date', models.DateField(null=True)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Representation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proof', models.CharField(max_length=10)),
                ('since', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SignOn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer', models.CharField(max_length=300)),
                ('subject', models.CharField(max_length=255)),
                ('since', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='account',
            name='assurance',
            field=models.CharField(blank=True, db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='account',
            name='number',
            field=models.CharField(blank=True, db_default='', default='', max_length=12),
        ),
        migrations.AddField(
            model_name='account',
            name='telephone',
            field=models.CharField(blank=True, db_default='', default='', max_length=15),
        ),
        AddConstraintNotValid(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('number', ''), ('official', None), _connector='OR'), name='account_of_official_or_citizen'),
        ),
        AddConstraintNotValid(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('assurance', ''), ('number', '')), models.Q(('assurance__in', ['self', 'counter', 'national']), ('number__regex', '^[0-9]{12}$')), _connector='OR'), name='account_assured'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('number', ''), _negated=True), models.Q(('email', ''), _negated=True), ('is_active', True)), fields=('number', 'email'), name='account_number_email_once'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('number', ''), _negated=True), models.Q(('telephone', ''), _negated=True), ('is_active', True)), fields=('number', 'telephone'), name='account_number_telephone_once'),
        ),
        ValidateConstraint('account', 'account_of_official_or_citizen'),
        ValidateConstraint('account', 'account_assured'),
        migrations.AddField(
            model_name='mandate',
            name='given_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.party'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='giver',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.party'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='holder',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.party'),
        ),
        migrations.AddField(
            model_name='onetimecode',
            name='account',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='representation',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.party'),
        ),
        migrations.AddField(
            model_name='representation',
            name='confirmed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official'),
        ),
        migrations.AddField(
            model_name='representation',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.party'),
        ),
        migrations.AddField(
            model_name='signon',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='mandate',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['holder_number'], name='mandate_by_number'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('until_date__gte', models.F('from_date'))), name='mandate_ordered'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('holder_number__regex', '^[0-9]{12}$')), name='mandate_number_spelled'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('holder_name', ''), _negated=True), models.Q(('purpose', ''), _negated=True)), name='mandate_says_whom_and_what'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at', None), ('holder', None)), models.Q(('accepted_at__isnull', False), ('holder__isnull', False)), _connector='OR'), name='mandate_accepted_by_holder'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('holder', None), models.Q(models.Q(('holder', models.F('giver')), _negated=True), models.Q(('holder', models.F('given_by')), _negated=True)), _connector='OR'), name='mandate_to_another'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('ended_at', None)), expressions=[(models.F('giver'), '='), (models.F('holder_number'), '='), (lienthong.identity.models.citizens.DayRange('from_date', 'until_date', models.Value('[]')), '&&')], name='mandate_once_at_a_time'),
        ),
        migrations.AddIndex(
            model_name='onetimecode',
            index=models.Index(fields=['target', 'made_at'], name='code_by_target'),
        ),
        migrations.AddIndex(
            model_name='onetimecode',
            index=models.Index(fields=['source', 'made_at'], name='code_by_source'),
        ),
        migrations.AddIndex(
            model_name='onetimecode',
            index=models.Index(fields=['made_at'], name='code_by_age'),
        ),
        migrations.AddConstraint(
            model_name='onetimecode',
            constraint=models.CheckConstraint(condition=models.Q(('attempts__lte', 5)), name='code_attempts_few'),
        ),
        migrations.AddConstraint(
            model_name='onetimecode',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='code_ordered'),
        ),
        migrations.AddConstraint(
            model_name='representation',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('person', 'business'), name='representation_once'),
        ),
        migrations.AddConstraint(
            model_name='representation',
            constraint=models.CheckConstraint(condition=models.Q(('person', models.F('business')), _negated=True), name='representation_of_another'),
        ),
        migrations.AddConstraint(
            model_name='representation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by__isnull', False), ('proof', 'counter')), models.Q(('confirmed_by', None), ('proof', 'national')), _connector='OR'), name='representation_proven'),
        ),
        migrations.AddConstraint(
            model_name='representation',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('since')), _connector='OR'), name='representation_ordered'),
        ),
        migrations.AddConstraint(
            model_name='signon',
            constraint=models.UniqueConstraint(fields=('issuer', 'subject'), name='sign_on_once'),
        ),
    ]
