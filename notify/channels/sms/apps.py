"""The sms app."""

from django.apps import AppConfig


class SmsConfig(AppConfig):
    """The sms app."""

    name = "notify.channels.sms"
    label = "sms"
