"""The roles of who calls queue tickets and who sets up queues; the constraint is made anew without stopping writers."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

ROLES = [
    "clerk",
    "specialist",
    "leader",
    "head",
    "administrator",
    "operator",
    "auditor",
    "cataloguer",
    "receptionist",
    "caller",
    "hall_keeper",
]


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("identity", "0005_parties")]

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
    ]
