"""The role of the head of a division.

The constraint is made anew without a lock that stops writers; the posts that were taken for heads by their
titles get the role, in one statement, for posts are a few thousand.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

ROLES = ["clerk", "specialist", "leader", "head", "administrator", "operator", "auditor"]
FIRST_HEADS = """
INSERT INTO identity_rolegrant (post_id, role)
SELECT id, 'head' FROM directory_post WHERE division_id IS NOT NULL AND title ~
       '^(Trưởng |Chánh |Vụ trưởng|Cục trưởng|Viện trưởng|Giám đốc|Phụ trách )'
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("directory", "0001_initial"),
        ("identity", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="rolegrant",
            name="role",
            field=models.CharField(choices=[(role, role) for role in ROLES], max_length=20),
        ),
        migrations.RemoveConstraint(model_name="rolegrant", name="role_grant_known"),
        AddConstraintNotValid(
            model_name="rolegrant",
            constraint=models.CheckConstraint(condition=models.Q(role__in=ROLES), name="role_grant_known"),
        ),
        ValidateConstraint("rolegrant", "role_grant_known"),
        migrations.RunSQL(FIRST_HEADS, "DELETE FROM identity_rolegrant WHERE role = 'head'"),
    ]
