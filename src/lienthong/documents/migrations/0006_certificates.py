"""Certificates, as which results of procedures are drafted, beside the 29 types of NĐ 30/2020/NĐ-CP.

The constraint of a live table is made anew without a lock that stops writers, so not in one transaction.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

TYPES = [
    ("NQ", "Nghị quyết"),
    ("QD", "Quyết định"),
    ("CT", "Chỉ thị"),
    ("QC", "Quy chế"),
    ("QYD", "Quy định"),
    ("TC", "Thông cáo"),
    ("TB", "Thông báo"),
    ("HD", "Hướng dẫn"),
    ("CTR", "Chương trình"),
    ("KH", "Kế hoạch"),
    ("PA", "Phương án"),
    ("DE_AN", "Đề án"),
    ("DU_AN", "Dự án"),
    ("BC", "Báo cáo"),
    ("BB", "Biên bản"),
    ("TTR", "Tờ trình"),
    ("HOP_DONG", "Hợp đồng"),
    ("CV", "Công văn"),
    ("CD", "Công điện"),
    ("BGN", "Bản ghi nhớ"),
    ("BTT", "Bản thỏa thuận"),
    ("GUQ", "Giấy ủy quyền"),
    ("GM", "Giấy mời"),
    ("GGT", "Giấy giới thiệu"),
    ("GNP", "Giấy nghỉ phép"),
    ("PG", "Phiếu gửi"),
    ("PC", "Phiếu chuyển"),
    ("PB", "Phiếu báo"),
    ("THU_CONG", "Thư công"),
    ("GKS", "Giấy khai sinh"),
    ("GCN", "Giấy chứng nhận"),
    ("GXN", "Giấy xác nhận"),
    ("GP", "Giấy phép"),
    ("TL", "Trích lục"),
    ("BS", "Bản sao"),
    ("PLLTP", "Phiếu lý lịch tư pháp"),
]


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("documents", "0005_scanned_files"),
    ]

    operations = [
        migrations.AlterField(
            model_name="officialdocument",
            name="type",
            field=models.CharField(choices=TYPES, max_length=10),
        ),
        migrations.RemoveConstraint(model_name="officialdocument", name="document_type_known"),
        AddConstraintNotValid(
            model_name="officialdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(type__in=[code for code, _name in TYPES]), name="document_type_known"
            ),
        ),
        ValidateConstraint(model_name="officialdocument", name="document_type_known"),
    ]
