"""What stands, what waits, what ended: the first page."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from notify.alerts import selectors
from notify.alerts.models import Alert, Schedule
from notify.alerts.phases import keeps_waiting
from notify.alerts.schedule import is_late
from notify.alerts.vocabulary import Severity, State
from notify.console.access import EditorRequest, editors_only
from notify.dispatch.still_without import people_without
from notify.intake.selectors import senders, waiting_messages

LATELY = 10
"""How many ended alerts are listed."""


@editors_only
@require_safe
def home(request: EditorRequest) -> HttpResponse:
    """The alerts by what they ask of the reader: those overdue first of all, then the worst first."""
    now = timezone.now()
    ended = list(selectors.ended_alerts(now)[:LATELY])
    without = people_without(ended)
    drafts = _drafts(now)
    context = {
        **_standing(now),
        **drafts,
        "sent_here": senders(drafts["drafts"]),
        "messages_waiting": waiting_messages(),
        "ended": ended,
        "unfinished": [(alert, without[alert.pk]) for alert in ended if alert.pk in without],
        "now": now,
    }
    return render(request, "console/home.html", context)


def _standing(now: datetime) -> dict[str, list[Alert]]:
    """What people have been told and stands, each alert once: first what asks for something, the worst first."""
    found: dict[str, list[Alert]] = {"overdue": [], "waiting": [], "current": [], "planned": []}
    by_severity = sorted(
        selectors.current_alerts(now), key=lambda alert: Severity.values.index(alert.severity)
    )
    for alert in by_severity:
        past_end = alert.expires and alert.expires <= now
        found["overdue" if past_end else _waiting_or("current", alert, now)].append(alert)
    for alert in selectors.planned_alerts(now):
        found[_waiting_or("planned", alert, now)].append(alert)
    return found


def _waiting_or(place: str, alert: Alert, now: datetime) -> str:
    return "waiting" if keeps_waiting(alert, now) else place


def _drafts(now: datetime) -> dict[str, list[Alert]]:
    """The drafts, the latest first; apart from them those that go out by themselves, and those that did not."""
    schedules = Prefetch("schedules", Schedule.objects.select_related("by"))
    waiting = Alert.objects.filter(state=State.DRAFT).select_related("service", "author")
    found: dict[str, list[Alert]] = {"drafts": [], "scheduled": [], "missed": []}
    for alert in waiting.prefetch_related("areas", schedules).order_by("-changed_at"):
        found[_place_of(alert, now)].append(alert)
    found["scheduled"].sort(key=lambda alert: alert.publish_at or now)
    return found


def _place_of(alert: Alert, now: datetime) -> str:
    latest = alert.latest_schedule
    if alert.missed or (latest and is_late(latest, now)):
        return "missed"
    return "scheduled" if alert.publish_at else "drafts"
