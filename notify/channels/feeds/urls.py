"""The addresses of feeds: ``sv/all.rss``, ``sv/area/1490/service/water.atom``."""

from __future__ import annotations

from django.urls import URLPattern, path

from notify.channels.feeds.views import feed

# How each address says what its feed is about.
SCOPES = {
    "all": "all",
    "area": "area/<slug:code>",
    "service": "service/<slug:slug>",
    "area_service": "area/<slug:code>/service/<slug:slug>",
}

app_name = "feeds"
urlpatterns: list[URLPattern] = [
    path(f"<slug:language>/{scope}.<slug:suffix>", feed, name=name)
    for name, scope in SCOPES.items()
]
