"""Feedback, ratings, who is competent; and the categories, which an installation may change afterwards.

`days` is what the body has to answer: ten working days as the law on receiving citizens has it (Luật Tiếp công dân
42/2013/QH13, Đ.28), fewer where somebody could come to harm or the trouble passes quickly (ADR 0079).
"""

import django.contrib.postgres.indexes
import django.db.models.deletion
import lienthong.kernel.identifiers
import lienthong.kernel.plain
import lienthong.participation.states
from django.db import migrations, models


CATEGORIES = [
    ("road", "Đường sá, vỉa hè, cầu cống", "Roads, pavements, bridges", 10),
    ("lighting", "Chiếu sáng, điện nơi công cộng", "Street lighting and public power", 5),
    ("waste", "Rác thải, vệ sinh môi trường", "Waste and cleanliness", 5),
    ("water", "Cấp nước, thoát nước, ngập úng", "Water, drains, flooding", 5),
    ("danger", "Nguy hiểm cần xử lý ngay (cây đổ, dây điện rơi)", "Danger (fallen trees or wires)", 1),
    ("traffic", "Giao thông, biển báo, đỗ xe", "Traffic, signs, parking", 10),
    ("order", "Trật tự công cộng, tiếng ồn", "Public order and noise", 5),
    ("building", "Xây dựng, đất đai", "Building and land", 10),
    ("food", "An toàn thực phẩm", "Safety of food", 5),
    ("health", "Y tế, giáo dục", "Health and schools", 10),
    ("service", "Thái độ, cách phục vụ của cơ quan, cán bộ", "How an office or official served me", 10),
    ("regulation", "Quy định, thủ tục hành chính", "Regulations and administrative procedures", 10),
    ("other", "Việc khác", "Something else", 10),
]


def put_categories(apps, schema_editor):
    """The categories to begin with."""
    made = [
        apps.get_model("participation", "Category")(code=code, name=name, name_en=english, days=days, order=place * 10)
        for place, (code, name, english, days) in enumerate(CATEGORIES, start=1)
    ]
    apps.get_model("participation", "Category").objects.bulk_create(made)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('directory', '0002_hours_from_a_day'),
        ('dossiers', '0013_quality_cells'),
        ('identity', '0006_hall_roles'),
        ('kernel', '0002_composed_blobs'),
    ]

    operations = [
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('said', models.JSONField(default=dict)),
                ('saved_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='ApiClient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('contact', models.CharField(max_length=200)),
                ('key_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('disabled_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='open311_client_has_name'), models.CheckConstraint(condition=models.Q(('key_hash__regex', '^[0-9a-f]{64}$')), name='open311_key_hashed')],
            },
        ),
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=150)),
                ('name_en', models.CharField(max_length=150)),
                ('description', models.CharField(blank=True, max_length=300)),
                ('description_en', models.CharField(blank=True, max_length=300)),
                ('days', models.PositiveSmallIntegerField(help_text='working days from when the body is told')),
                ('order', models.PositiveSmallIntegerField(default=50)),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['order', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('days__range', (1, 90))), name='feedback_category_days_sane')],
            },
        ),
        migrations.CreateModel(
            name='Feedback',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=12, unique=True)),
                ('kind', models.CharField(max_length=10)),
                ('text', models.TextField()),
                ('place', models.CharField(blank=True, max_length=300)),
                ('latitude', models.FloatField(null=True)),
                ('longitude', models.FloatField(null=True)),
                ('source', models.CharField(default=lienthong.participation.states.Source['PORTAL'], max_length=10)),
                ('media_url', models.CharField(blank=True, help_text='a picture elsewhere, never fetched', max_length=500)),
                ('sender_name', models.CharField(blank=True, max_length=250)),
                ('telephone', models.CharField(blank=True, max_length=30)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('wants_public', models.BooleanField()),
                ('forgotten_at', models.DateTimeField(help_text='when what tells of the sender was removed', null=True)),
                ('state', models.CharField(default=lienthong.participation.states.State['SENT'], max_length=12)),
                ('sent_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('warned_at', models.DateTimeField(help_text='when its body was told that it is nearly late', null=True)),
                ('answer', models.TextField(blank=True)),
                ('publish', models.BooleanField(default=False)),
                ('public_text', models.TextField(blank=True)),
                ('shows_place', models.BooleanField(default=False)),
                ('answered_at', models.DateTimeField(null=True)),
                ('in_time', models.BooleanField(help_text='whether the first word of the body came in time', null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('reopened_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('refusal', models.CharField(blank=True, max_length=15)),
                ('forwarded_to', models.CharField(blank=True, max_length=250)),
                ('search_text', models.GeneratedField(db_persist=True, expression=lienthong.kernel.plain.Plain(models.F('public_text')), output_field=models.TextField())),
                ('agency', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('category', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='participation.category')),
                ('client', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='participation.apiclient')),
                ('handler', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('party', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.party')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.administrativeunit')),
            ],
            options={
                'verbose_name': 'feedback',
            },
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('width', models.PositiveSmallIntegerField()),
                ('height', models.PositiveSmallIntegerField()),
                ('public', models.BooleanField(default=False)),
                ('blob', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
                ('draft', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='participation.draft')),
                ('feedback', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='participation.feedback')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='RateMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('at', models.DateTimeField(db_index=True)),
            ],
            options={
                'indexes': [models.Index(fields=['key', 'at'], name='rate_mark')],
            },
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('stage', models.CharField(max_length=10)),
                ('score', models.PositiveSmallIntegerField()),
                ('words', models.CharField(blank=True, max_length=1000)),
                ('rated_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(help_text='when the answer to a low rating is due', null=True)),
                ('answer', models.TextField(blank=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('answered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('dossier', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dossiers.dossier')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.party')),
            ],
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verb', models.CharField(max_length=20)),
                ('text', models.TextField(blank=True)),
                ('official_name', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
                ('agency', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('feedback', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='participation.feedback')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Competence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('category', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='participation.category')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.administrativeunit')),
            ],
            options={
                'verbose_name': 'competence for feedback',
                'constraints': [models.UniqueConstraint(fields=('unit', 'category'), name='feedback_competence_once', nulls_distinct=False)],
            },
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(condition=models.Q(('state__in', [lienthong.participation.states.State['DRAFTED'], lienthong.participation.states.State['IN_PROGRESS'], lienthong.participation.states.State['REOPENED'], lienthong.participation.states.State['ROUTED']])), fields=['agency', 'due_at', 'id'], name='feedback_open_by_due'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(fields=['agency', '-id'], name='feedback_of_agency'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(fields=['agency', 'sent_at'], name='feedback_counted'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(condition=models.Q(('party__isnull', False)), fields=['party', '-id'], name='feedback_of_party'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(condition=models.Q(('state__in', [lienthong.participation.states.State['DRAFTED'], lienthong.participation.states.State['IN_PROGRESS'], lienthong.participation.states.State['REOPENED'], lienthong.participation.states.State['ROUTED']])), fields=['handler', 'due_at'], name='feedback_of_handler'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(condition=models.Q(('state__in', [lienthong.participation.states.State['DRAFTED'], lienthong.participation.states.State['IN_PROGRESS'], lienthong.participation.states.State['REOPENED'], lienthong.participation.states.State['ROUTED']]), ('warned_at', None)), fields=['due_at'], name='feedback_to_warn'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(condition=models.Q(('state', lienthong.participation.states.State['ANSWERED'])), fields=['answered_at'], name='feedback_to_lapse'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(condition=models.Q(('published_at__isnull', False)), fields=['published_at', 'id'], name='feedback_public'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(condition=models.Q(('published_at__isnull', False)), fields=['unit', 'published_at'], name='feedback_public_of_unit'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('search_text'), 'gin_trgm_ops'), condition=models.Q(('published_at__isnull', False)), name='feedback_public_search'),
        ),
        migrations.AddConstraint(
            model_name='feedback',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', [lienthong.participation.states.State['SENT'], lienthong.participation.states.State['ROUTED'], lienthong.participation.states.State['IN_PROGRESS'], lienthong.participation.states.State['DRAFTED'], lienthong.participation.states.State['ANSWERED'], lienthong.participation.states.State['REOPENED'], lienthong.participation.states.State['CLOSED'], lienthong.participation.states.State['REFUSED']])), name='feedback_state_known'),
        ),
        migrations.AddConstraint(
            model_name='feedback',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', [lienthong.participation.states.Kind['REFLECTION'], lienthong.participation.states.Kind['PROPOSAL'], lienthong.participation.states.Kind['COMPLAINT']])), name='feedback_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='feedback',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', [lienthong.participation.states.Source['PORTAL'], lienthong.participation.states.Source['OPEN311']])), name='feedback_source_known'),
        ),
        migrations.AddConstraint(
            model_name='feedback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agency', None), ('due_at', None), ('state', lienthong.participation.states.State['SENT'])), models.Q(models.Q(('state', lienthong.participation.states.State['SENT']), _negated=True), ('agency__isnull', False), ('due_at__isnull', False)), _connector='OR'), name='feedback_routed_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='feedback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude', None), ('longitude', None)), models.Q(('latitude__range', (6.0, 23.5)), ('longitude__range', (102.0, 118.0))), _connector='OR'), name='feedback_point_in_vietnam'),
        ),
        migrations.AddConstraint(
            model_name='feedback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', [lienthong.participation.states.State['ANSWERED'], lienthong.participation.states.State['CLOSED'], lienthong.participation.states.State['REOPENED']]), _negated=True), models.Q(('answered_at__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='feedback_answered_has_answer'),
        ),
        migrations.AddConstraint(
            model_name='feedback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('refusal__in', [lienthong.participation.states.Reason['NOT_COMPETENT'], lienthong.participation.states.Reason['SPAM'], lienthong.participation.states.Reason['REPEATED'], lienthong.participation.states.Reason['OTHER_WAY']]), ('state', lienthong.participation.states.State['REFUSED'])), models.Q(models.Q(('state', lienthong.participation.states.State['REFUSED']), _negated=True), ('refusal', '')), _connector='OR'), name='feedback_refused_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='feedback',
            constraint=models.CheckConstraint(condition=models.Q(('published_at', None), models.Q(('answered_at__isnull', False), ('wants_public', True), models.Q(('public_text', ''), _negated=True)), _connector='OR'), name='feedback_public_as_agreed'),
        ),
        migrations.AddConstraint(
            model_name='feedback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('client', None), ('source', lienthong.participation.states.Source['PORTAL'])), models.Q(('client__isnull', False), ('source', lienthong.participation.states.Source['OPEN311'])), _connector='OR'), name='feedback_client_by_source'),
        ),
        migrations.AddConstraint(
            model_name='feedback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', lienthong.participation.states.State['CLOSED'])), models.Q(models.Q(('state', lienthong.participation.states.State['CLOSED']), _negated=True), ('closed_at', None)), _connector='OR'), name='feedback_closed_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='photo',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('draft__isnull', False), ('feedback', None), ('public', False)), models.Q(('draft', None), ('feedback__isnull', False)), _connector='OR'), name='feedback_photo_of_one'),
        ),
        migrations.AddIndex(
            model_name='rating',
            index=models.Index(fields=['agency', 'rated_at'], name='rating_of_agency'),
        ),
        migrations.AddIndex(
            model_name='rating',
            index=models.Index(condition=models.Q(('answered_at', None), ('due_at__isnull', False)), fields=['agency', 'due_at'], name='rating_owed'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.UniqueConstraint(fields=('dossier', 'stage'), name='rating_once_per_stage'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', [lienthong.participation.states.Stage['ACCEPTING'], lienthong.participation.states.Stage['PROCESSING'], lienthong.participation.states.Stage['RESULT']])), name='rating_stage_known'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('score__range', (1, 5))), name='rating_score_sane'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('due_at__isnull', False), ('score__lte', 2)), models.Q(('due_at', None), ('score__gt', 2)), _connector='OR'), name='rating_low_is_owed'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('due_at__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='rating_answer_is_whole'),
        ),
        migrations.RunPython(put_categories, migrations.RunPython.noop),
    ]
