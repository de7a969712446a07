"""Asking for a code from a page: within the limits, on record when refused, and after a wait if one is due."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_variables

from config.clients import client_address
from notify.dispatch.direct import send_code
from notify.portal.forms import CodeRequestForm, PhoneForm
from notify.residents.limits import TooManyCodes, put_down
from notify.residents.models import SignUp, Subscriber
from notify.residents.services import AlreadyRequested, Wish, renew_sign_up, request_sign_up
from notify.residents.waiting import MustWait

View = Callable[..., HttpResponse]

OF_THIS_PAGE = {"csrfmiddlewaretoken", "form", "ticket"}


@sensitive_variables()
def request_code(
    request: HttpRequest,
    form: PhoneForm,
    wish: Wish,
    purpose: SignUp.Purpose = SignUp.Purpose.SUBSCRIBE,
    moves: Subscriber | None = None,
) -> UUID:
    """Send a code to the number in a valid form; returns the key of its page.

    purpose and moves: as of ``request_sign_up``. Raises TooManyCodes, or MustWait: see ``lets_wait``.
    """
    asked = form.cleaned_data
    return _sent(
        lambda: request_sign_up(
            asked["phone"],
            wish,
            client=client_address(request),
            form=asked["form"],
            ticket=asked["ticket"],
            purpose=purpose,
            moves=moves,
        )
    )


@sensitive_variables()
def renew_code(request: HttpRequest, sign_up: SignUp) -> UUID:
    """Send a new code for the same wish; the rest as ``request_code``. Raises Undecryptable too."""
    form = CodeRequestForm(request.POST)
    asked = form.cleaned_data if form.is_valid() else {"form": None, "ticket": ""}
    return _sent(lambda: renew_sign_up(sign_up, client=client_address(request), **asked))


@sensitive_variables()
def _sent(make: Callable[[], tuple[SignUp, str]]) -> UUID:
    try:
        with transaction.atomic():
            sign_up, code = make()
            send_code(sign_up, code, sign_up.phone)
    except AlreadyRequested as asked:
        return asked.key
    except TooManyCodes as refusal:
        put_down(refusal)
        raise
    return sign_up.key


def lets_wait(view: View) -> View:
    """Where the view raises MustWait, the page that asks the same once more after some seconds.

    It needs no script, and keeps what was filled in. Who presses its button too early gets it again,
    with what is left of the wait.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except MustWait as wait:
            return _wait(request, wait)

    return guarded


def _wait(request: HttpRequest, wait: MustWait) -> HttpResponse:
    filled_in = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in OF_THIS_PAGE
        for value in values
    ]
    context = {"wait": wait, "filled_in": filled_in}
    answer = render(request, "portal/wait.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(wait.seconds)
    return answer
