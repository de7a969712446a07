"""Correcting the words of what was said last: write, look, correct. Nobody is told."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notify.alerts.content import AlertContent
from notify.alerts.correction import check_change, correctable
from notify.alerts.lifecycle import AlertChanged, IllegalMove, KeyReused
from notify.alerts.models import Update
from notify.alerts.vocabulary import State
from notify.console.access import EditorRequest, editors_only
from notify.console.changes import differences
from notify.console.forms.correction import CorrectForm
from notify.console.forms.words import WordsForm
from notify.console.reach import reach
from notify.console.refusal import refused
from notify.console.rewording import rewordings
from notify.console.views.moves import SEND, WRITE
from notify.console.views.sending import find_alert
from notify.dispatch.correct import correct as make_correction


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: EditorRequest, code: str) -> HttpResponse:
    """Other words for what was said last."""
    alert = find_alert(code)
    try:
        update = correctable(alert, timezone.now())
        form = CorrectForm(
            request.POST if request.method == "POST" else None, alert=alert, update=update
        )
        return _step(request, form, update)
    except IllegalMove as no:
        written = WordsForm(request.POST) if request.method == "POST" else None
        return refused(request, str(no), status=HTTPStatus.CONFLICT, alert=alert, written=written)


def _step(request: EditorRequest, form: CorrectForm, update: Update) -> HttpResponse:
    """Raises IllegalMove."""
    if not form.is_bound:
        return _write(request, form, update)
    if not form.is_valid():
        return _write(request, form, update, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    step = request.POST.get("step")
    if step == WRITE:
        return _write(request, form, update)
    try:
        return _correct(request, form) if step == SEND else _look(request, form, update)
    except (AlertChanged, KeyReused) as why:
        return _overtaken(request, form, why)
    except ValidationError as error:
        form.refuse(error)
        return _write(request, form, update, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _correct(request: EditorRequest, form: CorrectForm) -> HttpResponse:
    """Raises what ``make_correction`` raises."""
    version, key = form.cleaned_data["version"], form.cleaned_data["key"]
    make_correction(form.alert, form.corrected(), version=version, key=key, by=request.user)
    messages.success(request, _("The words are corrected. Nobody was told."))
    return redirect("console:alert", form.alert.code)


def _look(request: EditorRequest, form: CorrectForm, update: Update) -> HttpResponse:
    """Raises ValidationError."""
    words = form.corrected()
    check_change(form.alert, update, words)
    context = {
        "form": form,
        "alert": form.alert,
        "rewordings": rewordings(update.present_words, words),
        "reach": reach(update.dispatch),
        "active": form.alert.state == State.ACTIVE,
    }
    return render(request, "console/correct_preview.html", context)


def _overtaken(
    request: EditorRequest, form: CorrectForm, why: AlertChanged | KeyReused
) -> HttpResponse:
    """Somebody else was first: show both, keep what was typed, and let it be handed in on top.

    Raises IllegalMove.
    """
    alert = find_alert(form.alert.code)
    update = correctable(alert, timezone.now())
    form = CorrectForm(request.POST, alert=alert, update=update)
    form.anew(alert)
    content = AlertContent.of(alert)
    both = []
    if form.is_valid():
        both = differences(content.saying(update.present_words), content.saying(form.corrected()))
    return _write(request, form, update, status=HTTPStatus.CONFLICT, changed=why, differences=both)


def _write(
    request: EditorRequest,
    form: CorrectForm,
    update: Update,
    *,
    status: int = HTTPStatus.OK,
    **context: object,
) -> HttpResponse:
    context |= {
        "form": form,
        "alert": form.alert,
        "update": update,
        "active": form.alert.state == State.ACTIVE,
    }
    return render(request, "console/correct.html", context, status=status)
