"""The dispatch app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchConfig(AppConfig):
    """The fan-out."""

    name = "notify.dispatch"
    verbose_name = _("Dispatch")

    def ready(self) -> None:
        """Listen to what channels announce, and to what changes for readers."""
        from notify.dispatch import readers, receivers  # noqa: F401
