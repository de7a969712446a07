"""Heads and items of feeds, for tests of what is made of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from notify.channels.feeds.formats import Format, Head, Item
from notify.channels.feeds.selectors import Listed
from notify.channels.notice import Notice

SENT = datetime(2026, 11, 23, 8, 30, 15, 123456, tzinfo=UTC)
# Everything that can come in through JSON, halves of surrogate pairs included, and what has broken feeds before.
WILD = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=60),
    st.sampled_from(
        [
            "]]>",
            "<script>alert(1)</script>",
            "&amp;lt;",
            "\x00\x0b\x1f\x7f\x85\u2028",
            "\u202eomvänt",
            "å" * 10_000,
            "a\\n;b,c:d\"e'",
            "\r\nEND:VEVENT\r\nBEGIN:VEVENT",
            "🚰" * 40,
        ]
    ),
)


def head(form: Format, **changes: Any) -> Head:
    """The head of everything's feed, in Swedish."""
    return replace(
        Head(
            format=form,
            language="sv",
            title="Driftinformation: Äspered",
            subtitle="Störningar",
            publisher="Borås stad",
            address=f"https://drift.example/feeds/sv/all.{form}",
            page="https://drift.example/",
            updated=SENT,
        ),
        **changes,
    )


def item(told: Notice, **listed: Any) -> Item:
    """An entry that nothing has happened to since it was sent."""
    return Item(replace(Listed(UUID(told.update), SENT, SENT, SENT, ""), **listed), told)


def square(lon: float, lat: float = 57) -> list[list[list[float]]]:
    """The coordinates of a polygon half a degree wide and high, against the clock."""
    east, north = lon + 0.5, lat + 0.5
    return [[[lon, lat], [east, lat], [east, north], [lon, north], [lon, lat]]]


SQUARE: dict[str, Any] = {"type": "Polygon", "coordinates": square(13)}
