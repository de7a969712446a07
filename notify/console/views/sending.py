"""What publishing and the later moves have in common: looking before sending, and sending."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from notify.alerts.content import AlertContent
from notify.alerts.models import Alert
from notify.alerts.vocabulary import Move
from notify.console.access import EditorRequest
from notify.console.buttons import sent
from notify.console.forms.versioned import VersionedForm
from notify.console.outlook import look_ahead
from notify.dispatch.start import announce


def find_alert(code: str) -> Alert:
    """The alert of that code, or a 404."""
    return get_object_or_404(Alert.objects.select_related("service"), code=code)


def send(
    request: EditorRequest, alert: Alert, move: Move, content: AlertContent, form: VersionedForm
) -> HttpResponse:
    """Announce it, and go where it can be watched. Raises what ``announce`` raises."""
    version, key = form.cleaned_data["version"], form.cleaned_data["key"]
    announce(alert, move, content, version=version, key=key, by=request.user, asks=form.asks)
    messages.success(request, sent(move, planned=alert.planned))
    return redirect("console:alert", alert.code)


def show_preview(
    request: EditorRequest,
    alert: Alert,
    move: Move,
    content: AlertContent,
    form: VersionedForm,
    *,
    status: int = HTTPStatus.OK,
    at: datetime | None = None,
    **context: object,
) -> HttpResponse:
    """What would be sent, and the button that sends it; ``form`` goes along, hidden. at: when, if not now."""
    context |= {
        "alert": alert,
        "form": form,
        "ahead": look_ahead(alert, move, content, at=at, asks=form.asks),
        "address": reverse(f"console:{move.value}", args=[alert.code]),
    }
    return render(request, "console/preview.html", context, status=status)
