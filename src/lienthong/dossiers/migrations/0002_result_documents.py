"""Results as official documents of an agency, and the record of handing one out.

Nothing has written a result before this migration, so its table is empty: what is added to it rewrites nothing and
validates nothing, and the default of `agency` names nobody.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dossiers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='HandOut',
            fields=[
                ('dossier', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='hand_out', serialize=False, to='dossiers.dossier')),
                ('way', models.CharField(choices=[('counter', 'At the counter'), ('post', 'By post'), ('electronic', 'Electronically')], max_length=12)),
                ('received_by', models.CharField(max_length=250)),
                ('authority', models.CharField(blank=True, help_text='the mandate; empty for the applicant', max_length=500)),
                ('reference', models.CharField(blank=True, help_text='of the parcel, the receipt', max_length=100)),
                ('handed_at', models.DateTimeField()),
            ],
        ),
        migrations.AlterModelOptions(
            name='dossierresult',
            options={'ordering': ['id']},
        ),
        migrations.RemoveField(
            model_name='dossierresult',
            name='handed_out_at',
        ),
        migrations.RemoveField(
            model_name='dossierresult',
            name='handed_to',
        ),
        migrations.AddField(
            model_name='dossierresult',
            name='agency',
            field=models.ForeignKey(db_index=False, default=0, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.agency'),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name='dossierresult',
            index=models.Index(condition=models.Q(('held', None)), fields=['agency', 'id'], name='dossier_result_unsigned'),
        ),
        migrations.AddConstraint(
            model_name='dossierresult',
            constraint=models.CheckConstraint(condition=models.Q(('held', None), ('document__isnull', False), _connector='OR'), name='dossier_result_signed_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='dossierresult',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until', None), ('held__isnull', False), _connector='OR'), name='dossier_result_draft_is_not_valid'),
        ),
        migrations.AddField(
            model_name='handout',
            name='handed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.official'),
        ),
        migrations.AddField(
            model_name='handout',
            name='party',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.party'),
        ),
        migrations.AddConstraint(
            model_name='handout',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['counter', 'post', 'electronic'])), name='hand_out_way_known'),
        ),
        migrations.AddConstraint(
            model_name='handout',
            constraint=models.CheckConstraint(condition=models.Q(('received_by', ''), _negated=True), name='hand_out_names_receiver'),
        ),
        migrations.AddConstraint(
            model_name='handout',
            constraint=models.CheckConstraint(condition=models.Q(('party__isnull', False), models.Q(('authority', ''), _negated=True), _connector='OR'), name='hand_out_to_another_has_authority'),
        ),
    ]
