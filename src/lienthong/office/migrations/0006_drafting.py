"""Versions of drafts. New tables only; the drafts there are get their first version in sets of 1,000."""

import django.db.models.deletion
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
        ("office", "0003_changes"),
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
    ]
