"""Several register books per agency; documents that came on paper.

Safe on live tables of millions of rows: columns come with constant defaults, constraints are validated and
indexes made without a lock that stops writers; so it does not run in one transaction. Register books are a
few per agency: they are filled in one statement.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    BtreeGinExtension,
    ValidateConstraint,
)
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models
from django.db.models import Q

from lienthong.office.text_search import Plain, Words

FIRST_BOOKS = """
INSERT INTO office_registerbook (agency_id, code, name, active, is_default, position, types, senders)
SELECT DISTINCT agency_id, 'incoming', 'Sổ đăng ký văn bản đến', true, true, 0, '{}'::varchar[], '{}'::varchar[]
  FROM office_register
    ON CONFLICT DO NOTHING;
UPDATE office_register SET book_id = book.id
  FROM office_registerbook book WHERE book.agency_id = office_register.agency_id AND book_id IS NULL;
"""
OF_AXIS_ONLY = models.CheckConstraint(
    condition=Q(source="axis", delivery_id__isnull=False) | Q(source__in=["paper", "mail"], delivery_id=None),
    name="incoming_delivery_of_axis_only",
)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("directory", "0001_initial"),
        ("office", "0006_drafting"),
    ]

    operations = [
        migrations.CreateModel(
            name="RegisterBook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=150)),
                ("active", models.BooleanField(default=True)),
                ("is_default", models.BooleanField(default=False)),
                ("position", models.SmallIntegerField(default=0)),
                ("types", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), blank=True, default=list, size=None)),
                ("senders", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), blank=True, default=list, size=None)),
                ("from_urgency", models.SmallIntegerField(null=True)),
                ("agency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "code"), name="register_book_code"),
                    models.UniqueConstraint(condition=Q(is_default=True), fields=("agency",), name="register_book_one_default"),
                    models.CheckConstraint(condition=Q(is_default=False) | Q(active=True), name="register_book_default_is_active"),
                    models.CheckConstraint(condition=Q(from_urgency=None) | Q(from_urgency__range=(1, 4)), name="register_book_urgency"),
                ],
            },
        ),
        migrations.AddField(
            model_name="register",
            name="book",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="years", to="office.registerbook"),
        ),
        migrations.RunSQL(FIRST_BOOKS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="register",
            name="book",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="years", to="office.registerbook"),
        ),
        migrations.RemoveConstraint(model_name="register", name="register_unique"),
        migrations.AddConstraint(
            model_name="register",
            constraint=models.UniqueConstraint(fields=("book", "year"), name="register_unique"),
        ),
        migrations.RemoveField(model_name="register", name="kind"),
        migrations.RemoveField(model_name="register", name="agency"),
        migrations.AddField(
            model_name="incomingdocument",
            name="source",
            field=models.CharField(db_default="axis", default="axis", max_length=5),
        ),
        migrations.AlterField(
            model_name="incomingdocument",
            name="delivery_id",
            field=models.CharField(max_length=64, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name="incomingdocument",
            name="packet_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="incomingdocument",
            name="sender_kind",
            field=models.CharField(db_default="agency", default="agency", max_length=10),
        ),
        migrations.AddField(
            model_name="incomingdocument",
            name="came_by",
            field=models.CharField(blank=True, db_default="", default="", help_text="CameBy", max_length=10),
        ),
        migrations.AddField(
            model_name="incomingdocument",
            name="pages",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="incomingdocument",
            name="duplicate_reason",
            field=models.TextField(blank=True, db_default="", default="", help_text="why it was entered a second time"),
        ),
        AddConstraintNotValid(model_name="incomingdocument", constraint=OF_AXIS_ONLY),
        ValidateConstraint(model_name="incomingdocument", name=OF_AXIS_ONLY.name),
        BtreeGinExtension(),
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.CharField(help_text="the list: incoming or outgoing", max_length=10)),
                ("name", models.CharField(max_length=80)),
                ("query", models.CharField(max_length=1500)),
                ("official", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="directory.official")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("official", "place", "name"), name="saved_search_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadText",
            fields=[
                ("document", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="read_text", serialize=False, to="office.incomingdocument")),
                ("agency", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency")),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("text", models.TextField(blank=True)),
                ("by_ocr", models.BooleanField(default=False)),
                ("error", models.TextField(blank=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
                ("words", models.GeneratedField(db_persist=True, expression=Words(models.F("text")), output_field=SearchVectorField())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=Q(state__in=["waiting", "done", "nothing", "absent", "failed", "secret"]), name="read_text_state_known"),
                    models.CheckConstraint(condition=Q(state="done") | Q(text=""), name="read_text_only_done"),
                ],
                "indexes": [
                    models.Index(condition=Q(state="waiting"), fields=["next_attempt_at"], name="read_text_waiting"),
                    GinIndex(fields=["agency", "words"], name="read_text_words"),
                ],
            },
        ),
        *(
            AddIndexConcurrently(model_name="incomingdocument", index=models.Index(fields=fields, name=name))
            for name, fields in (
                ("incoming_same_number", ["agency", "number_key", "-id"]),
                ("incoming_arrived", ["agency", "-arrived_at"]),
                ("incoming_registered", ["agency", "-registered_at"]),
            )
        ),
        AddIndexConcurrently(
            model_name="incomingdocument",
            index=GinIndex(OpClass(Plain(models.F("signer_name")), "gin_trgm_ops"), name="incoming_signer"),
        ),
    ]
