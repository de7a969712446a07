"""The formats a feed comes in, what it says of itself, and what it lists: the same for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from notify.channels.feeds.geometry import Geometry
from notify.channels.feeds.selectors import Listed
from notify.channels.notice import Notice

MEDIA_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
    "geojson": "application/geo+json",
    "ics": "text/calendar",
}


class Format(StrEnum):
    """The formats a feed comes in, as its address ends."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"
    GEOJSON = "geojson"
    ICS = "ics"

    @property
    def media_type(self) -> str:
        """Its media type."""
        return MEDIA_TYPES[self]

    @property
    def archived(self) -> bool:
        """Whether what was said is kept by the week: not of a calendar, which says what holds."""
        return self is not Format.ICS

    @property
    def content_type(self) -> str:
        """Its media type with the character set, where the type knows such a parameter."""
        return self.media_type if "json" in self else f"{self.media_type}; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a feed (RFC 8288). href: absolute; type and hreflang may be empty."""

    rel: str
    href: str
    type: str = ""
    hreflang: str = ""

    def __str__(self) -> str:
        """The link as one value of the header ``Link``."""
        described = [f'{name}="{value}"' for name, value in self.attributes.items()]
        return "; ".join([f"<{self.href}>", *described[1:]])

    @property
    def attributes(self) -> dict[str, str]:
        """What there is to say of it by name, ``href`` first."""
        named = {"href": self.href, "rel": self.rel, "type": self.type, "hreflang": self.hreflang}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Head:
    """What a feed says of itself. Addresses are absolute; updated: None if it never held anything.

    hubs: where to subscribe (WebSub). previous, following: its archives before and after it. current:
    the feed that this is an archive of (RFC 5005 section 4); empty in the feed itself.
    """

    format: Format
    language: str
    title: str
    subtitle: str
    publisher: str
    address: str
    page: str
    updated: datetime | None
    hubs: tuple[str, ...] = ()
    previous: str = ""
    following: str = ""
    current: str = ""

    @property
    def links(self) -> tuple[Link, ...]:
        """Where it is itself, the page that says the same, its archives, and where to subscribe."""
        kin = {
            "self": self.address,
            "current": self.current,
            "prev-archive": self.previous,
            "next-archive": self.following,
        }
        return (
            Link("alternate", self.page, "text/html", self.language),
            *(Link(rel, href, self.format.media_type) for rel, href in kin.items() if href),
            *(Link("hub", hub) for hub in self.hubs),
        )


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a feed: how it stands now; and frozen, its words and its areas' outlines.

    documented: whether it has a CAP document.
    """

    listed: Listed
    notice: Notice
    outlines: Sequence[Geometry] = ()
    documented: bool = False

    @property
    def guid(self) -> str:
        """Its name for ever: who has seen it is not told anew when only its mark changes."""
        return f"urn:uuid:{self.listed.update}"

    @property
    def ending(self) -> str:
        """How its alert ended: as ``Listed.ending``; an end says so itself."""
        return self.listed.ending or self.notice.ending
