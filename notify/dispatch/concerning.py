"""What of an alert concerns one person: the places where they want to hear of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q

from notify.alerts.models import Alert, Area, Update
from notify.alerts.selectors import current_alerts, planned_alerts, related_areas
from notify.alerts.vocabulary import Severity
from notify.residents.models import Subscriber


def wanted_places(subscriber: Subscriber, update: Update) -> list[Area]:
    """Where it concerns them, as far as they still want to hear of it there; each place once."""
    standing = subscriber.subscriptions.filter(
        Q(service=None) | Q(service=update.service_id),
        ended_at=None,
        area__in=related_areas(paths_of(update)).values("pk"),
    )
    return list(Area.objects.filter(pk__in=standing.values("area")).defer("outline"))


def places_hit(subscriber: Subscriber, update: Update) -> list[Area]:
    """Where they are hit: their own places within its own, else its own.

    Of a municipality and a part of it, the part.
    """
    paths = paths_of(update)
    inside = [one for one in wanted_places(subscriber, update) if one.path.startswith(paths)]
    if not inside:
        codes = [place["code"] for place in update.places]
        return list(Area.objects.filter(code__in=codes).defer("outline"))
    return [one for one in inside if not _holds(one, inside)]


def standing_for(subscriber: Subscriber, now: datetime) -> list[Alert]:
    """What holds at their places and what is planned there, of what they want to hear of.

    What is going on comes first, the worst of it first.
    """
    wanted = subscriber.subscriptions.filter(ended_at=None)
    return standing_of(list(wanted.values_list("service_id", "area__path")), now)


def standing_of(wanted: Collection[tuple[int | None, str]], now: datetime) -> list[Alert]:
    """As ``standing_for``. wanted: keys of services (None for every one) and paths of areas."""
    current = sorted(current_alerts(now), key=lambda one: Severity.values.index(one.severity))
    return [one for one in [*current, *planned_alerts(now)] if _concerns(one, wanted)]


def paths_of(update: Update) -> tuple[str, ...]:
    """The paths of its places."""
    return tuple(place["path"] for place in update.places)


def touch(areas: Iterable[Area], paths: Collection[str]) -> bool:
    """Whether one of the areas lies in one of the paths, or the other way round."""
    return any(_related(area.path, path) for area in areas for path in paths)


def _concerns(alert: Alert, wanted: Iterable[tuple[int | None, str]]) -> bool:
    return any(
        service in (None, alert.service_id) and _related(area.path, path)
        for service, path in wanted
        for area in alert.areas.all()
    )


def _holds(one: Area, others: Iterable[Area]) -> bool:
    return any(other.path != one.path and other.path.startswith(one.path) for other in others)


def _related(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
