"""Subscribing with a code by SMS, and leaving with a word.

Sending the code is not this room's business: ``request_sign_up`` hands it back to be sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from notify.alerts.models import Area, Service
from notify.residents.limits import Asker, room
from notify.residents.marks import blocks_codes
from notify.residents.models import Consent, EndedReason, SignUp, Subscriber, Subscription
from notify.residents.secrecy import (
    blind_index,
    blind_indexes,
    code_digest,
    encrypt,
    is_digest_of,
    new_code,
)
from notify.residents.waiting import MustWait, new_ticket, seconds_left

T = TypeVar("T")

ENDED_BY = {
    Consent.Source.SMS: EndedReason.STOP,
    Consent.Source.WEB: EndedReason.WEB,
    Consent.Source.PROVIDER: EndedReason.PROVIDER,
}


class AlreadyRequested(Exception):
    """This very request was made before, and its code is on its way. ``key``: of its sign-up."""

    def __init__(self, key: uuid.UUID) -> None:
        super().__init__()
        self.key = key


class WrongCode(Exception):
    """The code does not open this sign-up. ``str()`` says what to do."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for, the same at each place. No services means every one.

    serious_only: nothing but what is Severe or Extreme.
    """

    areas: Sequence[Area]
    services: Sequence[Service]
    language: str
    serious_only: bool = False

    @classmethod
    def of(cls, sign_up: SignUp) -> Wish:
        """What a sign-up asked for."""
        areas, services = list(sign_up.areas.all()), list(sign_up.services.all())
        return cls(areas, services, sign_up.language, sign_up.serious_only)


@transaction.atomic
def request_sign_up(
    phone: str,
    wish: Wish,
    *,
    client: str,
    form: uuid.UUID | None = None,
    ticket: str = "",
    purpose: SignUp.Purpose = SignUp.Purpose.SUBSCRIBE,
    moves: Subscriber | None = None,
) -> tuple[SignUp, str]:
    """Note the wish and return it with the code that must be sent to ``phone`` (E.164).

    client: the asking computer's address; only a keyed digest of it is kept, for the limit.
    form: names the form that was filled in, so that a double click sends one code.
    ticket: of an earlier MustWait, if the asker has waited.
    purpose: what the code opens; whoever only manages wishes for no places. moves: whose number
    this is to become.
    Known and unknown numbers are treated alike. A sign-up that is ``withheld`` must be answered
    like any other, and its code not be sent. Raises TooManyCodes, MustWait, or AlreadyRequested for
    the same number and wish from the same form while its code is still good.
    """
    _one_at_a_time()
    now = timezone.now()
    asker = Asker.of(phone, client)

    def key_of(form: uuid.UUID | None) -> uuid.UUID:
        return _key(form, f"{asker.number}:{purpose.value}", wish)

    key = key_of(form)
    before = SignUp.objects.filter(key=key).first()
    if before and before.usable(now):
        raise AlreadyRequested(key)
    found = room(asker, purpose, now)
    if found.near:
        # A form that has had its code has used up its ticket.
        _wait_first(
            form, "" if before else ticket, lambda form: f"{key_of(form)}:{asker.client}", now
        )
    if before:
        key = uuid.uuid4()
    code = new_code()
    sign_up = SignUp.objects.create(
        key=key,
        purpose=purpose,
        moves=moves,
        phone_cipher=encrypt(phone),
        phone_index=asker.number,
        client_index=asker.client,
        range_index=asker.range,
        language=wish.language,
        serious_only=wish.serious_only,
        code_digest=code_digest(code, str(key)),
        attempts_left=settings.CODE_ATTEMPTS,
        created_at=now,
        expires_at=now + timedelta(minutes=settings.CODE_LIFETIME_MINUTES),
        reserved=found.reserved,
        withheld=_withheld(phone, reserved=found.reserved),
    )
    sign_up.areas.set(wish.areas)
    sign_up.services.set(wish.services)
    return sign_up, code


def _withheld(phone: str, *, reserved: bool) -> bool:
    """Both are always asked, so that no answer takes longer than another."""
    blocked = blocks_codes(phone)
    known = _standing(phone).exists()
    return blocked or (reserved and not known)


def _wait_first(
    form: uuid.UUID | None, ticket: str, request_of: Callable[[uuid.UUID], str], now: datetime
) -> None:
    """Return for whoever has waited, and raise MustWait for everybody else."""
    if not settings.CODE_WAIT_SECONDS:
        return
    left = seconds_left(ticket, request_of(form), now) if form else None
    if form and left:
        raise MustWait(form, ticket, left)
    if left is None:
        form = uuid.uuid4()
        raise MustWait(form, new_ticket(request_of(form), now), settings.CODE_WAIT_SECONDS)


def _one_at_a_time() -> None:
    """Let requests for codes pass one by one until the transaction ends.

    Without it, requests sent side by side would all count the same codes and slip past the limits
    that keep SMS pumping from being paid for. SQLite lets one writer in at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('residents.sign_up'))")


def renew_sign_up(
    sign_up: SignUp, *, client: str, form: uuid.UUID | None = None, ticket: str = ""
) -> tuple[SignUp, str]:
    """The same wish anew with a new code, for somebody whose SMS did not come.

    client, form and ticket, and what it raises: as of ``request_sign_up``.
    """
    return request_sign_up(
        sign_up.phone,
        Wish.of(sign_up),
        client=client,
        form=form,
        ticket=ticket,
        purpose=SignUp.Purpose(sign_up.purpose),
        moves=sign_up.moves,
    )


def _key(form: uuid.UUID | None, whose: str, wish: Wish) -> uuid.UUID:
    """The same key for the same wish from the same form; without a form, a key of its own."""
    if form is None:
        return uuid.uuid4()
    chosen = [sorted(row.pk for row in rows) for rows in (wish.areas, wish.services)]
    how = f"{wish.language}:{wish.serious_only}"
    return uuid.UUID(blind_index(f"form:{form}:{whose}:{chosen}:{how}")[:32])


def confirm_sign_up(key: uuid.UUID, code: str) -> Subscriber:
    """Turn a sign-up into subscriptions, if ``code`` is the one that was sent.

    Asking again with the right code returns the same subscriber, also when that was the last
    attempt. Raises WrongCode.
    """
    return with_code(key, code, SignUp.Purpose.SUBSCRIBE, _confirm)


def with_code(key: uuid.UUID, code: str, purpose: SignUp.Purpose, then: Callable[[SignUp], T]) -> T:
    """Do ``then`` with the sign-up, in one transaction, if ``code`` opens it for this purpose.

    It is done again when the right code comes again soon: ``then`` sees ``confirmed_at``. Raises
    WrongCode.
    """
    with transaction.atomic():
        spent = _spend_attempt(key)
        sign_up = SignUp.objects.filter(key=key, purpose=purpose).first()
        if sign_up and _opens(sign_up, code) and (spent or _confirmed_lately(sign_up)):
            return then(sign_up)
    # Only now, so that the attempt stays counted.
    if not (sign_up and spent):
        raise WrongCode(no_longer_valid())
    raise WrongCode(_wrong(sign_up.attempts_left))


def no_longer_valid() -> str:
    """What is said of a code that opens nothing any more."""
    return _("That code is no longer valid. Ask for a new one.")


def _spend_attempt(key: uuid.UUID) -> bool:
    """Count the attempt before the code is looked at, so that guesses side by side count too.

    Whoever comes second waits here until the first is through, and then sees what came of it.
    """
    left = SignUp.objects.filter(key=key, attempts_left__gt=0, expires_at__gt=timezone.now())
    return bool(left.update(attempts_left=F("attempts_left") - 1))


def _opens(sign_up: SignUp, code: str) -> bool:
    typed = code.strip().replace(" ", "")
    return is_digest_of(sign_up.code_digest, typed, str(sign_up.key))


def _confirmed_lately(sign_up: SignUp) -> bool:
    return sign_up.confirmed_at is not None and timezone.now() < sign_up.expires_at


def _confirm(sign_up: SignUp) -> Subscriber:
    first = SignUp.objects.filter(pk=sign_up.pk, confirmed_at=None).update(
        confirmed_at=timezone.now()
    )
    if not first:
        return Subscriber.objects.get(phone_index__in=sign_up.indexes)
    return subscribe(sign_up, Wish.of(sign_up))


def _wrong(attempts_left: int) -> str:
    if attempts_left == 0:
        return _("That was not the code. Ask for a new one.")
    return _("That was not the code. Check the SMS and try again.")


def subscribe(sign_up: SignUp, wish: Wish) -> Subscriber:
    """Let the number of a sign-up whose code was typed have what is wished, beside what it has."""
    indexes = sign_up.indexes
    subscriber, _created = Subscriber.objects.update_or_create(
        phone_index__in=indexes,
        defaults={
            "phone_cipher": sign_up.phone_cipher,
            "phone_index": indexes[0],
            "language": wish.language,
            "paused_until": None,
            "ended_at": None,
            "ended_reason": "",
        },
    )
    want(subscriber, wish)
    return subscriber


def want(subscriber: Subscriber, wish: Wish) -> None:
    """Note the consent to what is wished, and let it stand at its places."""
    replace_subscriptions(subscriber, wish)
    note(subscriber, Consent.Kind.OPT_IN, Consent.Source.WEB)


def replace_subscriptions(subscriber: Subscriber, wish: Wish) -> None:
    """Let what is wished stand at its places; what stood there before ends as replaced.

    The caller holds the subscriber's row, so that two who wish at once do it one after the other.
    """
    now = timezone.now()
    services: Sequence[Service | None] = wish.services or [None]
    standing = subscriber.subscriptions.filter(ended_at=None)
    standing.filter(area__in=wish.areas).update(ended_at=now, ended_reason=EndedReason.REPLACED)
    Subscription.objects.bulk_create(
        Subscription(
            subscriber=subscriber,
            area=area,
            service=service,
            serious_only=wish.serious_only,
            created_at=now,
        )
        for area in wish.areas
        for service in services
    )


def find_subscriber(phone: str) -> Subscriber | None:
    """Who stands behind a number (E.164), or None if nobody does any more."""
    return _standing(phone).first()


def _standing(phone: str) -> QuerySet[Subscriber]:
    return Subscriber.objects.filter(phone_index__in=blind_indexes(phone), ended_at=None)


def known_subscriber(phone: str) -> Subscriber | None:
    """Who stands or stood behind a number (E.164), or None for one that was never confirmed."""
    return Subscriber.objects.filter(phone_index__in=blind_indexes(phone)).first()


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
