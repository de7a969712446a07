"""What a feed shows at a given time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from notify.channels.feeds.models import Entry, EntryArea, Story
from notify.channels.notice import Notice
from notify.channels.places import concerning

LINGER = timedelta(days=7)
"""How long what is over stays in the feeds, marked so."""
MOST = 100
"""How many entries a feed holds."""
STORY = ("ending", "over_at", "arrived_at")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which entries a feed is about: those of a service, of an area; without either, all.

    path: the codes from the root down to the area.
    """

    service: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry's place in a feed: everything that can make it look different, and when it did.

    ending: "resolved", "cancelled", "lapsed" (planned work whose end has passed), or "".
    """

    update: UUID
    sent: datetime
    updated: datetime
    arrived: datetime
    ending: str


def listed(scope: Scope, now: datetime) -> list[Listed]:
    """The entries of a feed, newest first; one SQL statement, and no words read."""
    standing = Q(story__over_at=None) | Q(story__over_at__gt=now - LINGER)
    rows = (
        _entries(scope)
        .filter(standing)
        .select_related("story")
        .only("update", "sent", "arrived_at", *(f"story__{name}" for name in STORY))
        .order_by("-sent", "-number", "-pk")[:MOST]
    )
    return [_listed(entry, now) for entry in rows]


def _listed(entry: Entry, now: datetime) -> Listed:
    story, sent, arrived = entry.story, entry.sent, entry.arrived_at
    if story.over_at is None or story.over_at > now:
        return Listed(entry.update, sent, sent, arrived, "")
    return Listed(
        update=entry.update,
        sent=sent,
        updated=max(sent, story.over_at),
        # Planned work lapses by the clock; an end is known only when it has arrived here.
        arrived=max(arrived, story.arrived_at if story.ending else story.over_at),
        ending=story.ending or "lapsed",
    )


def last_left(scope: Scope, now: datetime) -> datetime | None:
    """When an entry last left the feed because it had been over for long; one SQL statement."""
    stories = Story.objects.filter(
        Exists(_entries(scope).filter(story=OuterRef("pk"))), over_at__lte=now - LINGER
    )
    over_at = stories.order_by("-over_at").values_list("over_at", flat=True).first()
    return over_at + LINGER if over_at else None


def notices(updates: Iterable[UUID]) -> dict[UUID, Notice]:
    """The frozen words of these entries; one SQL statement."""
    rows = Entry.objects.filter(update__in=list(updates)).values_list("update", "notice_json")
    return {update: Notice.from_json(plain) for update, plain in rows}


def _entries(scope: Scope) -> QuerySet[Entry]:
    entries = Entry.objects.all()
    if scope.service:
        entries = entries.filter(service=scope.service)
    if scope.path:
        places = EntryArea.objects.filter(concerning([scope.path]), entry=OuterRef("pk"))
        entries = entries.filter(Exists(places))
    return entries
