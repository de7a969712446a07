"""The residents app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResidentsConfig(AppConfig):
    """Who wants to know."""

    name = "notify.residents"
    verbose_name = _("Residents")
