"""The addresses of CAP: ``<identifier>.xml``, ``all.atom``, ``area/1490/service/water.rss``."""

from __future__ import annotations

from django.urls import URLPattern, path

from notify.channels.feeds.cap.views import document, index

app_name = "cap"
urlpatterns: list[URLPattern] = [
    path("<slug:identifier>.xml", document, name="document"),
    path("all.<slug:suffix>", index, name="all"),
    path("area/<slug:code>.<slug:suffix>", index, name="area"),
    path("service/<slug:slug>.<slug:suffix>", index, name="service"),
    path("area/<slug:code>/service/<slug:slug>.<slug:suffix>", index, name="area_service"),
]
