"""The alerts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AlertsConfig(AppConfig):
    """What happened, and where."""

    name = "notify.alerts"
    verbose_name = _("Alerts")
