"""The console app."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The console app."""

    name = "notify.console"
    label = "console"
