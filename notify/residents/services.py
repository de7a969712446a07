"""Subscribing with a code by SMS, and leaving with a word.

Sending the code is not this room's business: ``request_sign_up`` hands it back to be sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from notify.alerts.models import Area, Service
from notify.residents.marks import blocks_codes
from notify.residents.models import Consent, EndedReason, SignUp, Subscriber, Subscription
from notify.residents.secrecy import (
    blind_index,
    code_digest,
    encrypt,
    new_code,
    same,
)

ENDED_BY = {
    Consent.Source.SMS: EndedReason.STOP,
    Consent.Source.WEB: EndedReason.WEB,
    Consent.Source.PROVIDER: EndedReason.PROVIDER,
}


class TooManyCodes(Exception):
    """A limit on codes is reached. ``str()`` says so to the person."""


class AlreadyRequested(Exception):
    """This very request was made before, and its code is on its way. ``key``: of its sign-up."""

    def __init__(self, key: uuid.UUID) -> None:
        super().__init__()
        self.key = key


class WrongCode(Exception):
    """The code does not open this sign-up. ``str()`` says what to do."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for. No services means every one."""

    areas: Sequence[Area]
    services: Sequence[Service]
    language: str


@transaction.atomic
def request_sign_up(
    phone: str, wish: Wish, *, client: str, form: uuid.UUID | None = None
) -> tuple[SignUp, str]:
    """Note the wish and return it with the code that must be sent to ``phone`` (E.164).

    client: the asking computer's address; only a keyed digest of it is kept, for the limit.
    form: names the form that was filled in, so that a double click sends one code.
    Known and unknown numbers are treated alike. A sign-up that is ``withheld`` must be answered
    like any other, and its code not be sent. Raises TooManyCodes, or AlreadyRequested for the same
    number and wish from the same form while its code is still good.
    """
    _one_at_a_time()
    now = timezone.now()
    phone_index, client_index = blind_index(phone), blind_index(f"client:{client}")
    key = _key(form, phone_index, wish)
    before = SignUp.objects.filter(key=key).first()
    if before and before.usable(now):
        raise AlreadyRequested(key)
    if before:
        key = uuid.uuid4()
    _check_limits(phone_index, client_index, now)
    code = new_code()
    sign_up = SignUp.objects.create(
        key=key,
        phone_cipher=encrypt(phone),
        phone_index=phone_index,
        client_index=client_index,
        language=wish.language,
        code_digest=code_digest(code, str(key)),
        attempts_left=settings.CODE_ATTEMPTS,
        created_at=now,
        expires_at=now + timedelta(minutes=settings.CODE_LIFETIME_MINUTES),
        withheld=blocks_codes(phone_index),
    )
    sign_up.areas.set(wish.areas)
    sign_up.services.set(wish.services)
    return sign_up, code


def _one_at_a_time() -> None:
    """Let requests for codes pass one by one until the transaction ends.

    Without it, requests sent side by side would all count the same codes and slip past the limits
    that keep SMS pumping from being paid for. SQLite lets one writer in at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('residents.sign_up'))")


def renew_sign_up(sign_up: SignUp, *, client: str) -> tuple[SignUp, str]:
    """The same wish anew with a new code, for somebody whose SMS did not come. Raises TooManyCodes."""
    wish = Wish(list(sign_up.areas.all()), list(sign_up.services.all()), sign_up.language)
    return request_sign_up(sign_up.phone, wish, client=client)


def _key(form: uuid.UUID | None, phone_index: str, wish: Wish) -> uuid.UUID:
    """The same key for the same wish from the same form; without a form, a key of its own."""
    if form is None:
        return uuid.uuid4()
    chosen = [sorted(row.pk for row in rows) for rows in (wish.areas, wish.services)]
    return uuid.UUID(blind_index(f"form:{form}:{phone_index}:{chosen}:{wish.language}")[:32])


def _check_limits(phone_index: str, client_index: str, now: datetime) -> None:
    lately = SignUp.objects.filter(created_at__gt=now - timedelta(hours=1))
    counted = [
        (lately.filter(phone_index=phone_index), settings.CODE_LIMIT_PER_NUMBER_PER_HOUR),
        (lately.filter(client_index=client_index), settings.CODE_LIMIT_PER_CLIENT_PER_HOUR),
        (lately, settings.CODE_LIMIT_PER_HOUR),
    ]
    if any(rows.count() >= limit for rows, limit in counted):
        raise TooManyCodes(_("Too many codes have been asked for. Try again in an hour."))


def confirm_sign_up(key: uuid.UUID, code: str) -> Subscriber:
    """Turn a sign-up into subscriptions, if ``code`` is the one that was sent.

    Asking again with the right code returns the same subscriber, also when that was the last
    attempt. Raises WrongCode.
    """
    with transaction.atomic():
        spent = _spend_attempt(key)
        sign_up = SignUp.objects.filter(key=key).first()
        if sign_up and _opens(sign_up, code) and (spent or _confirmed_lately(sign_up)):
            return _confirm(sign_up)
    # Only now, so that the attempt stays counted.
    if not (sign_up and spent):
        raise WrongCode(_("That code is no longer valid. Ask for a new one."))
    raise WrongCode(_wrong(sign_up.attempts_left))


def _spend_attempt(key: uuid.UUID) -> bool:
    """Count the attempt before the code is looked at, so that guesses side by side count too.

    Whoever comes second waits here until the first is through, and then sees what came of it.
    """
    left = SignUp.objects.filter(key=key, attempts_left__gt=0, expires_at__gt=timezone.now())
    return bool(left.update(attempts_left=F("attempts_left") - 1))


def _opens(sign_up: SignUp, code: str) -> bool:
    digest = code_digest(code.strip().replace(" ", ""), str(sign_up.key))
    return same(sign_up.code_digest, digest)


def _confirmed_lately(sign_up: SignUp) -> bool:
    return sign_up.confirmed_at is not None and timezone.now() < sign_up.expires_at


def _confirm(sign_up: SignUp) -> Subscriber:
    first = SignUp.objects.filter(pk=sign_up.pk, confirmed_at=None).update(
        confirmed_at=timezone.now()
    )
    if not first:
        return Subscriber.objects.get(phone_index=sign_up.phone_index)
    return _subscribe(sign_up)


def _wrong(attempts_left: int) -> str:
    if attempts_left == 0:
        return _("That was not the code. Ask for a new one.")
    return _("That was not the code. Check the SMS and try again.")


def _subscribe(sign_up: SignUp) -> Subscriber:
    now = timezone.now()
    subscriber, _created = Subscriber.objects.update_or_create(
        phone_index=sign_up.phone_index,
        defaults={
            "phone_cipher": sign_up.phone_cipher,
            "language": sign_up.language,
            "ended_at": None,
            "ended_reason": "",
        },
    )
    services: list[Service | None] = list(sign_up.services.all()) or [None]
    wanted = [(area.pk, service) for area in sign_up.areas.all() for service in services]
    standing = subscriber.subscriptions.filter(ended_at=None)
    standing.filter(area_id__in={area for area, _service in wanted}).update(
        ended_at=now, ended_reason=EndedReason.REPLACED
    )
    Subscription.objects.bulk_create(
        Subscription(subscriber=subscriber, area_id=area, service=service, created_at=now)
        for area, service in wanted
    )
    note(subscriber, Consent.Kind.OPT_IN, Consent.Source.WEB)
    return subscriber


def find_subscriber(phone: str) -> Subscriber | None:
    """Who stands behind a number (E.164), or None if nobody does any more."""
    return Subscriber.objects.filter(phone_index=blind_index(phone), ended_at=None).first()


def known_subscriber(phone: str) -> Subscriber | None:
    """Who stands or stood behind a number (E.164), or None for one that was never confirmed."""
    return Subscriber.objects.filter(phone_index=blind_index(phone)).first()


def opt_out(phone: str, *, source: str, words: str = "") -> Subscriber | None:
    """End everything for a number; returns who that was, or None for a number unknown or gone.

    source: a Consent.Source; words: what they wrote, kept as evidence.
    """
    subscriber = find_subscriber(phone)
    if subscriber is not None:
        end_subscriber(subscriber, source=source, words=words)
    return subscriber


@transaction.atomic
def end_subscriber(subscriber: Subscriber, *, source: str, words: str = "") -> None:
    """End everything for a subscriber; a second time changes nothing."""
    end = {"ended_at": timezone.now(), "ended_reason": ENDED_BY[Consent.Source(source)]}
    if not Subscriber.objects.filter(pk=subscriber.pk, ended_at=None).update(**end):
        return
    subscriber.subscriptions.filter(ended_at=None).update(**end)
    note(subscriber, Consent.Kind.OPT_OUT, source, words=words)


def note(subscriber: Subscriber, kind: str, source: str, *, words: str = "") -> None:
    """Put down what was agreed to or taken back, for good. words: what they wrote."""
    Consent.objects.create(subscriber=subscriber, kind=kind, source=source, words=_kept(words))


def _kept(words: str) -> str:
    """The words as every database stores them: evidence must never stand in the way of leaving."""
    storable = words.encode(errors="ignore").decode()  # without lone surrogates
    return storable.replace("\0", "")[:160]
