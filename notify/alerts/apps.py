"""The alerts app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AlertsConfig(AppConfig):
    """What happened, and where."""

    name = "notify.alerts"
    verbose_name = _("Alerts")

    def ready(self) -> None:
        """Have the group of editors made once the tables are there."""
        from notify.alerts import editors

        post_migrate.connect(editors.create_group, sender=self)
