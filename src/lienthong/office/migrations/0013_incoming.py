"""Mails of the agencies' mailboxes; the same paper is entered once, without a lock that stops writers."""

import django.db.models.deletion
import lienthong.kernel.identifiers
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import MD5

from lienthong.office.text_search import Plain

# Doubles from before the constraints, of two clerks at once, get a reason: nothing is thrown away.
DOUBLES = """
WITH entered AS (
    SELECT id, row_number() OVER (
               PARTITION BY agency_id, promulgated_on, number_key,
                            CASE WHEN code = '' THEN search_text ELSE plain(sender_name) END
               ORDER BY id) AS place
      FROM office_incomingdocument WHERE source IN ('paper', 'mail') AND duplicate_reason = ''
)
UPDATE office_incomingdocument SET duplicate_reason = 'Vào sổ trùng trước khi hệ thống kiểm tra'
  FROM entered WHERE entered.id = office_incomingdocument.id AND entered.place > 1
"""
ENTERED = Q(source__in=["paper", "mail"], duplicate_reason="")
ENTERED_ONCE = [
    models.UniqueConstraint(F("agency"), F("number_key"), F("promulgated_on"), MD5(Plain(F("sender_name"))), condition=ENTERED & ~Q(code=""), nulls_distinct=False, name="incoming_paper_once"),
    models.UniqueConstraint(F("agency"), F("promulgated_on"), MD5(F("search_text")), condition=ENTERED & Q(code=""), nulls_distinct=False, name="incoming_letter_once"),
]


class AddUniqueConcurrently(migrations.AddConstraint):
    """A unique constraint with expressions, which is an index, made while others write."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        sql = str(self.constraint.create_sql(model, schema_editor))
        schema_editor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{self.constraint.name}"')
        schema_editor.execute(sql.replace("CREATE UNIQUE INDEX", "CREATE UNIQUE INDEX CONCURRENTLY", 1), params=None)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('directory', '0001_initial'),
        ('kernel', '0002_composed_blobs'),
        ('office', '0011_dispatch'),
        ('tasks', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Mailbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid_validity', models.BigIntegerField(default=0)),
                ('last_uid', models.BigIntegerField(default=0)),
                ('read_at', models.DateTimeField(help_text='when the server last answered', null=True)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('failing_since', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='MailFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=200)),
                ('size', models.BigIntegerField()),
                ('verdict', models.JSONField(help_text='contracts.StoredVerdict, of PDFs only', null=True)),
                ('refused', models.JSONField(help_text='the reason in both languages', null=True)),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='ReceivedMail',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(default='waiting', max_length=10)),
                ('uid_validity', models.BigIntegerField()),
                ('uid', models.BigIntegerField()),
                ('message_id', models.CharField(blank=True, max_length=300)),
                ('fingerprint', models.CharField(help_text='SHA-256 of Message-ID, head and content', max_length=64)),
                ('sender_address', models.CharField(blank=True, max_length=254)),
                ('sender_name', models.CharField(blank=True, max_length=250)),
                ('subject', models.CharField(blank=True, max_length=500)),
                ('text', models.TextField(blank=True)),
                ('sent_at', models.DateTimeField(help_text='as the sender says', null=True)),
                ('received_at', models.DateTimeField()),
                ('size', models.BigIntegerField()),
                ('problem', models.CharField(blank=True, max_length=15)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RunSQL(DOUBLES, migrations.RunSQL.noop),
        *(AddUniqueConcurrently("incomingdocument", constraint) for constraint in ENTERED_ONCE),
        migrations.AddField(
            model_name='mailbox',
            name='agency',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency'),
        ),
        migrations.AddField(
            model_name='mailfile',
            name='blob',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob'),
        ),
        migrations.AddField(
            model_name='receivedmail',
            name='agency',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency'),
        ),
        migrations.AddField(
            model_name='receivedmail',
            name='decided_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official'),
        ),
        migrations.AddField(
            model_name='receivedmail',
            name='document',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='office.incomingdocument'),
        ),
        migrations.AddField(
            model_name='mailfile',
            name='mail',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='files', to='office.receivedmail'),
        ),
        migrations.AddIndex(
            model_name='receivedmail',
            index=models.Index(fields=['agency', 'state', '-id'], name='received_mail_by_state'),
        ),
        migrations.AddConstraint(
            model_name='receivedmail',
            constraint=models.UniqueConstraint(fields=('agency', 'fingerprint'), name='received_mail_once'),
        ),
        migrations.AddConstraint(
            model_name='receivedmail',
            constraint=models.UniqueConstraint(fields=('agency', 'uid_validity', 'uid'), name='received_mail_uid_once'),
        ),
        migrations.AddConstraint(
            model_name='receivedmail',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'taken', 'aside'])), name='received_mail_state_known'),
        ),
        migrations.AddConstraint(
            model_name='receivedmail',
            constraint=models.CheckConstraint(condition=models.Q(('problem__in', ['', 'too-large', 'too-complex', 'unreadable'])), name='received_mail_problem'),
        ),
        migrations.AddConstraint(
            model_name='receivedmail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('document__isnull', False), ('state', 'taken')), models.Q(models.Q(('state', 'taken'), _negated=True), ('document', None)), _connector='OR'), name='received_mail_taken_has_document'),
        ),
        migrations.AddConstraint(
            model_name='receivedmail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'aside'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='received_mail_aside_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='receivedmail',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'waiting'), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='received_mail_decided_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='mailfile',
            constraint=models.UniqueConstraint(fields=('mail', 'position'), name='mail_file_position'),
        ),
        migrations.AddConstraint(
            model_name='mailfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('blob', None), ('refused__isnull', False)), models.Q(('blob__isnull', False), ('refused__isnull', True)), _connector='OR'), name='mail_file_kept_or_refused'),
        ),
    ]
