"""Writing an alert that nobody was told of yet."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notify.alerts import lifecycle
from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import AlertChanged, IllegalMove
from notify.alerts.models import Alert, Template
from notify.alerts.vocabulary import Move, State
from notify.console.access import EditorRequest, editors_only
from notify.console.buttons import not_any_more
from notify.console.changes import differences
from notify.console.forms.draft import DraftForm
from notify.console.forms.versioned import VersionedForm
from notify.console.outline import draw
from notify.console.refusal import refused
from notify.dispatch.still_without import answers_to


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: EditorRequest) -> HttpResponse:
    """Choose a template (``?template=slug``, or empty for none), fill in, save.

    ``?after=code`` starts from an alert that is over, for where it is not.
    """
    if request.method != "POST":
        return _begin(request)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    content = form.content()
    alert = lifecycle.create_draft(content, by=request.user, key=form.cleaned_data["key"])
    # Somebody who went back in the browser and wrote on hands in the first form again.
    if differences(AlertContent.of(alert), content):
        return _revise(request, alert, form, version=1)
    return _onward(request, alert)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: EditorRequest, code: str) -> HttpResponse:
    """Change a draft."""
    alert = get_object_or_404(Alert.objects.select_related("service"), code=code)
    if request.method != "POST":
        try:
            lifecycle.destination(alert, Move.PUBLISH)
        except IllegalMove as no:
            return refused(request, str(no), status=HTTPStatus.CONFLICT, alert=alert)
        return _page(request, DraftForm.of(alert))
    form = DraftForm(request.POST, alert=alert)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _revise(request, alert, form, version=form.cleaned_data["version"])


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: EditorRequest, code: str) -> HttpResponse:
    """Throw a draft away, after asking."""
    alert = get_object_or_404(Alert.objects.select_related("service"), code=code)
    form = VersionedForm(request.POST if request.method == "POST" else None, alert=alert)
    try:
        lifecycle.destination(alert, Move.PUBLISH)
        if form.is_valid():
            lifecycle.discard_draft(alert, version=form.cleaned_data["version"])
            messages.success(request, _("The draft is discarded."))
            return redirect("console:home")
    except (IllegalMove, AlertChanged) as no:
        return refused(request, str(no), status=HTTPStatus.CONFLICT, alert=alert)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "console/discard.html", {"alert": alert, "form": form}, status=status)


def _begin(request: EditorRequest) -> HttpResponse:
    if code := request.GET.get("after"):
        return _begin_after(request, code)
    slug = request.GET.get("template")
    if slug == "":
        return _page(request, DraftForm.starting_from(None))
    templates = Template.objects.filter(service__active=True).select_related("service")
    template = templates.filter(slug=slug).first() if slug else None
    if template:
        return _page(request, DraftForm.starting_from(template), template=template)
    status = HTTPStatus.NOT_FOUND if slug else HTTPStatus.OK
    context = {"templates": templates, "unknown": slug}
    return render(request, "console/templates.html", context, status=status)


def _begin_after(request: EditorRequest, code: str) -> HttpResponse:
    over = Alert.objects.filter(state=State.RESOLVED).select_related("service")
    ended = get_object_or_404(over, code=code)
    answers = answers_to(ended)
    areas = [area for area, _people in answers.areas if area.active] if answers else []
    return _page(request, DraftForm.after(ended, areas), ended=ended)


def _revise(request: EditorRequest, alert: Alert, form: DraftForm, *, version: int) -> HttpResponse:
    content = form.content()
    planned = alert.publish_at
    try:
        lifecycle.revise_draft(alert, content, version=version)
    except IllegalMove as no:
        return refused(request, str(no), status=HTTPStatus.CONFLICT, alert=alert, written=form)
    except AlertChanged as changed:
        return _overtaken(request, alert.code, form, changed)
    if planned:
        messages.warning(request, not_any_more(planned))
    return _onward(request, alert)


def _overtaken(
    request: EditorRequest, code: str, form: DraftForm, changed: AlertChanged
) -> HttpResponse:
    """Somebody else was first: show both, and keep what was typed."""
    alert = Alert.objects.select_related("service").filter(code=code).first()
    if alert is None:
        gone = _("Somebody else discarded this draft while you were writing.")
        return refused(request, gone, status=HTTPStatus.CONFLICT, written=form)
    try:
        lifecycle.destination(alert, Move.PUBLISH)
    except IllegalMove as no:
        return refused(request, str(no), status=HTTPStatus.CONFLICT, alert=alert, written=form)
    both = differences(AlertContent.of(alert), form.content())
    if not both:
        return _onward(request, alert)  # a double click: it is saved already
    form.anew(alert)
    form.alert = alert
    return _page(request, form, status=HTTPStatus.CONFLICT, changed=changed, differences=both)


def _onward(request: EditorRequest, alert: Alert) -> HttpResponse:
    if request.POST.get("then") == "save":
        messages.success(request, _("The draft is saved. Nobody has been told yet."))
        return redirect("console:alert", alert.code)
    return redirect("console:publish", alert.code)


def _page(
    request: EditorRequest, form: DraftForm, *, status: int = 200, **context: object
) -> HttpResponse:
    context |= {"form": form, "alert": form.alert, "outline": draw(form.listed_areas)}
    return render(request, "console/draft.html", context, status=status)
