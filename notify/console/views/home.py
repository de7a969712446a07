"""What stands, what waits, what ended: the first page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from notify.alerts import selectors
from notify.alerts.models import Alert
from notify.alerts.vocabulary import Severity, State
from notify.console.access import EditorRequest, editors_only

LATELY = 10
"""How many ended alerts are listed."""


@editors_only
@require_safe
def home(request: EditorRequest) -> HttpResponse:
    """The alerts by what they ask of the reader: those overdue first of all, then the worst first."""
    now = timezone.now()
    current = sorted(
        selectors.current_alerts(now), key=lambda alert: Severity.values.index(alert.severity)
    )
    context = {
        "overdue": [alert for alert in current if alert.expires and alert.expires <= now],
        "current": [alert for alert in current if not (alert.expires and alert.expires <= now)],
        "planned": selectors.planned_alerts(now),
        "drafts": _drafts(),
        "ended": selectors.ended_alerts(now)[:LATELY],
        "now": now,
    }
    return render(request, "console/home.html", context)


def _drafts() -> list[Alert]:
    waiting = Alert.objects.filter(state=State.DRAFT).select_related("service", "author")
    return list(waiting.prefetch_related("areas").order_by("-changed_at"))
