"""What follows a publication: update, resolve, cancel. Write, look, send: three steps at one address."""

from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from notify.alerts import lifecycle
from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import AlertChanged, IllegalMove, KeyReused
from notify.alerts.models import Alert
from notify.alerts.vocabulary import Move
from notify.console.access import EditorRequest, editors_only
from notify.console.changes import differences
from notify.console.forms.news import CancelForm, ResolveForm, UpdateForm
from notify.console.outline import draw
from notify.console.refusal import refused
from notify.console.views.sending import find_alert, send, show_preview

MoveForm = UpdateForm | ResolveForm | CancelForm
FORMS: dict[Move, type[MoveForm]] = {
    Move.UPDATE: UpdateForm,
    Move.RESOLVE: ResolveForm,
    Move.CANCEL: CancelForm,
}
WRITE, SEND = "write", "send"
"""Values of ``step``: back to the form; and out to the public. Anything else shows the preview."""


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def update(request: EditorRequest, code: str) -> HttpResponse:
    """Tell what is new: other words, another end, more areas."""
    return _move(request, code, Move.UPDATE)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def resolve(request: EditorRequest, code: str) -> HttpResponse:
    """Give the all-clear."""
    return _move(request, code, Move.RESOLVE)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: EditorRequest, code: str) -> HttpResponse:
    """Cancel what was sent in error, or call off planned work."""
    return _move(request, code, Move.CANCEL)


def _move(request: EditorRequest, code: str, move: Move) -> HttpResponse:
    alert = find_alert(code)
    form = FORMS[move](request.POST if request.method == "POST" else None, alert=alert)
    try:
        if request.POST.get("step") == SEND:
            return _send(request, alert, form, move)
        lifecycle.destination(alert, move)
    except IllegalMove as no:
        return _refused(request, alert, form, no)
    return _write_or_look(request, alert, form, move)


def _write_or_look(
    request: EditorRequest, alert: Alert, form: MoveForm, move: Move
) -> HttpResponse:
    if not form.is_bound:
        return _write(request, form, move)
    if not form.is_valid():
        return _write(request, form, move, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if request.POST.get("step") == WRITE:
        return _write(request, form, move)
    if move == Move.UPDATE:
        try:
            lifecycle.check_news(alert, form.content())
        except ValidationError as error:
            form.refuse(error)
            return _write(request, form, move, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return show_preview(request, alert, move, form.content(), form)


def _send(request: EditorRequest, alert: Alert, form: MoveForm, move: Move) -> HttpResponse:
    """Raises IllegalMove."""
    wrong = HTTPStatus.UNPROCESSABLE_ENTITY
    if not form.is_valid():
        return _write(request, form, move, status=wrong)
    try:
        return send(request, alert, move, form.content(), form)
    except (AlertChanged, KeyReused) as why:
        return _overtaken(request, alert.code, move, why)
    except ValidationError as error:
        form.refuse(error)
        return _write(request, form, move, status=wrong)


def _overtaken(
    request: EditorRequest, code: str, move: Move, why: AlertChanged | KeyReused
) -> HttpResponse:
    """Somebody else was first: show both, keep what was typed, and let it be sent on top."""
    alert = find_alert(code)
    form = FORMS[move](request.POST, alert=alert)
    try:
        lifecycle.destination(alert, move)
    except IllegalMove as no:
        return _refused(request, alert, form, no)
    form.anew(alert)
    comparable = isinstance(form, UpdateForm) and form.is_valid()
    both = differences(AlertContent.of(alert), form.content()) if comparable else []
    return _write(request, form, move, status=HTTPStatus.CONFLICT, changed=why, differences=both)


def _write(
    request: EditorRequest,
    form: MoveForm,
    move: Move,
    *,
    status: int = HTTPStatus.OK,
    **context: object,
) -> HttpResponse:
    context |= {"form": form, "alert": form.alert, "move": move}
    if isinstance(form, UpdateForm):
        context["outline"] = draw(form.listed_areas)
    return render(request, f"console/{move.value}.html", context, status=status)


def _refused(request: EditorRequest, alert: Alert, form: MoveForm, no: IllegalMove) -> HttpResponse:
    written = form if form.is_bound else None
    return refused(request, str(no), status=HTTPStatus.CONFLICT, alert=alert, written=written)
