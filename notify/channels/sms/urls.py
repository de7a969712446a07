"""The addresses that the SMS providers call."""

from __future__ import annotations

from django.urls import path

from notify.channels.sms import elks_webhooks, webhooks

app_name = "sms"
urlpatterns = [
    path("status", webhooks.status, name="status"),
    path("inbound", webhooks.inbound, name="inbound"),
    path("elks/status", elks_webhooks.status, name="elks-status"),
]
