"""A review chain may be that of a certificate, too, as which results of procedures are drafted."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

TYPES = [
    "NQ", "QD", "CT", "QC", "QYD", "TC", "TB", "HD", "CTR", "KH", "PA", "DE_AN", "DU_AN", "BC", "BB", "TTR",
    "HOP_DONG", "CV", "CD", "BGN", "BTT", "GUQ", "GM", "GGT", "GNP", "PG", "PC", "PB", "THU_CONG",
    "GKS", "GCN", "GXN", "GP", "TL", "BS", "PLLTP",
]  # fmt: skip


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("office", "0021_destroyed_and_tokens")]

    operations = [
        migrations.RemoveConstraint(model_name="reviewchain", name="review_chain_type_known"),
        AddConstraintNotValid(
            model_name="reviewchain",
            constraint=models.CheckConstraint(
                condition=models.Q(type_code__in=["", *TYPES]), name="review_chain_type_known"
            ),
        ),
        ValidateConstraint(model_name="reviewchain", name="review_chain_type_known"),
    ]
