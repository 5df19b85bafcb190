"""Certificates for encryption, told apart from those for signing.

Safe on live tables: the column has a constant default, checks are validated without a lock that stops
writers, and unique indexes are built beside the writing; so it does not run in one transaction.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

from lienthong.signing.contracts import Algorithm, Purpose

HOLDERS = (Purpose.AGENCY, Purpose.OFFICIAL, Purpose.ENCRYPTION)
CURRENT = Q(replaced_at=None, revoked_at=None)
OF_A_PART = (
    "ON signing_certificate (purpose) WHERE replaced_at IS NULL AND revoked_at IS NULL "
    "AND NOT (purpose IN ('agency', 'official', 'encryption'))"
)
OF_A_READER = (
    "ON signing_certificate (agency_id) WHERE replaced_at IS NULL AND revoked_at IS NULL "
    "AND purpose = 'encryption'"
)


def checked(name, condition, *, anew=True):
    """A check of certificates, added without looking at the rows there and then validated."""
    former = [migrations.RemoveConstraint(model_name="certificate", name=name)] if anew else []
    return [
        *former,
        AddConstraintNotValid(
            model_name="certificate", constraint=models.CheckConstraint(condition=condition, name=name)
        ),
        ValidateConstraint(model_name="certificate", name=name),
    ]


def unique(name, fields, condition, place, *, anew=False):
    """A unique constraint whose index is built concurrently; `anew` takes the place of one of that name."""
    constraint = models.UniqueConstraint(fields=fields, condition=condition, name=name)
    state = [migrations.AddConstraint(model_name="certificate", constraint=constraint)]
    built = f"{name}_new" if anew else name
    steps = [
        migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {built}", migrations.RunSQL.noop),
        migrations.RunSQL(
            f"CREATE UNIQUE INDEX CONCURRENTLY {built} {place}", f"DROP INDEX IF EXISTS {name}"
        ),
    ]
    if anew:
        state.insert(0, migrations.RemoveConstraint(model_name="certificate", name=name))
        steps += [
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop),
            migrations.RunSQL(f"ALTER INDEX {built} RENAME TO {name}", migrations.RunSQL.noop),
        ]
    return migrations.SeparateDatabaseAndState(database_operations=steps, state_operations=state)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("directory", "0001_initial"),
        ("signing", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="certificate",
            name="chain",
            field=models.BinaryField(db_default=b"", default=b""),
        ),
        migrations.AlterField(
            model_name="certificate",
            name="purpose",
            field=models.CharField(choices=[(purpose, purpose) for purpose in Purpose], max_length=10),
        ),
        *checked(
            "certificate_holder_fits_purpose",
            Q(purpose__in=[Purpose.AGENCY, Purpose.ENCRYPTION], agency__isnull=False, official=None)
            | Q(purpose=Purpose.OFFICIAL, official__isnull=False)
            | (~Q(purpose__in=HOLDERS) & Q(agency=None, official=None)),
        ),
        *checked(
            "certificate_key_known",
            Q(key_id=None, store="")
            | Q(key_id__isnull=False, algorithm__in=[Algorithm.P256, Algorithm.RSA2048, Algorithm.RSA3072]),
        ),
        *checked(
            "certificate_key_fits_purpose",
            Q(purpose=Purpose.ENCRYPTION, algorithm__in=("rsa3072", "rsa4096"))
            | (~Q(purpose=Purpose.ENCRYPTION) & ~Q(algorithm=Algorithm.RSA3072, key_id__isnull=False)),
            anew=False,
        ),
        unique(
            "certificate_one_per_part",
            ["purpose"],
            CURRENT & ~Q(purpose__in=HOLDERS),
            OF_A_PART,
            anew=True,
        ),
        unique(
            "certificate_one_for_encryption",
            ["agency"],
            CURRENT & Q(purpose=Purpose.ENCRYPTION),
            OF_A_READER,
        ),
    ]
