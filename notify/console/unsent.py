"""What somebody wrote is never lost because their session ended while they wrote it."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as ordinary_page
from django.views.decorators.cache import never_cache

from notify.console.forms.words import WordsForm

NOT_SENT_AGAIN = frozenset({"csrfmiddlewaretoken", "step"})
"""Fields that are left out: the token has changed, and nothing goes out without another look at it."""


def has_words(request: HttpRequest) -> bool:
    """Whether somebody's own words were handed in."""
    return request.method == "POST" and any(
        language.written for language in WordsForm(request.POST).languages
    )


def session_ended(request: HttpRequest) -> HttpResponse:
    """Shows what was written, and how to log in beside it and hand it in again (403)."""
    return _unsent(request)


@never_cache
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """``settings.CSRF_FAILURE_VIEW``: likewise for a form from before the last login.

    Only for what came from a page of ours, which the browser vouches for with Origin: else another
    site could lay its words before an editor, with our button under them.
    """
    in_console = request.path.startswith(reverse("console:home"))
    if in_console and _from_us(request) and has_words(request):
        return _unsent(request)
    return ordinary_page(request, reason)


def _from_us(request: HttpRequest) -> bool:
    ours = {settings.PUBLIC_URL, f"{request.scheme}://{request.get_host()}"}
    return request.headers.get("Origin") in ours


def _unsent(request: HttpRequest) -> HttpResponse:
    sentence = (
        _("You have logged in since you opened the form, so nothing has been saved yet.")
        if request.user.is_authenticated
        else _("You have been logged out, so nothing has been saved yet.")
    )
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_SENT_AGAIN
        for value in values
    ]
    context = {"sentence": sentence, "written": WordsForm(request.POST), "fields": fields}
    return render(request, "console/unsent.html", context, status=HTTPStatus.FORBIDDEN)
