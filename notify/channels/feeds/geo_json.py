"""GeoJSON (RFC 7946): each entry as a feature that covers its areas, for maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from notify.channels.feeds.formats import Head, Item
from notify.channels.feeds.geometry import joined
from notify.channels.feeds.particulars import particulars, stamp
from notify.channels.feeds.wording import entry_words
from notify.channels.texts import json_bytes


def geo_json(head: Head, items: Sequence[Item]) -> bytes:
    """The feed as a FeatureCollection; what it says of itself are foreign members (section 6.1)."""
    return json_bytes(
        {
            "type": "FeatureCollection",
            "title": head.title,
            "description": head.subtitle,
            "language": head.language,
            "publisher": head.publisher,
            "updated": stamp(head.updated) if head.updated else None,
            "links": [link.attributes for link in head.links],
            "features": [_feature(item, head.language) for item in items],
        }
    )


def _feature(item: Item, language: str) -> dict[str, Any]:
    words = entry_words(item.notice, language, ending=item.ending, over_at=item.listed.updated)
    said = {
        "title": words.title,
        "summary": words.summary,
        "content_html": str(words.html),
        "language": words.language,
        "url": item.notice.url,
        "published": stamp(item.listed.sent),
        "updated": stamp(item.listed.updated),
        "categories": [category.label for category in words.categories],
    }
    return {
        "type": "Feature",
        "id": item.guid,
        "geometry": joined(item.outlines),
        "properties": said | particulars(item),
    }
