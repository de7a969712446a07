"""The addresses of feeds: ``sv/all.rss``, ``sv/area/1490/service/water.atom``.

The archive of a week stands below its feed: ``sv/all/2026-W47.rss``.
"""

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
    path(f"<slug:language>/{scope}{week}.<slug:suffix>", feed, name=f"{name}{suffix}")
    for name, scope in SCOPES.items()
    for suffix, week in {"": "", "_week": "/<slug:week>"}.items()
]
