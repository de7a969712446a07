"""What another system says, in CAP 1.2's terms, whatever format it came in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from django.conf import settings

Point = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84)."""
Ring = tuple[Point, ...]
"""A closed line: its last point is its first."""
Pairs = tuple[tuple[str, str], ...]
"""CAP's ``valueName`` and ``value``, several of them."""


@dataclass(frozen=True, slots=True)
class Circle:
    """All that lies within ``radius`` kilometres of a point."""

    centre: Point
    radius: float


@dataclass(frozen=True, slots=True)
class Extent:
    """CAP's ``area``: the union of everything that it names."""

    description: str
    polygons: tuple[Ring, ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: Pairs = ()


@dataclass(frozen=True, slots=True)
class Info:
    """CAP's ``info``: what is said in one language. Texts may be empty; times are aware."""

    language: str
    event: str
    categories: tuple[str, ...]
    urgency: str
    severity: str
    certainty: str
    extents: tuple[Extent, ...]
    response_types: tuple[str, ...] = ()
    codes: Pairs = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    resources: int = 0

    @property
    def site_language(self) -> str:
        """The language as the site names its own: without a country."""
        return self.language.partition("-")[0].lower()


@dataclass(frozen=True, slots=True)
class Reference:
    """Another message, by its sender and what that one calls it."""

    sender: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Document:
    """CAP's ``alert``: one message. sent: aware. references: in the order given."""

    sender: str
    identifier: str
    sent: datetime
    status: str
    message_type: str
    scope: str
    references: tuple[Reference, ...]
    infos: tuple[Info, ...]

    @property
    def own(self) -> Info | None:
        """What it says in the site's own language, else what it says first; None if it says nothing."""
        own = (info for info in self.infos if info.site_language == settings.LANGUAGE_CODE)
        return next(own, self.infos[0] if self.infos else None)

    @property
    def all_clear(self) -> bool:
        """Whether it says that what it refers to is over: in each language, and of every place."""
        return bool(self.infos) and all("AllClear" in info.response_types for info in self.infos)

    @property
    def ends(self) -> bool:
        """Whether nothing of what it refers to stands after it."""
        return self.message_type == "Cancel" or self.all_clear

    @property
    def sender_name(self) -> str:
        """What to call its sender."""
        return (self.own.sender_name if self.own else "") or self.sender

    @property
    def digest(self) -> str:
        """The same for the same message, however it was written down, signed or not."""
        plain = json.dumps(asdict(self), sort_keys=True, default=_instant)
        return hashlib.sha256(plain.encode()).hexdigest()


def _instant(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()
