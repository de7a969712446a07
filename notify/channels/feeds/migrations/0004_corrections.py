
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feeds', '0003_document'),
    ]

    operations = [
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('alert', models.CharField(max_length=32)),
                ('number', models.PositiveIntegerField()),
                ('words', models.JSONField()),
                ('corrected_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'correction',
                'verbose_name_plural': 'corrections',
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('alert', 'number'), name='feeds_one_correction_per_notice')],
            },
        ),
    ]
