"""Telling a person everything that is held on their number (GDPR, articles 15 and 20)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from notify.alerts.models import Area, Service
from notify.dispatch.erasure import direct_messages
from notify.dispatch.models import Delivery, DirectMessage, StillWithout
from notify.residents.models import (
    Consent,
    Mark,
    Numbered,
    Refusal,
    Reveal,
    SignUp,
    Subscriber,
    Subscription,
)
from notify.residents.secrecy import Undecryptable, blind_indexes

Told = dict[str, Any]

WAY = (
    "state",
    "attempts",
    "sending_at",
    "sent_at",
    "final_at",
    "provider",
    "provider_id",
    "error",
    "units",
)
"""What is told of a message's way."""


def held_on_number(phone: str) -> Told:
    """As ``held_on``, for a number in E.164."""
    return held_on(blind_indexes(phone))


def held_on(indexes: Collection[str]) -> Told:
    """Everything that is held on a number, ready for JSON; empty lists where there is nothing.

    indexes: its blind indexes. Times are ISO 8601 with an offset. Without digests, which say
    nothing without our keys, and without the words of a code or an answer under way: they are in
    the SMS, and whoever exports for somebody else must not read a code.
    """
    theirs: Told = {"subscriber__phone_index__in": indexes}
    subscriptions = Subscription.objects.filter(**theirs).select_related("area", "service")
    deliveries = Delivery.objects.filter(**theirs).select_related("dispatch__update__alert")
    refusals = Refusal.objects.filter(limit=Refusal.Limit.NUMBER, digest__in=indexes)
    replies = StillWithout.objects.filter(**theirs).select_related(
        "dispatch__update__alert", "area"
    )
    sign_ups = SignUp.objects.filter(phone_index__in=indexes).prefetch_related("areas", "services")
    return {
        "subscribers": list(map(_subscriber, Subscriber.objects.filter(phone_index__in=indexes))),
        "subscriptions": list(map(_subscription, subscriptions)),
        "consents": list(map(_consent, Consent.objects.filter(**theirs))),
        "sign_ups": list(map(_sign_up, sign_ups)),
        "marks": list(map(_mark, Mark.objects.filter(phone_index__in=indexes))),
        "refusals": list(map(_refusal, refusals)),
        "messages": list(map(_delivery, deliveries.order_by("pk"))),
        "answers": list(map(_answer, replies.order_by("pk"))),
        "direct_messages": list(map(_direct_message, direct_messages(indexes))),
        "reveals": list(map(_reveal, Reveal.objects.filter(**theirs))),
    }


def _phone(row: Numbered) -> Told:
    """The number, or null if no key that we have reads it."""
    try:
        return {"phone": row.phone}
    except Undecryptable:
        return {"phone": None}


def _columns(row: object, *names: str) -> Told:
    """These columns; times as text, and nothing as null."""
    values = {name: getattr(row, name) for name in names}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }


def _places(areas: Iterable[Area]) -> list[Told]:
    return [{"code": area.code, "name": area.name} for area in areas]


def _services(services: Iterable[Service]) -> list[Told]:
    return [{"slug": service.slug, "names": service.names} for service in services]


def _subscriber(one: Subscriber) -> Told:
    return {
        **_phone(one),
        **_columns(one, "language", "nights", "paused_until"),
        **_columns(one, "created_at", "ended_at", "ended_reason"),
    }


def _subscription(one: Subscription) -> Told:
    # No service stands for every one.
    services = _services([one.service] if one.service else [])
    return {
        **_columns(one, "serious_only", "created_at", "ended_at", "ended_reason"),
        "areas": _places([one.area]),
        "services": services,
    }


def _consent(one: Consent) -> Told:
    return _columns(one, "kind", "source", "at", "words")


def _sign_up(one: SignUp) -> Told:
    return {
        **_phone(one),
        **_columns(
            one, "purpose", "language", "serious_only", "attempts_left", "withheld", "reserved"
        ),
        **_columns(one, "created_at", "expires_at", "confirmed_at", "open_until"),
        "areas": _places(one.areas.all()),
        "services": _services(one.services.all()),
    }


def _mark(one: Mark) -> Told:
    return _columns(one, "kind", "until")


def _refusal(one: Refusal) -> Told:
    """That codes to the number were refused, because there had been too many."""
    return _columns(one, "limit", "hour", "times", "first_at", "last_at")


def _delivery(one: Delivery) -> Told:
    update = one.dispatch.update
    return {
        "alert": update.alert.code,
        "update": update.number,
        "headline": update.word("headline", one.language),
        **_columns(one, "channel", "language", *WAY),
    }


def _answer(one: StillWithout) -> Told:
    """That they were still without, though it was said to be over."""
    update = one.dispatch.update
    return {
        "alert": update.alert.code,
        "update": update.number,
        **_columns(one, "at"),
        "areas": _places([one.area]),
    }


def _direct_message(one: DirectMessage) -> Told:
    return _columns(one, "purpose", "created_at", "expires_at", *WAY)


def _reveal(one: Reveal) -> Told:
    """That somebody of the staff looked, and why; who it was is not the person's own data."""
    return _columns(one, "at", "reason")
