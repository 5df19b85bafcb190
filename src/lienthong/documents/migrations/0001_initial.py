"""Official documents, immutable once issued, and number series."""

import django.db.models.deletion
import lienthong.kernel.identifiers
from django.db import migrations, models


IMMUTABLE = """
CREATE FUNCTION documents_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an issued document is never changed or removed (%)', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER documents_issued_is_immutable BEFORE UPDATE OR DELETE ON documents_officialdocument
    FOR EACH ROW WHEN (OLD.state = 'ISSUED') EXECUTE FUNCTION documents_refuse_change();
"""
REVERSE = """
DROP TRIGGER documents_issued_is_immutable ON documents_officialdocument;
DROP FUNCTION documents_refuse_change();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('directory', '0001_initial'),
        ('kernel', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('register', models.CharField(max_length=30)),
                ('year', models.SmallIntegerField()),
                ('last', models.IntegerField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agency', 'register', 'year'), name='number_series_unique'), models.CheckConstraint(condition=models.Q(('last__gte', 1)), name='number_series_from_one')],
            },
        ),
        migrations.CreateModel(
            name='OfficialDocument',
            fields=[
                ('id', models.UUIDField(default=lienthong.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('type', models.CharField(choices=[('NQ', 'Nghị quyết'), ('QD', 'Quyết định'), ('CT', 'Chỉ thị'), ('QC', 'Quy chế'), ('QYD', 'Quy định'), ('TC', 'Thông cáo'), ('TB', 'Thông báo'), ('HD', 'Hướng dẫn'), ('CTR', 'Chương trình'), ('KH', 'Kế hoạch'), ('PA', 'Phương án'), ('DE_AN', 'Đề án'), ('DU_AN', 'Dự án'), ('BC', 'Báo cáo'), ('BB', 'Biên bản'), ('TTR', 'Tờ trình'), ('HOP_DONG', 'Hợp đồng'), ('CV', 'Công văn'), ('CD', 'Công điện'), ('BGN', 'Bản ghi nhớ'), ('BTT', 'Bản thỏa thuận'), ('GUQ', 'Giấy ủy quyền'), ('GM', 'Giấy mời'), ('GGT', 'Giấy giới thiệu'), ('GNP', 'Giấy nghỉ phép'), ('PG', 'Phiếu gửi'), ('PC', 'Phiếu chuyển'), ('PB', 'Phiếu báo'), ('THU_CONG', 'Thư công')], max_length=10)),
                ('register', models.CharField(default='documents', max_length=30)),
                ('number', models.IntegerField(blank=True, null=True)),
                ('year', models.SmallIntegerField(blank=True, null=True)),
                ('notation', models.CharField(max_length=100)),
                ('subject', models.TextField()),
                ('body', models.JSONField(default=list, help_text='paragraphs of plain text, in order')),
                ('place', models.CharField(blank=True, max_length=100)),
                ('addressees', models.JSONField(default=list, help_text='Kính gửi, one text each')),
                ('recipients', models.JSONField(default=list, help_text='Nơi nhận, one text each')),
                ('urgency', models.CharField(blank=True, choices=[('', 'Ordinary'), ('KHAN', 'Urgent'), ('THUONG_KHAN', 'Very urgent'), ('HOA_TOC', 'Express')], default='', max_length=15)),
                ('authority', models.CharField(blank=True, max_length=250)),
                ('position', models.CharField(blank=True, max_length=150)),
                ('state', models.CharField(choices=[('DRAFT', 'Draft'), ('ISSUED', 'Issued')], default='DRAFT', max_length=10)),
                ('promulgated_on', models.DateField(blank=True, null=True)),
                ('drafted_at', models.DateTimeField()),
                ('issued_at', models.DateTimeField(blank=True, null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency')),
                ('division', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.division')),
                ('drafted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('pdf', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
                ('signer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official')),
                ('uploaded', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.blob')),
            ],
            options={
                'indexes': [models.Index(fields=['agency', '-id'], name='document_of_agency')],
                'constraints': [models.UniqueConstraint(fields=('agency', 'register', 'year', 'number'), name='document_number_unique'), models.CheckConstraint(condition=models.Q(('type__in', ['NQ', 'QD', 'CT', 'QC', 'QYD', 'TC', 'TB', 'HD', 'CTR', 'KH', 'PA', 'DE_AN', 'DU_AN', 'BC', 'BB', 'TTR', 'HOP_DONG', 'CV', 'CD', 'BGN', 'BTT', 'GUQ', 'GM', 'GGT', 'GNP', 'PG', 'PC', 'PB', 'THU_CONG'])), name='document_type_known'), models.CheckConstraint(condition=models.Q(models.Q(('issued_at', None), ('number', None), ('pdf', None), ('state', 'DRAFT')), models.Q(('issued_at__isnull', False), ('number__gte', 1), ('pdf__isnull', False), ('promulgated_on__isnull', False), ('signer__isnull', False), ('state', 'ISSUED'), ('year__isnull', False)), _connector='OR'), name='document_issued_is_whole')],
            },
        ),
        migrations.RunSQL(IMMUTABLE, REVERSE),
    ]
