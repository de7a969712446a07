"""From entries to bytes, in the format that the feed's head asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from notify.channels.feeds import calendar, geo_json, json_feed, xml
from notify.channels.feeds.formats import Format, Head, Item

WRITERS: dict[Format, Callable[[Head, Sequence[Item]], bytes]] = {
    Format.RSS: xml.rss,
    Format.ATOM: xml.atom,
    Format.JSON: json_feed.json_feed,
    Format.GEOJSON: geo_json.geo_json,
    Format.ICS: calendar.calendar,
}


def render(head: Head, items: Sequence[Item]) -> bytes:
    """The feed as UTF-8, entries in the order given. The bytes depend on the arguments alone."""
    return WRITERS[head.format](head, items)
