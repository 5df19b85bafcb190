"""Versions and reviews of drafts, lists to sign. New tables only; the drafts there are get their first version in sets of 1,000."""

import django.db.models.deletion
import lienthong.kernel.identifiers
from django.db import migrations, models
from django.db.models import Q

# An issued document keeps its versions for ever; a draft takes them with it when it is discarded.
APPEND_ONLY = """
CREATE FUNCTION office_refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
       AND EXISTS (SELECT FROM office_outgoingdocument WHERE id = OLD.outgoing_id AND state = 'draft') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a version of a draft is never changed or removed (%)', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER office_version_is_append_only BEFORE UPDATE OR DELETE ON office_draftversion
    FOR EACH ROW EXECUTE FUNCTION office_refuse_version_change();
"""
REVERSE = """
DROP TRIGGER office_version_is_append_only ON office_draftversion;
DROP FUNCTION office_refuse_version_change();
"""
FIRST_VERSIONS = """
INSERT INTO office_draftversion (outgoing_id, number, content, uploaded_id, saved_by_id, saved_title, saved_at)
SELECT o.id, 1, jsonb_build_object(
           'type_code', d.type, 'subject', d.subject, 'place', o.place, 'urgency', o.urgency,
           'steering_type', o.steering_type, 'due_on', coalesce(o.due_on::text, ''), 'authority', d.authority,
           'body', d.body, 'file', coalesce(d.uploaded_id, ''),
           'recipients', coalesce((SELECT jsonb_agg(a.name ORDER BY r.id) FROM office_recipient r
               JOIN directory_agency a ON a.id = r.agency_id WHERE r.document_id = o.id), '[]'::jsonb)),
       d.uploaded_id, o.prepared_by_id, '', o.prepared_at
FROM office_outgoingdocument o JOIN documents_officialdocument d ON d.id = o.document_id
WHERE o.state = 'draft' AND NOT EXISTS (SELECT FROM office_draftversion v WHERE v.outgoing_id = o.id)
LIMIT 1000
"""


def give_first_versions(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FIRST_VERSIONS)
        while cursor.rowcount:
            cursor.execute(FIRST_VERSIONS)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("directory", "0001_initial"),
        ("documents", "0001_initial"),
        ("kernel", "0001_initial"),
        ("office", "0005_tasks"),
    ]

    operations = [
        migrations.CreateModel(
            name="DraftVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField(help_text="versions.Content: the texts as they were stored")),
                ("saved_title", models.CharField(blank=True, help_text="the post in which it was saved", max_length=150)),
                ("saved_at", models.DateTimeField()),
                ("outgoing", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="office.outgoingdocument")),
                ("saved_by", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.official")),
                ("uploaded", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.blob")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("outgoing", "number"), name="draft_version_unique"),
                    models.CheckConstraint(condition=Q(number__gte=1), name="draft_version_from_one"),
                ],
            },
        ),
        migrations.RunPython(give_first_versions, migrations.RunPython.noop),
        migrations.RunSQL(APPEND_ONLY, REVERSE),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField()),
                ("version", models.PositiveIntegerField(help_text="the number of the version submitted")),
                ("state", models.CharField(default="running", max_length=10)),
                ("submitted_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("outgoing", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="reviews", to="office.outgoingdocument")),
                ("submitted_by", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.official")),
            ],
        ),
        migrations.CreateModel(
            name="ReviewChain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type_code", models.CharField(blank=True, max_length=10)),
                ("changed_at", models.DateTimeField()),
                ("agency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency")),
                ("changed_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.official")),
            ],
        ),
        migrations.CreateModel(
            name="ChainMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.PositiveSmallIntegerField()),
                ("division", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.division")),
                ("post", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.post")),
                ("chain", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="members", to="office.reviewchain")),
            ],
        ),
        migrations.CreateModel(
            name="ReviewTurn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.PositiveSmallIntegerField()),
                ("title", models.CharField(help_text="the post and its division when it was submitted", max_length=400)),
                ("state", models.CharField(default="ahead", max_length=10)),
                ("remarks", models.TextField(blank=True)),
                ("given_at", models.DateTimeField(null=True)),
                ("given_by", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.official")),
                ("post", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.post")),
                ("review", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="turns", to="office.review")),
            ],
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(fields=("outgoing", "round"), name="review_round_unique"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(condition=models.Q(("state__in", ["agreed", "running"])), fields=("outgoing",), name="review_one_open"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(condition=models.Q(("state__in", ["running", "agreed", "returned", "lapsed"])), name="review_state_known"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(condition=models.Q(models.Q(("ended_at", None), ("state", "running")), models.Q(("ended_at__isnull", False), models.Q(("state", "running"), _negated=True)), _connector="OR"), name="review_ended_is_dated"),
        ),
        migrations.AddConstraint(
            model_name="reviewchain",
            constraint=models.UniqueConstraint(fields=("agency", "type_code"), name="review_chain_once"),
        ),
        migrations.AddConstraint(
            model_name="reviewchain",
            constraint=models.CheckConstraint(condition=models.Q(("type_code__in", ["", "NQ", "QD", "CT", "QC", "QYD", "TC", "TB", "HD", "CTR", "KH", "PA", "DE_AN", "DU_AN", "BC", "BB", "TTR", "HOP_DONG", "CV", "CD", "BGN", "BTT", "GUQ", "GM", "GGT", "GNP", "PG", "PC", "PB", "THU_CONG"])), name="review_chain_type_known"),
        ),
        migrations.AddConstraint(
            model_name="chainmember",
            constraint=models.UniqueConstraint(fields=("chain", "post", "division"), name="chain_member_once", nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name="chainmember",
            constraint=models.CheckConstraint(condition=models.Q(("step__range", (1, 9))), name="chain_step_in_range"),
        ),
        migrations.AddConstraint(
            model_name="chainmember",
            constraint=models.CheckConstraint(condition=models.Q(("post__isnull", True), ("division__isnull", True), _connector="OR"), name="chain_member_is_one_thing"),
        ),
        migrations.AddIndex(
            model_name="reviewturn",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["post", "id"], name="review_waiting"),
        ),
        migrations.AddConstraint(
            model_name="reviewturn",
            constraint=models.UniqueConstraint(fields=("review", "post"), name="review_turn_once"),
        ),
        migrations.AddConstraint(
            model_name="reviewturn",
            constraint=models.CheckConstraint(condition=models.Q(("state__in", ["ahead", "waiting", "agreed", "remarked", "returned", "lapsed"])), name="review_turn_state_known"),
        ),
        migrations.AddConstraint(
            model_name="reviewturn",
            constraint=models.CheckConstraint(condition=models.Q(models.Q(("state__in", ["remarked", "returned"]), _negated=True), models.Q(("remarks", ""), _negated=True), _connector="OR"), name="review_remarks_are_there"),
        ),
        migrations.AddConstraint(
            model_name="reviewturn",
            constraint=models.CheckConstraint(condition=models.Q(models.Q(("given_at__isnull", False), ("given_by__isnull", False), ("state__in", ["agreed", "remarked", "returned"])), models.Q(("given_at", None), ("given_by", None), models.Q(("state__in", ["agreed", "remarked", "returned"]), _negated=True)), _connector="OR"), name="review_opinion_has_giver"),
        ),
        migrations.CreateModel(
            name="SigningList",
            fields=[
                ("id", models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(null=True)),
                ("official", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.official")),
            ],
        ),
        migrations.CreateModel(
            name="SigningItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("note", models.TextField(blank=True, help_text="number and notation, or why it was not signed")),
                ("begun_at", models.DateTimeField(null=True)),
                ("outgoing", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="office.outgoingdocument")),
                ("signing_list", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="items", to="office.signinglist")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("signing_list", "position"), name="signing_item_position"), models.UniqueConstraint(fields=("signing_list", "outgoing"), name="signing_item_once"), models.CheckConstraint(condition=models.Q(("state__in", ["waiting", "signing", "signed", "failed"])), name="signing_item_state_known"), models.CheckConstraint(condition=models.Q(("state", "waiting"), ("begun_at__isnull", False), _connector="OR"), name="signing_item_begun")],
            },
        ),
    ]
