"""Times at which a draft is likely to be published, for a single click."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from notify.alerts.content import AlertContent
from notify.alerts.schedule import check_time
from notify.console.clock import said
from notify.console.forms.times import wall

MORNING = time(8)
"""When people are awake and offices open."""
MONDAY = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """A time to choose. label: as it is said; wall: as the field takes it."""

    label: str
    wall: str


def choices(content: AlertContent) -> list[Choice]:
    """Those mornings at which the content can be published, each once, the soonest first."""
    offered: dict[datetime, str] = {}
    for at, label in _mornings(content):
        try:
            check_time(content, at)
        except ValidationError:
            continue
        offered.setdefault(at, label)
    return [Choice(label, wall(at)) for at, label in sorted(offered.items())]


def _mornings(content: AlertContent) -> Iterator[tuple[datetime, str]]:
    today = timezone.localdate()
    if content.planned:
        eve = _morning(timezone.localtime(content.onset).date() - timedelta(days=1))
        yield eve, _("the day before: %(time)s") % {"time": said(eve)}
    days = (today + timedelta(days=ahead) for ahead in range(1, 8))
    for day in days:
        if day == today + timedelta(days=1) or day.weekday() == MONDAY:
            yield _morning(day), said(_morning(day))


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, timezone.get_current_timezone())
