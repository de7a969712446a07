"""What is held on a number, for whoever has typed the code that went to it: to see, to take along, to erase."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from notify.dispatch.erasure import erase
from notify.dispatch.export import held_on
from notify.portal import session
from notify.portal.forms import EraseForm
from notify.portal.views.manage import inside
from notify.portal.views.subscribe import shown
from notify.residents.models import SignUp


@require_safe
@inside
def held(request: HttpRequest, opened: SignUp) -> HttpResponse:
    """How much of each kind."""
    return _held(request, opened, EraseForm(), HTTPStatus.OK)


def _held(
    request: HttpRequest, opened: SignUp, form: EraseForm, status: HTTPStatus
) -> HttpResponse:
    counts = {kind: len(rows) for kind, rows in held_on(opened.indexes).items()}
    context = {"phone": shown(opened), "held": counts, "form": form}
    return render(request, "portal/held.html", context, status=status)


@require_safe
@inside
def download(_request: HttpRequest, opened: SignUp) -> HttpResponse:
    """All of it, as a file (GDPR, articles 15 and 20)."""
    name = _("what-we-hold")
    return JsonResponse(
        held_on(opened.indexes),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": f'attachment; filename="{name}.json"'},
    )


@never_cache
@require_POST
def erase_all(request: HttpRequest) -> HttpResponse:
    """Erases it (GDPR, article 17), and with it the session: a second click finds that it is done.

    Not before the box is ticked that says so.
    """
    if opened := session.entered(request):
        form = EraseForm(request.POST)
        if not form.is_valid():
            return _held(request, opened, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        erase(opened.indexes)
    done = opened is not None or session.erased(request)
    said = "erased" if done else "over"
    return session.leave(redirect(f"{reverse('portal:manage')}?said={said}"))
