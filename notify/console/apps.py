"""The console: the editors' door."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    """Where editors write, publish, watch and end alerts."""

    name = "notify.console"
    label = "console"
    verbose_name = _("Console")

    def ready(self) -> None:
        """Guard the admin's login too, or guesses would simply go there."""
        from django.contrib import admin

        from notify.console.login import AdminLoginForm

        admin.site.login_form = AdminLoginForm
