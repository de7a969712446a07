"""Letting a draft out."""

from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notify.alerts import lifecycle
from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import AlertChanged, IllegalMove
from notify.alerts.models import Alert
from notify.alerts.vocabulary import Move
from notify.console.access import EditorRequest, editors_only
from notify.console.forms.versioned import VersionedForm
from notify.console.refusal import refused
from notify.console.views.sending import find_alert, send, show_preview


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: EditorRequest, code: str) -> HttpResponse:
    """Show what a draft will send; by POST, send it."""
    alert = find_alert(code)
    try:
        if request.method == "POST":
            return _send(request, alert)
        return _look(request, alert, VersionedForm(alert=alert))
    except IllegalMove as no:
        return refused(request, str(no), status=HTTPStatus.CONFLICT, alert=alert)


def _look(
    request: EditorRequest,
    alert: Alert,
    form: VersionedForm,
    *,
    status: int = HTTPStatus.OK,
    changed: AlertChanged | None = None,
) -> HttpResponse:
    """The preview. Raises IllegalMove."""
    lifecycle.destination(alert, Move.PUBLISH)
    content = AlertContent.of(alert)
    return show_preview(request, alert, Move.PUBLISH, content, form, status=status, changed=changed)


def _send(request: EditorRequest, alert: Alert) -> HttpResponse:
    """Raises IllegalMove."""
    form = VersionedForm(request.POST, alert=alert)
    wrong = HTTPStatus.UNPROCESSABLE_ENTITY
    if not form.is_valid():
        return _look(request, alert, form, status=wrong)
    try:
        return send(request, alert, Move.PUBLISH, AlertContent.of(alert), form)
    except AlertChanged as changed:
        return _look_again(request, alert.code, changed)
    except ValidationError:
        # The preview says what is wrong.
        return _look(request, alert, form, status=wrong)


def _look_again(request: EditorRequest, code: str, changed: AlertChanged) -> HttpResponse:
    """The draft was changed since it was looked at: show what it says now."""
    alert = Alert.objects.select_related("service").filter(code=code).first()
    if alert is None:
        gone = _("Somebody else discarded this draft.")
        return refused(request, gone, status=HTTPStatus.CONFLICT)
    form = VersionedForm(alert=alert)
    return _look(request, alert, form, status=HTTPStatus.CONFLICT, changed=changed)
