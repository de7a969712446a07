"""The webhooks app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """Outgoing webhooks."""

    name = "notify.channels.webhooks"
    label = "webhooks"
    verbose_name = _("Receiving systems")
