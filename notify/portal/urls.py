"""The addresses of the residents' pages."""

from __future__ import annotations

from django.urls import path

from notify.portal.views import about, accessibility, alerts, outlines, subscribe

app_name = "portal"
urlpatterns = [
    path("", alerts.home, name="home"),
    path("a/<slug:code>/", alerts.alert, name="alert"),
    path("subscribe/", subscribe.ask, name="subscribe"),
    path("subscribe/<uuid:key>/", subscribe.code, name="code"),
    path("subscribe/<uuid:key>/message/", subscribe.message, name="message"),
    path("subscribe/<uuid:key>/renew/", subscribe.renew, name="renew"),
    path("subscribe/<uuid:key>/done/", subscribe.done, name="done"),
    path("about/", about.about, name="about"),
    path("accessibility/", accessibility.accessibility, name="accessibility"),
    path("places.geojson", outlines.outlines, name="outlines"),
]
