"""The ledger can forget whom a message was for."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0004_decisions'),
    ]

    operations = [
        migrations.AddField(
            model_name='dispatch',
            name='unlinked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='batch',
            name='number',
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]
