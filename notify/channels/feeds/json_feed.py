"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from notify.channels.feeds.formats import Head, Item
from notify.channels.feeds.particulars import particulars, stamp
from notify.channels.feeds.wording import entry_words
from notify.channels.texts import json_bytes

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(head: Head, items: Sequence[Item]) -> bytes:
    """The feed as JSON. What the format has no word for stands under ``_notify``."""
    return json_bytes(
        {
            "version": VERSION,
            "title": head.title or head.address,
            "home_page_url": head.page,
            "feed_url": head.address,
            **({"next_url": head.previous} if head.previous else {}),
            # An archive never changes again.
            **({"expired": True} if head.current else {}),
            **(
                {"hubs": [{"type": "WebSub", "url": hub} for hub in head.hubs]} if head.hubs else {}
            ),
            "description": head.subtitle,
            "language": head.language,
            "authors": [{"name": head.publisher, "url": head.page}],
            "items": [_item(item, head.language) for item in items],
        }
    )


def _item(item: Item, language: str) -> dict[str, Any]:
    words = entry_words(item.notice, language, ending=item.ending, over_at=item.listed.updated)
    return {
        "id": item.guid,
        "url": item.notice.url,
        "title": words.title,
        "summary": words.summary,
        "content_html": str(words.html),
        "date_published": stamp(item.listed.sent),
        "date_modified": stamp(item.listed.updated),
        "language": words.language,
        "authors": [{"name": item.notice.publisher}],
        "tags": [category.label for category in words.categories],
        "_notify": particulars(item),
    }
