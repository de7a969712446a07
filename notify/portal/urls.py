"""The addresses of the residents' pages."""

from __future__ import annotations

from django.urls import path

from notify.portal.views import about, alerts, sms, subscribe

app_name = "portal"
urlpatterns = [
    path("", alerts.home, name="home"),
    path("a/<slug:code>/", alerts.alert, name="alert"),
    path("a/<slug:code>/qr.svg", alerts.code_of, name="qr"),
    # Where an SMS leads, so every character is paid for.
    path("<slug:code>.<int:number>", sms.said, name="sms"),
    path("subscribe/", subscribe.ask, name="subscribe"),
    path("subscribe/<uuid:key>/", subscribe.code, name="code"),
    path("subscribe/<uuid:key>/message/", subscribe.message, name="message"),
    path("subscribe/<uuid:key>/renew/", subscribe.renew, name="renew"),
    path("subscribe/<uuid:key>/done/", subscribe.done, name="done"),
    path("about/", about.about, name="about"),
]
