"""Managing what stands on a number: for some minutes, by whoever typed the code that went to it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from notify.alerts.models import Area, Service
from notify.residents.models import Consent, EndedReason, SignUp, Subscriber, Subscription
from notify.residents.services import (
    Wish,
    end_subscriber,
    note,
    replace_subscriptions,
    subscribe,
    want,
    with_code,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a subscriber has asked for at one place. No services means every one."""

    area: Area
    services: Sequence[Service]
    serious_only: bool


# --- the session ------------------------------------------------------------------------------


def open_session(key: uuid.UUID, code: str) -> SignUp:
    """Let whoever typed the right code manage the number for ``settings.MANAGE_MINUTES``.

    The right code again opens nothing that was closed, and makes nothing longer. Raises WrongCode.
    """
    return with_code(key, code, SignUp.Purpose.MANAGE, _open)


def _open(sign_up: SignUp) -> SignUp:
    now = timezone.now()
    until = now + timedelta(minutes=settings.MANAGE_MINUTES)
    unopened = SignUp.objects.filter(pk=sign_up.pk, confirmed_at=None)
    unopened.update(confirmed_at=now, open_until=until)
    return sign_up


def session(key: uuid.UUID) -> SignUp | None:
    """The session of that key, or None if there is none or its time is up. Reads only."""
    return SignUp.objects.filter(key=key, open_until__gt=timezone.now()).first()


def erased(key: uuid.UUID) -> bool:
    """Whether the session of that key has ended because everything on its number was erased."""
    return SignUp.objects.filter(key=key, phone_cipher="").exists()


def close_session(one: SignUp) -> None:
    """End it at once, in every tab; a second time changes nothing."""
    SignUp.objects.filter(pk=one.pk, open_until__gt=timezone.now()).update(
        open_until=timezone.now()
    )


def subscriber_of(one: SignUp) -> Subscriber | None:
    """Who manages, or None when nothing stands on the number."""
    return Subscriber.objects.filter(phone_index__in=one.indexes, ended_at=None).first()


# --- what stands ------------------------------------------------------------------------------


def places_of(subscriber: Subscriber) -> list[Standing]:
    """What stands, a row for each place, in the order of the areas. One statement."""
    rows = subscriber.subscriptions.filter(ended_at=None)
    rows = rows.select_related("area", "service").defer("area__outline")
    places: dict[int, Standing] = {}
    for row in rows.order_by("area__path", "service__position"):
        known = places.get(row.area_id)
        services = [*(known.services if known else ()), *([row.service] if row.service else ())]
        places[row.area_id] = Standing(row.area, services, row.serious_only)
    return list(places.values())


@transaction.atomic
def add_places(one: SignUp, wish: Wish) -> None:
    """Let what is wished stand too; on a number that nothing stands on, subscribe it.

    Language and whatever else the subscriber has chosen stay as they are.
    """
    subscriber = _held(subscriber_of(one))
    if subscriber is None:
        subscribe(one, wish)
    else:
        want(subscriber, wish)


@transaction.atomic
def change_place(
    subscriber: Subscriber, code: str, services: Sequence[Service], *, serious_only: bool
) -> bool:
    """Let other services (none for every one) stand at the area of that code.

    False, and nothing changes, if it stands no more: another tab has ended it.
    """
    held = _held(subscriber)
    before = place_of(held, code) if held else None
    if held is None or before is None:
        return False
    chosen = {service.pk for service in services}
    if (chosen, serious_only) != ({one.pk for one in before.services}, before.serious_only):
        replace_subscriptions(held, Wish([before.area], services, held.language, serious_only))
    return True


def place_of(subscriber: Subscriber, code: str) -> Standing | None:
    """What stands at the area of that code, or None."""
    return next((one for one in places_of(subscriber) if one.area.code == code), None)


@transaction.atomic
def end_place(subscriber: Subscriber, code: str) -> bool:
    """End what stands at the area of that code. Whoever ends the last of them leaves altogether.

    Returns whether anything stands still; ending it twice changes nothing.
    """
    held = _held(subscriber)
    if held is None:
        return False
    standing = held.subscriptions.filter(ended_at=None)
    if not standing.exclude(area__code=code).exists():
        end_subscriber(held, source=Consent.Source.WEB)
        return False
    standing.filter(area__code=code).update(ended_at=timezone.now(), ended_reason=EndedReason.WEB)
    return True


def ended_within(one: SignUp) -> QuerySet[Subscriber]:
    """Who has ended the last of what stood on the number, within this session; nobody or one."""
    return Subscriber.objects.filter(
        phone_index__in=one.indexes,
        ended_reason=EndedReason.WEB,
        ended_at__gte=one.confirmed_at,
    )


@transaction.atomic
def bring_back(one: SignUp) -> None:
    """Let stand again what was ended last within this session; a second time changes nothing."""
    held = ended_within(one).select_for_update().first()
    if held is None:
        return
    again = list(held.subscriptions.filter(ended_at=held.ended_at, area__active=True))
    if not again:
        return
    Subscriber.objects.filter(pk=held.pk).update(ended_at=None, ended_reason="")
    for row in again:
        row.pk, row.created_at, row.ended_at, row.ended_reason = None, timezone.now(), None, ""
    Subscription.objects.bulk_create(again)
    note(held, Consent.Kind.OPT_IN, Consent.Source.WEB)


def change_language(subscriber: Subscriber, language: str) -> None:
    """Write to them in another of ``settings.LANGUAGES`` from now on."""
    Subscriber.objects.filter(pk=subscriber.pk).update(language=language)


def change_nights(subscriber: Subscriber, nights: str) -> None:
    """Let something else wait for the morning from now on. nights: a Subscriber.Nights."""
    Subscriber.objects.filter(pk=subscriber.pk).update(nights=nights)


def pause(subscriber: Subscriber, until: datetime) -> None:
    """Tell them of nothing new before ``until``; what they were told of is still told to be over."""
    Subscriber.objects.filter(pk=subscriber.pk).update(paused_until=until)


def resume(subscriber: Subscriber) -> None:
    """End the pause now."""
    Subscriber.objects.filter(pk=subscriber.pk).update(paused_until=None)


def _held(subscriber: Subscriber | None) -> Subscriber | None:
    """The subscriber as of now, for this transaction alone; None for whoever has left meanwhile."""
    if subscriber is None:
        return None
    rows = Subscriber.objects.select_for_update().filter(pk=subscriber.pk, ended_at=None)
    return rows.first()
