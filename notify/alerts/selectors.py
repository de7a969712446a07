"""What doors ask about alerts and areas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from notify.alerts.models import Alert, Area, Service
from notify.alerts.outlines import holds
from notify.alerts.vocabulary import State, Urgency

LINGER = timedelta(days=7)
"""How long an alert that is over is still shown, marked so."""


def published_alerts() -> QuerySet[Alert]:
    """Every alert the public may see, newest first, with its service and areas.

    The areas come without their outlines: a municipality's is a thousand points for every page view.
    """
    return (
        Alert.objects.exclude(state=State.DRAFT)
        .select_related("service")
        .prefetch_related(Prefetch("areas", Area.objects.defer("outline")))
        .order_by("-published_at", "-pk")
    )


def standing_alerts(now: datetime) -> QuerySet[Alert]:
    """What stands at ``now``: neither ended nor, for planned work, past its end.

    A disruption whose expected end has passed still stands until somebody says it is over: to
    drop it silently would say that the water is back.
    """
    lapsed = Q(urgency=Urgency.FUTURE, expires__lte=now)
    return published_alerts().filter(state=State.ACTIVE).exclude(lapsed)


def current_alerts(now: datetime) -> QuerySet[Alert]:
    """What is disrupted at ``now``, planned work that has begun included."""
    return standing_alerts(now).filter(onset__lte=now)


def planned_alerts(now: datetime) -> QuerySet[Alert]:
    """What stands but has not begun, soonest first."""
    return standing_alerts(now).filter(onset__gt=now).order_by("onset", "pk")


def ended_alerts(now: datetime) -> QuerySet[Alert]:
    """What ended lately, latest first."""
    return (
        published_alerts()
        .filter(
            Q(state__in=[State.RESOLVED, State.CANCELLED], ended_at__gt=now - LINGER)
            | Q(
                state=State.ACTIVE,
                urgency=Urgency.FUTURE,
                expires__lte=now,
                expires__gt=now - LINGER,
            )
        )
        # Planned work that ran out has no ended_at, and databases disagree on where NULL sorts.
        .order_by(Coalesce("ended_at", "expires").desc(), "-pk")
    )


def stood(alerts: QuerySet[Alert], begin: datetime | None, end: datetime | None) -> QuerySet[Alert]:
    """Those of ``alerts`` that stood at some moment from ``begin`` to ``end``; None sets no limit.

    By the time of what happened, not of what was said: from the onset until it was resolved or
    cancelled, or until planned work was past its end. What was taken back before it began never stood.
    """
    if begin or end:
        alerts = alerts.exclude(ended_at__lte=F("onset"))
    if begin:
        lapsed = Q(urgency=Urgency.FUTURE, expires__lte=begin)
        alerts = alerts.exclude(ended_at__lte=begin).exclude(lapsed)
    return alerts.filter(onset__lte=end) if end else alerts


def stamp(now: datetime) -> tuple[str, datetime | None]:
    """What tells the public alerts at ``now`` from those at any other time, and when the clock
    changes one next; one SQL statement."""
    week_ago = now - LINGER
    found = Alert.objects.exclude(state=State.DRAFT).aggregate(
        count=Count("pk"),
        changed=Max("changed_at"),
        begins=Min("onset", filter=Q(onset__gt=now)),
        ends=Min("expires", filter=Q(expires__gt=now)),
        lapsed=Min("expires", filter=Q(expires__gt=week_ago)),
        ended=Min("ended_at", filter=Q(ended_at__gt=week_ago)),
    )
    times = [found["begins"], found["ends"]]
    times += [time and time + LINGER for time in (found["lapsed"], found["ended"])]
    return f"{found['count']}/{found['changed']}", min(filter(None, times), default=None)


def concerning(alerts: QuerySet[Alert], area: Area) -> QuerySet[Alert]:
    """Those of ``alerts`` that concern an area: in it, in a part of it, or in what it is part of."""
    return alerts.filter(areas__in=related_areas([area.path])).distinct()


def related_areas(paths: Iterable[str]) -> QuerySet[Area]:
    """The areas that lie in one of ``paths``, or that one of them lies in."""
    related = Q()
    for path in paths:
        codes = path.strip("/").split("/")
        related |= Q(path__startswith=path) | Q(code__in=codes)
    return Area.objects.filter(related) if related else Area.objects.none()


def areas_at(lon: float, lat: float) -> list[Area]:
    """The areas that a point (WGS 84 degrees) lies in: whose outline holds it, and what these are part of.

    In use or not, since alerts stand in areas that went out of use. Two statements.
    """
    outlined = Area.objects.filter(outline__isnull=False).values_list("path", "outline")
    paths = [path for path, outline in outlined if outline and holds(outline, lon, lat)]
    codes = {code for path in paths for code in path.strip("/").split("/")}
    return list(Area.objects.filter(code__in=codes).defer("outline")) if codes else []


def within(alerts: QuerySet[Alert], areas: Iterable[Area]) -> QuerySet[Alert]:
    """Those of ``alerts`` that name one of exactly these areas."""
    return alerts.filter(areas__in=list(areas)).distinct()


@dataclass(frozen=True, slots=True)
class Place:
    """An area as channels know it."""

    code: str
    name: str
    path: str


class Directory:
    """The areas and services that exist, for channels (``settings.NOTIFY_DIRECTORY``)."""

    def area(self, code: str) -> Place | None:
        """The area of that code, or None."""
        return self.areas([code]).get(code)

    def areas(self, codes: Iterable[str]) -> dict[str, Place]:
        """Those of the codes that are areas, by code; one SQL statement, and no outlines read."""
        rows = Area.objects.filter(code__in=list(codes), active=True)
        places = (Place(*row) for row in rows.values_list("code", "name", "path"))
        return {place.code: place for place in places}

    def related(self, paths: Iterable[str]) -> list[str]:
        """The codes of the areas that lie in one of the paths, or that one of them lies in; one SQL statement."""
        rows = related_areas(paths).filter(active=True).order_by("path")
        return list(rows.values_list("code", flat=True))

    def outlines(self, codes: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The outlines of those of the codes that are areas and have one, by code; one SQL statement."""
        rows = Area.objects.filter(code__in=list(codes), active=True, outline__isnull=False)
        return {code: outline for code, outline in rows.values_list("code", "outline") if outline}

    def service(self, slug: str) -> dict[str, str] | None:
        """The names of that service by language, or None."""
        return self.services([slug]).get(slug)

    def services(self, slugs: Iterable[str]) -> dict[str, dict[str, str]]:
        """Those of the slugs that are services, each with its names; one SQL statement."""
        rows = Service.objects.filter(slug__in=list(slugs), active=True)
        return {slug: dict(names) for slug, names in rows.values_list("slug", "names")}
