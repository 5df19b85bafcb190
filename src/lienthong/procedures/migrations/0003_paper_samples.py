"""Samples of required papers: files frozen with their version, each of a paper that the version asks for.

The two columns that go were never written by any page or action. The new table is empty, so its constraints
validate nothing.
"""

import django.db.models.deletion
from django.db import migrations, models

# A required paper is written anew with each save of a draft, so the key is looked at when the transaction ends.
OF_A_PAPER = """
ALTER TABLE procedures_papersample ADD CONSTRAINT sample_of_a_paper
    FOREIGN KEY (version_id, paper) REFERENCES procedures_requiredpaper (version_id, key)
    DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER procedures_samples_are_frozen BEFORE INSERT OR UPDATE OR DELETE ON procedures_papersample
    FOR EACH ROW EXECUTE FUNCTION procedures_refuse_row_change();
"""
REVERSE = """
DROP TRIGGER procedures_samples_are_frozen ON procedures_papersample;
ALTER TABLE procedures_papersample DROP CONSTRAINT sample_of_a_paper;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("procedures", "0002_fee_exemptions"),
        ("kernel", "0002_composed_blobs"),
    ]

    operations = [
        migrations.RemoveField(model_name="requiredpaper", name="sample"),
        migrations.RemoveField(model_name="requiredpaper", name="sample_name"),
        migrations.CreateModel(
            name="PaperSample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("paper", models.CharField(max_length=40)),
                ("kind", models.CharField(choices=[("blank", "Blank form"), ("filled", "Filled-in example")], max_length=10)),
                ("name", models.CharField(max_length=200)),
                ("blob", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kernel.blob")),
                ("version", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="samples", to="procedures.procedureversion")),
            ],
            options={
                "ordering": ["paper", "kind", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=["version", "paper", "blob"], name="sample_once"),
                    models.CheckConstraint(condition=models.Q(("kind__in", ["blank", "filled"])), name="sample_kind_known"),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="sample_is_named"),
                ],
            },
        ),
        migrations.RunSQL(OF_A_PAPER, REVERSE),
    ]
