"""What a feed shows at a given time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery

from notify.channels.corrected import as_it_stands, latest
from notify.channels.feeds.geometry import Geometry
from notify.channels.feeds.models import Correction, Entry, EntryArea, Story
from notify.channels.feeds.weeks import Week
from notify.channels.notice import Notice
from notify.channels.places import concerning

LINGER = timedelta(days=7)
"""How long what is over stays in the feeds, marked so."""
MOST = 100
"""How many entries a feed holds."""
STORY = ("number", "ending", "over_at", "arrived_at")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which entries a feed is about: those of a service, of an area; without either, all.

    path: the codes from the root down to the area. planned: planned work alone, and of each only
    the latest word.
    """

    service: str = ""
    path: str = ""
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry's place in a feed: everything that can make it look different, and when it did.

    ending: "resolved", "cancelled", "lapsed" (planned work whose end has passed), or "". latest:
    whether nothing newer was said of its alert; None in an archive, which does not look ahead.
    corrected: when its words were; readers are not told of it, so ``updated`` does not move.
    """

    update: UUID
    sent: datetime
    updated: datetime
    arrived: datetime
    ending: str
    latest: bool | None = True
    corrected: datetime | None = None


def listed(scope: Scope, now: datetime) -> tuple[list[Listed], datetime | None]:
    """The entries of a feed, newest first, and when one last left it, over for long.

    One SQL statement, or two for a feed that is empty; no words are read. Of planned work it is not
    said when some left: what is replaced leaves too.
    """
    # Asked along with the entries: the statement that it would be by itself is saved.
    left = Story.objects.none() if scope.planned else _left(scope, now)
    standing = Q(story__over_at__gt=now - LINGER)
    if not scope.planned:
        # Planned work always has an end, and then the index on ends finds it.
        standing |= Q(story__over_at=None)
    rows = (
        _entries(scope)
        .filter(standing)
        .annotate(
            left=Subquery(left.values("over_at")[:1]),
            corrected_at=latest(Correction, "corrected_at", alert="story__alert"),
        )
        .select_related("story")
        .only("update", "sent", "number", "arrived_at", *(f"story__{name}" for name in STORY))
        .order_by("-sent", "-number", "-pk")[:MOST]
    )
    entries = list(rows)
    over_at = entries[0].left if entries else left.values_list("over_at", flat=True).first()
    told = [_listed(entry, entry.corrected_at, now) for entry in entries]
    return told, over_at and over_at + LINGER


def _left(scope: Scope, now: datetime) -> QuerySet[Story]:
    """The stories that have left the feed, last first."""
    of_scope = Exists(_entries(scope).filter(story=OuterRef("pk")))
    return Story.objects.filter(of_scope, over_at__lte=now - LINGER).order_by("-over_at")


def _listed(entry: Entry, corrected: datetime | None, now: datetime) -> Listed:
    story, sent = entry.story, entry.sent
    newest = entry.number == story.number
    arrived = max(entry.arrived_at, corrected or entry.arrived_at)
    # What is newer may stand in other areas' feeds alone; that it is there is told here too.
    arrived = arrived if newest else max(arrived, story.arrived_at)
    if story.over_at is None or story.over_at > now:
        return Listed(entry.update, sent, sent, arrived, "", newest, corrected)
    return Listed(
        update=entry.update,
        sent=sent,
        updated=max(sent, story.over_at),
        # Planned work lapses by the clock; an end is known only when it has arrived here.
        arrived=max(arrived, story.arrived_at if story.ending else story.over_at),
        ending=story.ending or "lapsed",
        latest=newest,
        corrected=corrected,
    )


def stamp(now: datetime) -> tuple[str, datetime | None]:
    """What tells all feeds at ``now`` from those at any other time, and when the clock changes one next.

    Four SQL statements, answered by indexes, but for corrections, of which there are few.
    """
    shown = EntryArea.objects.aggregate(newest=Max("pk"))["newest"]
    corrected = Correction.objects.aggregate(last=Max("corrected_at"))["last"]
    ends = (
        Story.objects.filter(over_at__gt=passed).aggregate(next=Min("over_at"))["next"]
        for passed in (now, now - LINGER)
    )
    over, gone = ends
    return f"{shown}/{corrected}", min(filter(None, [over, gone and gone + LINGER]), default=None)


def said_in(scope: Scope, week: Week) -> list[Listed]:
    """The entries sent in a week, newest first, as they were then; one SQL statement."""
    rows = (
        _entries(scope)
        .filter(sent__gte=week.begins, sent__lt=week.ends)
        .order_by("-sent", "-number", "-pk")
        .values_list("update", "sent", "arrived_at")
    )
    return [
        Listed(update, sent, sent, arrived, ending="", latest=None)
        for update, sent, arrived in rows
    ]


def last_before(scope: Scope, week: Week) -> datetime | None:
    """When the last entry before a week was sent; one SQL statement."""
    earlier = _entries(scope).filter(sent__lt=week.begins).order_by("-sent")
    return earlier.values_list("sent", flat=True).first()


def told(entries: Iterable[Listed]) -> dict[UUID, tuple[Notice, list[Geometry], bool]]:
    """The words of these entries, the outlines of their areas, and whether each has a CAP document.

    Those listed as corrected are told in their corrected words. One SQL statement.
    """
    corrected = {entry.update: entry.corrected for entry in entries}
    rows = Entry.objects.filter(update__in=list(corrected)).values_list(
        "update",
        "notice_json",
        "outlines",
        "document",
        latest(Correction, "words", alert="story__alert"),
    )
    return {
        update: (
            as_it_stands(Notice.from_json(plain), words, corrected[update]),
            outlines,
            document is not None,
        )
        for update, plain, outlines, document, words in rows
    }


def _entries(scope: Scope) -> QuerySet[Entry]:
    entries = Entry.objects.all()
    if scope.service:
        entries = entries.filter(service=scope.service)
    if scope.planned:
        entries = entries.filter(notice_json__urgency="Future", number=F("story__number"))
    if scope.path:
        places = EntryArea.objects.filter(concerning([scope.path]), entry=OuterRef("pk"))
        entries = entries.filter(Exists(places))
    return entries
