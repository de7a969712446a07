"""The intake app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """The intake app."""

    name = "notify.intake"
    label = "intake"
    verbose_name = "Intake"
