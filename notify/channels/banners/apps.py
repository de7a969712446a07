"""The banners app."""

from django.apps import AppConfig


class BannersConfig(AppConfig):
    """The banners app."""

    name = "notify.channels.banners"
    label = "banners"
