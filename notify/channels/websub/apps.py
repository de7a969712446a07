"""The WebSub app."""

from django.apps import AppConfig


class WebSubConfig(AppConfig):
    """The publisher's side of WebSub."""

    name = "notify.channels.websub"
    label = "websub"
