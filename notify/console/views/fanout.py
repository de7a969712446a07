"""How one update is going out: a page, and the piece of it that is fetched anew."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from notify.console.access import EditorRequest, editors_only
from notify.console.fanout import FanOut, watch
from notify.dispatch.models import Dispatch


@editors_only
@require_safe
def fanout(request: EditorRequest, code: str, number: int) -> HttpResponse:
    """The page of one update's fan-out."""
    return render(request, "console/fanout.html", {"fanout": _watched(code, number)})


@editors_only
@require_safe
def now(request: EditorRequest, code: str, number: int) -> HttpResponse:
    """Only the bars, for ``fanout.js``."""
    return render(request, "console/parts/bars.html", {"fanout": _watched(code, number)})


def _watched(code: str, number: int) -> FanOut:
    dispatches = Dispatch.objects.select_related("update__alert", "update__author")
    return watch(get_object_or_404(dispatches, update__alert__code=code, update__number=number))
