"""The api app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The api app."""

    name = "notify.api"
    label = "api"
    verbose_name = "API"
