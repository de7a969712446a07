"""How many codes may be sent by SMS within an hour, and the record of who was refused one.

Every code costs us money, and whoever owns numbers may earn from what is sent to them (SMS pumping).
So each number, each client and each range of numbers has a limit of its own, and all together have a
budget. A part of the budget is kept for whom we write to already: a flood of new numbers never keeps
them from changing or ending what they have.

Each count walks no more rows than its limit, however many sign-ups there are.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from notify.residents.models import Refusal, SignUp
from notify.residents.secrecy import blind_indexes

log = logging.getLogger(__name__)

COUNTED_FOR = timedelta(hours=1)
"""How long a request for a code counts."""
RANGE = 4
"""Digits at the end of a number that one holder of numbers may choose freely: PTS hands out Swedish
mobile numbers in ranges of 10,000 and more, and whoever pumps SMS owns such a range."""
RESERVE = 5
"""One in so many of the budget's codes is kept for numbers that we write to already."""
KEPT = timedelta(days=30)
"""How long a refusal stays on record."""


class TooManyCodes(Exception):
    """A limit on codes is reached. ``str()`` says so to the person; whose limit: see ``Refusal``."""

    def __init__(self, limit: Refusal.Limit, digest: str = "") -> None:
        super().__init__(_said(limit))
        self.limit = limit
        self.digest = digest


@dataclass(frozen=True, slots=True)
class Asker:
    """Whom a request for a code counts against: keyed digests of its number, client and range.

    Under every index key, the one that is written with first.
    """

    numbers: Sequence[str]
    clients: Sequence[str]
    ranges: Sequence[str]

    @classmethod
    def of(cls, phone: str, client: str) -> Asker:
        """phone: in E.164. client: the asking computer's address."""
        return cls(
            blind_indexes(phone),
            blind_indexes(f"client:{client}"),
            blind_indexes(f"range:{_range(phone)}"),
        )

    @property
    def number(self) -> str:
        """The digest of its number, as it is written."""
        return self.numbers[0]

    @property
    def client(self) -> str:
        """The digest of the asking computer, as it is written."""
        return self.clients[0]

    @property
    def range(self) -> str:
        """The digest of the range of its number, as it is written."""
        return self.ranges[0]


@dataclass(frozen=True, slots=True)
class Room:
    """Where a code may be taken from. reserved: of what is kept for numbers that we write to.

    near: at least half of a limit is gone, so that whoever asks should wait first.
    """

    reserved: bool
    near: bool


def room(asker: Asker, purpose: SignUp.Purpose, now: datetime) -> Room:
    """The room that is left, the same for known and unknown numbers. Raises TooManyCodes.

    Four statements. What it says holds as long as nobody else asks: see ``services``.
    """
    lately = _lately(now)
    number = lately.filter(phone_index__in=asker.numbers).count()
    client = lately.filter(client_index__in=asker.clients).count()
    in_range = _sent(now).filter(range_index__in=asker.ranges).count()
    spent = _spent(now)
    if number >= settings.CODE_LIMIT_PER_NUMBER_PER_HOUR:
        raise TooManyCodes(Refusal.Limit.NUMBER, asker.number)
    if client >= settings.CODE_LIMIT_PER_CLIENT_PER_HOUR:
        raise TooManyCodes(Refusal.Limit.CLIENT, asker.client)
    range_full = in_range >= settings.CODE_LIMIT_PER_RANGE_PER_HOUR
    full = range_full or spent.open >= settings.CODE_LIMIT_PER_HOUR - _reserve()
    if full and purpose != SignUp.Purpose.MANAGE:
        raise (
            TooManyCodes(Refusal.Limit.RANGE, asker.range)
            if range_full
            else TooManyCodes(Refusal.Limit.BUDGET)
        )
    if full and spent.reserved >= _reserve():
        raise TooManyCodes(Refusal.Limit.RESERVE)
    near = (
        _half_gone(client, settings.CODE_LIMIT_PER_CLIENT_PER_HOUR)
        or _half_gone(in_range, settings.CODE_LIMIT_PER_RANGE_PER_HOUR)
        or _half_gone(spent.open + spent.reserved, settings.CODE_LIMIT_PER_HOUR)
    )
    return Room(reserved=full, near=near)


def budget_used(now: datetime) -> float:
    """Which part of the hour's budget is gone: 0 for nothing, 1 for all of it. One statement."""
    spent = _spent(now)
    return (spent.open + spent.reserved) / max(settings.CODE_LIMIT_PER_HOUR, 1)


def put_down(refusal: TooManyCodes) -> None:
    """Keep the refusal on record for the operator, without the number or the address.

    A row for each limit, hour and whose limit it was, so a flood writes few: as nobody meets a limit
    of their own before they had that many codes, the budget bounds them. Call it when the transaction
    that was refused is undone, or it would be undone too.
    """
    now = timezone.now()
    row = Refusal(limit=refusal.limit, digest=refusal.digest, hour=_hour(now), last_at=now)
    rows = Refusal.objects.filter(limit=row.limit, digest=row.digest, hour=row.hour)
    if not rows.exists():
        Refusal.objects.filter(hour__lte=now - KEPT).delete()
        Refusal.objects.bulk_create([row], ignore_conflicts=True)
        log.warning("codes are refused: limit %s %s", row.limit, row.digest[:12])
    rows.update(times=F("times") + 1, last_at=now)


def refusals(since: datetime) -> list[tuple[str, int]]:
    """How often each limit has refused somebody since then, none left out. One statement."""
    rows = Refusal.objects.filter(hour__gt=since).order_by().values_list("limit")
    found = dict(rows.annotate(sum=Sum("times")))
    return [(limit, found.get(limit, 0)) for limit in Refusal.Limit.values]


@dataclass(frozen=True, slots=True)
class _Spent:
    open: int
    reserved: int


def _spent(now: datetime) -> _Spent:
    counts = _sent(now).aggregate(
        open=Count("pk", filter=Q(reserved=False)), reserved=Count("pk", filter=Q(reserved=True))
    )
    return _Spent(**counts)


def _lately(now: datetime) -> QuerySet[SignUp]:
    return SignUp.objects.filter(created_at__gt=now - COUNTED_FOR)


def _sent(now: datetime) -> QuerySet[SignUp]:
    """Those that cost an SMS."""
    return _lately(now).filter(withheld=False)


def _reserve() -> int:
    return int(settings.CODE_LIMIT_PER_HOUR) // RESERVE


def _half_gone(count: int, limit: int) -> bool:
    return count * 2 >= limit


def _range(phone: str) -> str:
    return phone[:-RANGE]


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _said(limit: Refusal.Limit) -> str:
    if limit in (Refusal.Limit.NUMBER, Refusal.Limit.CLIENT):
        return _("Too many codes have been asked for. Try again in an hour.")
    if limit == Refusal.Limit.RESERVE and not settings.SMS_REPLIES:
        return _("Very many are asking for codes just now. Try again in an hour.")
    if limit == Refusal.Limit.RESERVE:
        return _(
            "Very many are asking for codes just now. Try again in an hour. "
            "To end everything you can answer STOPP ALLT to any SMS from us."
        )
    return _(
        "Very many are asking for codes just now. Try again in an hour. "
        "If you get SMS from us already, you can still change or end them."
    )
