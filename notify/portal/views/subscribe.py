"""Subscribing: ask, type the code, done. Each step is a page of its own that can be reloaded.

The number is in the form's body once and nowhere after that but masked.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from notify.channels.registry import text_channel
from notify.dispatch.concerning import standing_of
from notify.dispatch.direct import code_message
from notify.dispatch.models import DirectMessage, State
from notify.portal import session
from notify.portal.board import Entry
from notify.portal.codes import lets_wait, renew_code, request_code
from notify.portal.forms import CodeForm, CodeRequestForm, SubscribeForm
from notify.residents.limits import TooManyCodes
from notify.residents.managing import open_session, subscriber_of
from notify.residents.models import SignUp
from notify.residents.moving import NumberTaken, move_number
from notify.residents.phones import masked
from notify.residents.secrecy import Undecryptable
from notify.residents.services import WrongCode, confirm_sign_up

LOST = (State.FAILED, State.WITHDRAWN)
"""States of a code's SMS in which nobody need wait for it."""

View = Callable[..., HttpResponse]


def only_with_sms(view: View) -> View:
    """Say so, instead of asking for a number, while there is no SMS provider."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if settings.SMS_ENABLED:
            return view(request, *args, **kwargs)
        return render(request, "portal/no_sms.html", status=HTTPStatus.SERVICE_UNAVAILABLE)

    return guarded


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_with_sms
@lets_wait
def ask(request: HttpRequest) -> HttpResponse:
    """The form; when it is right, a code is on its way and the page that asks for it opens."""
    if request.method != "POST":
        chosen = request.GET.getlist("area")
        return _ask(request, SubscribeForm(initial={"areas": chosen}), HTTPStatus.OK)
    form = SubscribeForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        key = request_code(request, form, form.wish())
    except TooManyCodes as refusal:
        form.add_error(None, str(refusal))
        return _ask(request, form, HTTPStatus.TOO_MANY_REQUESTS)
    return redirect("portal:code", key=key)


def _ask(request: HttpRequest, form: SubscribeForm, status: HTTPStatus) -> HttpResponse:
    return render(request, "portal/subscribe.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Asks for the code. A sign-up that no code opens any more says how to go on, with 410."""
    sign_up = get_object_or_404(SignUp, key=key)
    if sign_up.confirmed_at and (request.method != "POST" or sign_up.subscribes):
        return _onwards(sign_up)
    if not _may_type(request, sign_up):
        return redirect(f"{reverse('portal:manage')}?said=over")
    form = CodeForm(request.POST or None)
    if request.method != "POST":
        return _code(request, sign_up, form, HTTPStatus.OK)
    if form.is_valid():
        try:
            return _typed(sign_up, form.cleaned_data["code"])
        except WrongCode as refusal:
            form.add_error("code", str(refusal))
        except NumberTaken as refusal:
            form.add_error(None, str(refusal))
    sign_up.refresh_from_db()
    return _code(request, sign_up, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _typed(sign_up: SignUp, code: str) -> HttpResponse:
    if sign_up.subscribes:
        confirm_sign_up(sign_up.key, code)
        return _onwards(sign_up)
    if sign_up.moves_id:
        moved = redirect(f"{reverse('portal:manage')}?said=moved")
        return session.enter(moved, move_number(sign_up.key, code))
    return session.enter(_onwards(sign_up), open_session(sign_up.key, code))


def _may_type(request: HttpRequest, sign_up: SignUp) -> bool:
    """Whether a code would do anything in this browser: to change number, it must manage the old one."""
    if sign_up.purpose != SignUp.Purpose.MOVE or sign_up.confirmed_at:
        return True
    opened = session.entered(request)
    subscriber = subscriber_of(opened) if opened else None
    return subscriber is not None and subscriber.pk == sign_up.moves_id


def _onwards(sign_up: SignUp) -> HttpResponse:
    """To where the code has led, or led before."""
    return (
        redirect("portal:done", key=sign_up.key)
        if sign_up.subscribes
        else redirect("portal:manage")
    )


def _code(
    request: HttpRequest, sign_up: SignUp, form: CodeForm, status: HTTPStatus
) -> HttpResponse:
    usable = sign_up.usable(timezone.now())
    if not usable and request.method != "POST":
        status = HTTPStatus.GONE
    context = {
        "sign_up": sign_up,
        "form": form,
        "renewal": CodeRequestForm(),
        "usable": usable,
        **_message(sign_up),
    }
    return render(request, "portal/code.html", context, status=status)


@never_cache
@require_safe
def message(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What became of the SMS, as the piece of the code page that says so; asked by its script."""
    sign_up = get_object_or_404(SignUp, key=key)
    return render(request, "portal/parts/code_message.html", _message(sign_up))


def _message(sign_up: SignUp) -> dict[str, object]:
    sent: DirectMessage | None = code_message(sign_up)
    # A code that is withheld looks like one that takes its time.
    state = State.QUEUED if sign_up.withheld else sent.state if sent else State.FAILED
    return {
        "reserved": sign_up.reserved,
        "phone": shown(sign_up),
        "stopped": sent is not None and not sign_up.withheld and _stopped(sent.error),
        "lost": state in LOST,
        "arrived": state == State.DELIVERED,
        "sender": _number_to_write_to(),
    }


def _stopped(error: str) -> bool:
    """Whether the SMS was refused because the person once told the provider to stop us."""
    channel = text_channel()
    return bool(error) and channel is not None and channel.opted_out(error)


def shown(sign_up: SignUp) -> str:
    """The number of a sign-up, masked; empty if no key that we have reads it any more."""
    try:
        return masked(sign_up.phone)
    except Undecryptable:
        return ""


def _number_to_write_to() -> str:
    """Our number, or nothing: a name as sender cannot be answered."""
    sender: str = settings.TWILIO_SENDER
    return sender if sender.startswith("+") else ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_with_sms
@lets_wait
def renew(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Sends a new code for the same wish, and opens the page that asks for it; GET only opens it."""
    sign_up = get_object_or_404(SignUp, key=key)
    if sign_up.confirmed_at:
        return _onwards(sign_up)
    if request.method != "POST":
        return redirect("portal:code", key=key)
    if not _may_type(request, sign_up):
        return redirect(f"{reverse('portal:manage')}?said=over")
    try:
        renewed = renew_code(request, sign_up)
    except Undecryptable:
        return redirect("portal:subscribe" if sign_up.subscribes else "portal:manage")
    except TooManyCodes as refusal:
        form = CodeForm({"code": ""})
        form.errors.clear()
        form.add_error(None, str(refusal))
        return _code(request, sign_up, form, HTTPStatus.TOO_MANY_REQUESTS)
    return redirect("portal:code", key=renewed)


@never_cache
@require_safe
def done(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What they get from now on, what holds there already, and how to leave."""
    sign_up = get_object_or_404(SignUp, key=key)
    if not sign_up.confirmed_at:
        return redirect("portal:code", key=key)
    if not sign_up.subscribes:
        return redirect("portal:manage")
    now = timezone.now()
    areas, services = sign_up.areas.defer("outline"), list(sign_up.services.all())
    keys: list[int | None] = [service.pk for service in services] or [None]
    wanted = [(key, area.path) for key in keys for area in areas]
    return render(
        request,
        "portal/done.html",
        {
            "sign_up": sign_up,
            "phone": shown(sign_up),
            "areas": areas,
            "services": services,
            "standing": [Entry.of(alert, now) for alert in standing_of(wanted, now)],
            "sender": _number_to_write_to(),
        },
    )
