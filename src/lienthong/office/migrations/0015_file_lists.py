"""The yearly list of files, work files opened from it, tasks in work files; an index of what was issued when.

New tables; columns of live ones are added empty, and their constraints and indexes without a lock that stops
writers, so it does not run in one transaction.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models

RETENTION = r"^(permanent|[1-9][0-9]{0,2})$"
FROZEN = """
CREATE FUNCTION office_keep_approved_list() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    state text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT l.state INTO state FROM office_filelist l WHERE l.id = OLD.list_id;
    ELSE
        SELECT l.state INTO state FROM office_filelist l WHERE l.id = NEW.list_id;
    END IF;
    IF state IS DISTINCT FROM 'approved' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'INSERT' AND NEW.added_reason <> '' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'position' = to_jsonb(OLD) - 'position' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the rows of an approved list of files stay as they are'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER office_approved_list_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON office_plannedfile
    FOR EACH ROW EXECUTE FUNCTION office_keep_approved_list();
"""
REVERSE = """
DROP TRIGGER office_approved_list_is_frozen ON office_plannedfile;
DROP FUNCTION office_keep_approved_list();
"""


def _unique_beside_writers(model: str, constraint: models.UniqueConstraint, columns: str, where: str):
    """A partial unique index made while others write, known to Django as the constraint."""
    table = f"office_{model}"
    return migrations.SeparateDatabaseAndState(
        [
            migrations.RunSQL(
                f"CREATE UNIQUE INDEX CONCURRENTLY {constraint.name} ON {table} ({columns}) WHERE {where}",
                f"DROP INDEX CONCURRENTLY {constraint.name}",
            )
        ],
        [migrations.AddConstraint(model_name=model, constraint=constraint)],
    )


def _checked(model: str, constraint: models.CheckConstraint):
    return [
        AddConstraintNotValid(model_name=model, constraint=constraint),
        ValidateConstraint(model, constraint.name),
    ]


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('directory', '0001_initial'),
        ('kernel', '0002_composed_blobs'),
        ('office', '0014_issued'),
        ('tasks', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='FileList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.SmallIntegerField()),
                ('state', models.CharField(default='draft', max_length=10)),
                ('approved_by', models.CharField(blank=True, max_length=250)),
                ('approved_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PlannedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('heading', models.CharField(blank=True, max_length=250)),
                ('code', models.CharField(max_length=50)),
                ('title', models.CharField(max_length=500)),
                ('retention', models.CharField(max_length=10)),
                ('added_at', models.DateTimeField(help_text='if added after the list was approved', null=True)),
                ('added_by', models.CharField(blank=True, max_length=250)),
                ('added_reason', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='workfile',
            name='work_file_retention_known',
        ),
        migrations.RemoveConstraint(
            model_name='workfileitem',
            name='work_file_item_is_one_document',
        ),
        migrations.AddField(
            model_name='workfile',
            name='unplanned_reason',
            field=models.TextField(blank=True, help_text='why it stands outside the approved list'),
        ),
        migrations.AddField(
            model_name='workfileitem',
            name='course',
            field=models.ForeignKey(db_index=False, help_text='of a task, as PDF', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob'),
        ),
        migrations.AddField(
            model_name='workfileitem',
            name='task',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tasks.task'),
        ),
        _unique_beside_writers(
            'workfileitem',
            models.UniqueConstraint(condition=models.Q(('task__isnull', False)), fields=('task', 'file'), name='work_file_task_once'),
            'task_id, file_id',
            'task_id IS NOT NULL',
        ),
        *_checked('workfileitem', models.CheckConstraint(condition=models.Q(models.Q(('course', None), ('incoming__isnull', False), ('outgoing', None), ('task', None)), models.Q(('course', None), ('incoming', None), ('outgoing__isnull', False), ('task', None)), models.Q(('course__isnull', False), ('incoming', None), ('outgoing', None), ('task__isnull', False)), _connector='OR'), name='work_file_item_is_one')),
        migrations.AddField(
            model_name='filelist',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency'),
        ),
        migrations.AddField(
            model_name='plannedfile',
            name='division',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.division'),
        ),
        migrations.AddField(
            model_name='plannedfile',
            name='list',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='office.filelist'),
        ),
        migrations.AddField(
            model_name='plannedfile',
            name='official',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official'),
        ),
        migrations.AddField(
            model_name='plannedfile',
            name='post',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.post'),
        ),
        migrations.AddField(
            model_name='workfile',
            name='planned',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='office.plannedfile'),
        ),
        _unique_beside_writers(
            'workfile',
            models.UniqueConstraint(condition=models.Q(('planned__isnull', False)), fields=('planned',), name='work_file_planned_once'),
            'planned_id',
            'planned_id IS NOT NULL',
        ),
        *_checked('workfile', models.CheckConstraint(condition=models.Q(('retention__regex', RETENTION)), name='work_file_retention_known')),
        *_checked('workfile', models.CheckConstraint(condition=models.Q(('planned', None), ('unplanned_reason', ''), _connector='OR'), name='work_file_planned_or_why_not')),
        migrations.AddConstraint(
            model_name='filelist',
            constraint=models.UniqueConstraint(fields=('agency', 'year'), name='file_list_of_year'),
        ),
        migrations.AddConstraint(
            model_name='filelist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', ''), ('state', 'draft')), models.Q(('approved_at__isnull', False), ('state', 'approved'), models.Q(('approved_by', ''), _negated=True)), _connector='OR'), name='file_list_approved_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='plannedfile',
            constraint=models.UniqueConstraint(deferrable=models.Deferrable.IMMEDIATE, fields=('list', 'position'), name='planned_file_position'),
        ),
        migrations.AddConstraint(
            model_name='plannedfile',
            constraint=models.UniqueConstraint(fields=('list', 'code'), name='planned_file_code'),
        ),
        migrations.AddConstraint(
            model_name='plannedfile',
            constraint=models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='planned_file_from_one'),
        ),
        migrations.AddConstraint(
            model_name='plannedfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), models.Q(('title', ''), _negated=True)), name='planned_file_is_named'),
        ),
        migrations.AddConstraint(
            model_name='plannedfile',
            constraint=models.CheckConstraint(condition=models.Q(('retention__regex', RETENTION)), name='planned_file_retention'),
        ),
        migrations.AddConstraint(
            model_name='plannedfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('official', None), ('post', None)), models.Q(('division', None), ('official__isnull', False)), _connector='OR'), name='planned_file_one_responsible'),
        ),
        migrations.AddConstraint(
            model_name='plannedfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('added_at', None), ('added_by', ''), ('added_reason', '')), models.Q(('added_at__isnull', False), models.Q(('added_by', ''), _negated=True), models.Q(('added_reason', ''), _negated=True)), _connector='OR'), name='planned_file_addition_is_whole'),
        ),
        AddIndexConcurrently(
            model_name='outgoingdocument',
            index=models.Index(fields=['agency', '-issued_at'], name='outgoing_issued'),
        ),
        migrations.RunSQL(FROZEN, REVERSE),
    ]
