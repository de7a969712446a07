"""The banners app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BannersConfig(AppConfig):
    """The banners app."""

    name = "notify.channels.banners"
    label = "banners"

    def ready(self) -> None:
        """Keep each release's script."""
        from notify.channels.banners import script

        post_migrate.connect(script.keep, sender=self)
