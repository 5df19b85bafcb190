"""Parties: citizens, businesses and households that deal with the State."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import lienthong.kernel.identifiers
import lienthong.kernel.plain
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0004_receptionist'),
    ]

    operations = [
        migrations.CreateModel(
            name='Party',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('citizen', 'citizen'), ('business', 'business'), ('household', 'household')], max_length=10)),
                ('number', models.CharField(blank=True, max_length=14)),
                ('name', models.CharField(max_length=250)),
                ('born_date', models.DateField(null=True)),
                ('telephone', models.CharField(blank=True, max_length=30)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('address', models.CharField(blank=True, max_length=500)),
                ('known_since', models.DateTimeField()),
                ('search_text', models.GeneratedField(db_persist=True, expression=lienthong.kernel.plain.Plain(models.F('name')), output_field=models.TextField())),
                ('account', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('number', ''), _negated=True), fields=['number'], name='party_by_number'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('search_text'), 'gin_trgm_ops'), name='party_search')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['citizen', 'business', 'household'])), name='party_kind_known'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='party_has_name'), models.CheckConstraint(condition=models.Q(('number', ''), models.Q(('kind', 'business'), ('number__regex', '^[0-9]{10}(-[0-9]{3})?$')), models.Q(models.Q(('kind', 'business'), _negated=True), ('number__regex', '^[0-9]{12}$')), _connector='OR'), name='party_number_spelled'), models.UniqueConstraint(condition=models.Q(('number', ''), _negated=True), fields=('kind', 'number'), name='party_number_once')],
            },
        ),
    ]
