"""What a banner shows at a given time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet

from notify.channels.banners.models import Correction, Item, ItemArea
from notify.channels.corrected import as_it_stands, latest
from notify.channels.notice import Notice
from notify.channels.places import concerning


@dataclass(frozen=True, slots=True)
class Scope:
    """Which items a banner is about; without paths every area, without services every service.

    paths: the codes from the root down to each area.
    """

    paths: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """The notices of a banner, and when anything of it last became different."""

    notices: list[Notice]
    changed: datetime | None


def shown(scope: Scope, now: datetime) -> Shown:
    """What the banner shows at ``now``; two SQL statements."""
    items = _items(scope)
    current = list(
        items.filter(Q(until=None) | Q(until__gt=now)).annotate(
            corrected_words=latest(Correction, "words", alert="alert"),
            corrected_at=latest(Correction, "corrected_at", alert="alert"),
        )
    )
    left = items.filter(until__lte=now).order_by("-until").values_list("until", flat=True).first()
    times = [max(item.arrived_at, item.corrected_at or item.arrived_at) for item in current]
    notices = [
        as_it_stands(item.notice, item.corrected_words, item.corrected_at) for item in current
    ]
    return Shown(notices, max([*times, *([left] if left else [])], default=None))


def stamp(now: datetime) -> tuple[str, datetime | None]:
    """What tells all banners at ``now`` from those at any other time, and when the clock changes one
    next; three SQL statements."""
    shown = ItemArea.objects.aggregate(newest=Max("pk"))["newest"]
    corrected = Correction.objects.aggregate(last=Max("corrected_at"))["last"]
    leaves = Item.objects.filter(until__gt=now).aggregate(next=Min("until"))["next"]
    return f"{shown}/{corrected}", leaves


def _items(scope: Scope) -> QuerySet[Item]:
    items = Item.objects.all()
    if scope.services:
        items = items.filter(service__in=scope.services)
    if scope.paths:
        places = ItemArea.objects.filter(
            concerning(scope.paths), item=OuterRef("pk"), number=OuterRef("number")
        )
        items = items.filter(Exists(places))
    return items
