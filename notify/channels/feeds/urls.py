"""The addresses of feeds: ``sv/all.rss``, ``sv/area/1490/service/water.atom``."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from notify.channels.feeds.render import Format
from notify.channels.feeds.views import feed


class FormatConverter:
    """``rss`` or ``atom``."""

    regex = "|".join(Format)

    def to_python(self, value: str) -> str:
        """The format's name."""
        return value

    def to_url(self, value: str) -> str:
        """The format's name."""
        return value


register_converter(FormatConverter, "feed_format")

app_name = "feeds"
urlpatterns: list[URLPattern] = [
    path("<slug:language>/all.<feed_format:suffix>", feed, name="all"),
    path("<slug:language>/area/<slug:code>.<feed_format:suffix>", feed, name="area"),
    path("<slug:language>/service/<slug:slug>.<feed_format:suffix>", feed, name="service"),
    path(
        "<slug:language>/area/<slug:code>/service/<slug:slug>.<feed_format:suffix>",
        feed,
        name="area_service",
    ),
]
