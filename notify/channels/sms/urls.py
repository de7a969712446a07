"""The addresses that the SMS provider calls."""

from __future__ import annotations

from django.urls import path

from notify.channels.sms import webhooks

app_name = "sms"
urlpatterns = [
    path("status", webhooks.status, name="status"),
    path("inbound", webhooks.inbound, name="inbound"),
]
