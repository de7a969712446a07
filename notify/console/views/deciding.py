"""What an editor may decide about an update on its way: say what it would do, ask, do it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from notify.console.access import EditorRequest, editors_only
from notify.console.forms.decision import DecisionForm
from notify.console.refusal import refused
from notify.dispatch import control
from notify.dispatch.models import Decision, Dispatch


class Decide(Protocol):
    """``control.stop`` or ``control.retry``."""

    def __call__(self, dispatch: Dispatch, *, key: UUID, by: User | None) -> Decision:
        """Raises NothingToDo."""


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: EditorRequest, code: str, number: int) -> HttpResponse:
    """Let nothing more of the update leave."""
    dispatch = _dispatch(code, number)
    if request.method == "POST":
        return _decide(request, dispatch, control.stop, "stop", lambda _count: _("Stopped."))
    if not control.may_stop(dispatch):
        return _too_late(request, dispatch, _("There is nothing left to stop."))
    return _ask(request, dispatch, "stop", DecisionForm())


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def retry(request: EditorRequest, code: str, number: int) -> HttpResponse:
    """Have what failed, and may yet arrive, tried once more."""
    dispatch = _dispatch(code, number)
    if request.method == "POST":
        return _decide(request, dispatch, control.retry, "retry", _queued)
    if not control.retryable(dispatch):
        return _too_late(request, dispatch, _("No failed message is worth another try."))
    return _ask(request, dispatch, "retry", DecisionForm())


def _dispatch(code: str, number: int) -> Dispatch:
    dispatches = Dispatch.objects.select_related("update__alert")
    return get_object_or_404(dispatches, update__alert__code=code, update__number=number)


def _ask(
    request: EditorRequest,
    dispatch: Dispatch,
    kind: str,
    form: DecisionForm,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    count = control.stoppable(dispatch) if kind == "stop" else control.retryable(dispatch)
    update = dispatch.update
    context = {"update": update, "headline": update.word("headline"), "count": count, "form": form}
    return render(request, f"console/fanout_{kind}.html", context, status=status)


def _decide(
    request: EditorRequest,
    dispatch: Dispatch,
    decide: Decide,
    kind: str,
    sentence: Callable[[int], str],
) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _ask(request, dispatch, kind, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        decision = decide(dispatch, key=form.cleaned_data["key"], by=request.user)
    except control.NothingToDo as why:
        return _too_late(request, dispatch, str(why))
    messages.success(request, sentence(decision.count))
    update = dispatch.update
    return redirect("console:fanout", update.alert.code, update.number)


def _queued(count: int) -> str:
    said = ngettext(
        "%(count)d message is being sent again.", "%(count)d messages are being sent again.", count
    )
    return said % {"count": count}


def _too_late(request: EditorRequest, dispatch: Dispatch, sentence: str) -> HttpResponse:
    return refused(request, sentence, status=HTTPStatus.CONFLICT, alert=dispatch.update.alert)
