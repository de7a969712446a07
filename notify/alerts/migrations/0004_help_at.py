from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Where alerts say that help is to be had."""

    dependencies = [
        ("alerts", "0003_advice"),
    ]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="help_at",
            field=models.JSONField(
                blank=True, default=list, verbose_name="where help is to be had"
            ),
        ),
        migrations.AddField(
            model_name="update",
            name="help_at",
            field=models.JSONField(
                blank=True, default=list, verbose_name="where help is to be had"
            ),
        ),
    ]
