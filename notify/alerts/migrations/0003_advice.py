from __future__ import annotations

from typing import Any

from django.db import migrations, models

KINDS = {
    "water": ["drink", "shower", "wash", "flush"],
    "heating": ["warmth"],
    "power": ["appliances"],
    "waste": ["bin"],
}
PHRASES = {
    "water-boil": {"drink": "boil", "shower": "yes", "wash": "yes", "flush": "yes"},
    "heating-outage": {"warmth": "closed"},
    "power-outage": {"appliances": "off"},
    "waste-delayed": {"bin": "wait"},
}


def give(apps: Any, schema_editor: Any) -> None:
    """What a city that was loaded before finds in the bundled lists today, without being loaded again."""
    for model, advice in (("Service", KINDS), ("Template", PHRASES)):
        for slug, found in advice.items():
            apps.get_model("alerts", model).objects.filter(slug=slug).update(advice=found)


class Migration(migrations.Migration):
    """What alerts advise, and when they promise more."""

    dependencies = [
        ("alerts", "0002_schedules"),
    ]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="advice",
            field=models.JSONField(blank=True, default=dict, verbose_name="advice"),
        ),
        migrations.AddField(
            model_name="alert",
            name="news_by",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="next update at the latest"
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="advice",
            field=models.JSONField(blank=True, default=list, verbose_name="advice"),
        ),
        migrations.AddField(
            model_name="template",
            name="advice",
            field=models.JSONField(blank=True, default=dict, verbose_name="advice"),
        ),
        migrations.AddField(
            model_name="update",
            name="advice",
            field=models.JSONField(blank=True, default=dict, verbose_name="advice"),
        ),
        migrations.AddField(
            model_name="update",
            name="news_by",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="next update at the latest"
            ),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
