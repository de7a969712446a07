"""Letting a draft out: now, or at a time that is chosen beside the preview."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notify.alerts import lifecycle
from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import AlertChanged, IllegalMove
from notify.alerts.models import Alert
from notify.alerts.schedule import NotScheduled, unschedule_draft
from notify.alerts.vocabulary import Move, ScheduleEnd, State
from notify.console.access import EditorRequest, editors_only
from notify.console.buttons import planned_for
from notify.console.forms.publish import PublishForm
from notify.console.forms.times import wall
from notify.console.forms.versioned import VersionedForm
from notify.console.later import choices
from notify.console.refusal import refused
from notify.console.views.sending import find_alert, send, show_preview
from notify.dispatch.scheduled import announce_later

LOOK = "look"
"""Value of ``step``: show what would be sent at the time chosen. Without it, it goes out."""


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: EditorRequest, code: str) -> HttpResponse:
    """Show what a draft will send, now or at ``?publish_at=``; by POST, send it or plan it."""
    alert = find_alert(code)
    prefetch_related_objects([alert], "schedules")
    try:
        if request.method == "POST":
            return _send(request, alert)
        return _look(request, alert, PublishForm.looking(alert, _asked(request, alert)))
    except IllegalMove as no:
        return refused(request, str(no), status=HTTPStatus.CONFLICT, alert=alert)


def _asked(request: EditorRequest, alert: Alert) -> str:
    """The time to look ahead to: the one in the address, else the one that is planned."""
    asked = request.GET.get("publish_at")
    if asked is not None:
        return asked.strip()
    planned = alert.publish_at
    return wall(planned) if planned and planned > timezone.now() else ""


def _look(
    request: EditorRequest,
    alert: Alert,
    form: PublishForm,
    *,
    status: int = HTTPStatus.OK,
    changed: AlertChanged | None = None,
) -> HttpResponse:
    """The preview, and other times to choose. Raises IllegalMove."""
    lifecycle.destination(alert, Move.PUBLISH)
    content = AlertContent.of(alert)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return show_preview(
        request,
        alert,
        Move.PUBLISH,
        content,
        form,
        status=status,
        at=form.at,
        changed=changed,
        choices=choices(content),
        schedule=alert.latest_schedule,
    )


def _send(request: EditorRequest, alert: Alert) -> HttpResponse:
    """Raises IllegalMove."""
    form = PublishForm(request.POST, alert=alert)
    if not form.is_valid():
        return _look(request, alert, form)
    if not form.seen or request.POST.get("step") == LOOK:
        chosen = urlencode({"publish_at": form.at_wall})
        return redirect(f"{reverse('console:publish', args=[alert.code])}?{chosen}")
    try:
        return _let_out(request, alert, form)
    except AlertChanged as changed:
        return _look_again(request, alert.code, form.at_wall, changed)
    except ValidationError:
        # The preview says what is wrong.
        return _look(request, alert, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _let_out(request: EditorRequest, alert: Alert, form: PublishForm) -> HttpResponse:
    """Raises what ``announce`` and ``announce_later`` raise."""
    if form.at is None:
        return send(request, alert, Move.PUBLISH, AlertContent.of(alert), form)
    version, key = form.cleaned_data["version"], form.cleaned_data["key"]
    announce_later(alert, form.at, version=version, key=key, by=request.user)
    messages.success(request, planned_for(form.at))
    return redirect("console:alert", alert.code)


def _look_again(
    request: EditorRequest, code: str, at_wall: str, changed: AlertChanged
) -> HttpResponse:
    """The draft was changed since it was looked at: show what it says now."""
    alert = Alert.objects.select_related("service").filter(code=code).first()
    if alert is None:
        gone = _("Somebody else discarded this draft.")
        return refused(request, gone, status=HTTPStatus.CONFLICT)
    form = PublishForm.looking(alert, at_wall)
    return _look(request, alert, form, status=HTTPStatus.CONFLICT, changed=changed)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def unschedule(request: EditorRequest, code: str) -> HttpResponse:
    """Let it not go out by itself: it stays a draft. Asks first whoever comes here by a link."""
    alert = find_alert(code)
    form = VersionedForm(request.POST if request.method == "POST" else None, alert=alert)
    try:
        if form.is_valid():
            unschedule_draft(alert, version=form.cleaned_data["version"])
            messages.success(request, _("It is not published by itself. It is still a draft."))
            return redirect("console:alert", alert.code)
        if alert.publish_at is None:
            raise NotScheduled
    except (IllegalMove, AlertChanged) as no:
        if form.is_bound and _is_undone(find_alert(code)):
            return redirect("console:alert", alert.code)
        return refused(request, str(no), status=HTTPStatus.CONFLICT, alert=alert)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"alert": alert, "form": form, "schedule": alert.latest_schedule}
    return render(request, "console/unschedule.html", context, status=status)


def _is_undone(alert: Alert) -> bool:
    """Whether a click before this one, or a colleague's, has done it."""
    latest = alert.latest_schedule
    undone = latest is not None and latest.ended_reason == ScheduleEnd.UNDONE
    return alert.state == State.DRAFT and undone
