"""Receiving systems: registering them, looking at them, trying them, and switching them off."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notify.channels.webhooks import endpoints, errors
from notify.channels.webhooks.models import Endpoint, Off
from notify.console import systems as page
from notify.console.access import EditorRequest, systems_only
from notify.console.forms.decision import DecisionForm
from notify.console.forms.system import SystemForm
from notify.console.refusal import refused
from notify.dispatch import control
from notify.dispatch.models import Delivery


@systems_only
@require_safe
def systems(request: EditorRequest) -> HttpResponse:
    """All of them, with how the last try went."""
    return render(request, "console/systems.html", {"endpoints": page.overview()})


@systems_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: EditorRequest) -> HttpResponse:
    """Register one; its secret is shown in the answer, and nowhere else."""
    if request.method != "POST":
        return _write(request, SystemForm())
    form = SystemForm(request.POST)
    if not form.is_valid():
        return _write(request, form)
    endpoint, secret = endpoints.register(form.wanted(), key=form.cleaned_data["key"])
    if not secret:
        messages.warning(request, _("It is registered already. Its secret was shown then."))
        return redirect("console:system", endpoint.pk)
    return _show_once(request, endpoint, secret)


@systems_only
@require_safe
def system(request: EditorRequest, key: int) -> HttpResponse:
    """One of them: what it is told, and the last attempts."""
    endpoint = get_object_or_404(Endpoint, pk=key)
    areas, services = page.told_of(endpoint)
    context = {
        "endpoint": endpoint,
        "areas": areas,
        "services": services,
        "tries": page.tries(endpoint),
        "most": page.SHOWN,
        "seen": endpoints.mark(endpoint),
    }
    return render(request, "console/system.html", context)


@systems_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: EditorRequest, key: int) -> HttpResponse:
    """Change its name, its address, or what it is told of."""
    endpoint = get_object_or_404(Endpoint, pk=key)
    if request.method != "POST":
        return _write(request, SystemForm.of(endpoint), endpoint)
    form = SystemForm(request.POST)
    if not form.is_valid():
        return _write(request, form, endpoint)
    endpoints.change(endpoint, form.wanted())
    messages.success(request, _("Saved. It holds from the next message on."))
    return redirect("console:system", endpoint.pk)


@systems_only
@require_POST
def test(request: EditorRequest, key: int) -> HttpResponse:
    """Send it an event that tells of nothing, and say how it went."""
    endpoint = get_object_or_404(Endpoint, pk=key)
    made = page.channel().try_out(endpoint)
    if made.error:
        messages.error(request, errors.reason(made.error))
    else:
        said = _("It answered %(status)s after %(time)s ms.")
        messages.success(request, said % {"status": made.status, "time": made.milliseconds})
    return redirect("console:system", endpoint.pk)


@systems_only
@require_POST
def rotate(request: EditorRequest, key: int) -> HttpResponse:
    """Give it a new secret, which is shown in the answer, and nowhere else."""
    endpoint = get_object_or_404(Endpoint, pk=key)
    secret = endpoints.rotate(endpoint, seen=request.POST.get("seen", ""))
    if not secret:
        messages.warning(request, _("The secret has been changed already, and was shown then."))
        return redirect("console:system", endpoint.pk)
    endpoint.refresh_from_db()
    return _show_once(request, endpoint, secret)


@systems_only
@require_POST
def switch(request: EditorRequest, key: int) -> HttpResponse:
    """Switch it off, or on again."""
    endpoint = get_object_or_404(Endpoint, pk=key)
    if request.POST.get("to") == "on":
        endpoints.switch_on(endpoint)
        messages.success(request, _("Switched on. It is told from the next message on."))
    else:
        endpoints.switch_off(endpoint, Off.BY_HAND)
        messages.success(request, _("Switched off. It is told nothing more."))
    return redirect("console:system", endpoint.pk)


@systems_only
@require_POST
def repeat(request: EditorRequest, key: int, delivery: int) -> HttpResponse:
    """Have a message sent to it again, whether it arrived or not."""
    endpoint = get_object_or_404(Endpoint, pk=key)
    its = Delivery.objects.filter(channel=page.channel().name, address=endpoint.address)
    form = DecisionForm(request.POST)
    try:
        if not form.is_valid():
            raise control.NothingToDo(form.errors["key"][0])
        if endpoint.off_at:
            raise control.NothingToDo(_("Switch the system on first."))
        control.repeat(
            get_object_or_404(its, pk=delivery), key=form.cleaned_data["key"], by=request.user
        )
    except control.NothingToDo as why:
        return refused(request, str(why), status=HTTPStatus.CONFLICT)
    messages.success(request, _("It is being sent again."))
    return redirect("console:system", endpoint.pk)


def _write(
    request: EditorRequest, form: SystemForm, endpoint: Endpoint | None = None
) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"form": form, "endpoint": endpoint}
    return render(request, "console/system_form.html", context, status=status)


def _show_once(request: EditorRequest, endpoint: Endpoint, secret: str) -> HttpResponse:
    context = {"endpoint": endpoint, "secret": secret}
    return render(request, "console/system_secret.html", context)
