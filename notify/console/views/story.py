"""One alert as its editors see it: how it stands, what was said, what can be done."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from notify.alerts import lifecycle
from notify.alerts.correction import may_correct
from notify.alerts.models import Alert, Correction
from notify.alerts.phases import keeps_waiting
from notify.alerts.schedule import is_late
from notify.alerts.vocabulary import State
from notify.console.access import EditorRequest, editors_only
from notify.console.fanout import watch
from notify.console.forms.versioned import VersionedForm
from notify.console.rewording import corrected
from notify.dispatch.still_without import answers_to
from notify.intake.selectors import source_of


@editors_only
@require_safe
def alert(request: EditorRequest, code: str) -> HttpResponse:
    """The alert's page; the latest update goes out before the reader's eyes."""
    now = timezone.now()
    shown = get_object_or_404(Alert.objects.select_related("service", "author"), code=code)
    updates = list(
        shown.updates.select_related("author", "dispatch", "dispatch__update")
        .prefetch_related(Prefetch("corrections", Correction.objects.select_related("author")))
        .order_by("-number")
    )
    schedule = shown.latest_schedule if shown.state == State.DRAFT else None
    context = {
        "alert": shown,
        "areas": shown.areas.defer("outline"),
        "said": [(update, corrected(update)) for update in updates],
        "may_correct": may_correct(shown, now),
        "fanout": watch(updates[0].dispatch) if updates else None,
        "moves": lifecycle.legal_moves(shown),
        "now": now,
        "schedule": schedule,
        "late": schedule and is_late(schedule, now),
        "late_news": keeps_waiting(shown, now),
        "undoing": VersionedForm(alert=shown),
        "source": source_of(shown),
        "answers": answers_to(shown) if shown.state == State.RESOLVED else None,
    }
    return render(request, "console/alert.html", context)
