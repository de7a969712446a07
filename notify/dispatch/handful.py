"""The next handful of a batch: whose words still stand, who is still there, and whose turn it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from notify.channels.base import AddressedBy, Channel, Recipient
from notify.channels.notice import Notice
from notify.dispatch import arrays
from notify.dispatch.control import why_withdrawn
from notify.dispatch.lease import renew
from notify.dispatch.models import Batch, Delivery, Dispatch, State
from notify.dispatch.withdrawal import withdraw
from notify.residents.secrecy import Undecryptable, decrypt

STILL_ON_ITS_WAY = timedelta(minutes=5)
"""How long a later word waits for an earlier one to the same person whose outcome is not known."""
LET_PASS = timedelta(seconds=2)
"""How long the later word steps back before it looks again."""


class Unreachable(Exception):
    """There is nobody to send to. ``str()`` is our code for the reason."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queued delivery and what is known of whom it is for: columns, since to make models costs more
    than to send. attempts: before this one."""

    key: int
    address: str
    language: str
    phone_cipher: str | None
    ended_at: datetime | None
    attempts: int
    paused_until: datetime | None

    @property
    def reference(self) -> str:
        """Its name to a provider."""
        return f"d{self.key}"

    def gone(self, channel: Channel) -> bool:
        """Whether it is for a person who is not there any more."""
        to_person = channel.addressed_by == AddressedBy.SUBSCRIBER
        return to_person and (self.phone_cipher is None or self.ended_at is not None)

    def paused(self, now: datetime) -> bool:
        """Whether it is for a person who wants to hear nothing new now."""
        return self.paused_until is not None and now < self.paused_until

    def recipient(self, channel: Channel) -> Recipient:
        """The address as the channel needs it. Raises Unreachable."""
        to_person = channel.addressed_by == AddressedBy.SUBSCRIBER
        address = phone(self.phone_cipher) if to_person else self.address
        return Recipient(address, self.reference, self.language)


def phone(cipher: str | None) -> str:
    """The number of a subscriber, None if there is none any more. Raises Unreachable."""
    if cipher is None:
        raise Unreachable("erased")
    try:
        return decrypt(cipher)
    except Undecryptable:
        raise Unreachable("undecryptable") from None


@transaction.atomic
def take(batch: Batch, worker: str, notice: Notice, channel: Channel) -> Sequence[Waiting] | None:
    """Mark the next handful ``sending`` and return it; None if there is nothing more to be sent.

    To renew the lease locks the batch for these few statements, and whoever publishes newer words
    locks it too: so whoever is being marked meanwhile counts as told, and hears the all-clear.
    """
    if not renew(batch, worker):
        return None
    now = timezone.now()
    watched = Dispatch.objects.only("withdrawn_at").get(pk=batch.dispatch_id)
    queued = Delivery.objects.filter(batch=batch, state=State.QUEUED)
    if watched.withdrawn_at is not None or notice.stale(now):
        withdraw(queued, why_withdrawn(watched) if watched.withdrawn_at else "expired")
        return None
    waiting = _due(queued, now, channel.handful)
    if not waiting:
        return None
    if gone := [one.key for one in waiting if one.gone(channel)]:
        withdraw(queued.filter(pk__in=gone), "opted_out")
        waiting = [one for one in waiting if not one.gone(channel)]
    # Who paused while it waited, for the morning or for another try.
    if not notice.ends_alert and (paused := [one.key for one in waiting if one.paused(now)]):
        withdraw(queued.filter(pk__in=paused), "paused")
        waiting = [one for one in waiting if not one.paused(now)]
    if notice.number > 1:
        waiting = _let_pass(batch, waiting, now)
    marked = _mark([one.key for one in waiting], now)
    return [one for one in waiting if one.key in marked]


def _due(queued: QuerySet[Delivery], now: datetime, most: int) -> Sequence[Waiting]:
    # In no order: asked for one, PostgreSQL may walk the whole ledger in that order.
    rows = (
        queued.filter(due_at__lte=now)
        .order_by()
        .values_list(
            "pk",
            "address",
            "language",
            "subscriber__phone_cipher",
            "subscriber__ended_at",
            "attempts",
            "subscriber__paused_until",
        )
    )
    return [Waiting(*row) for row in rows[:most]]


MARK = """
UPDATE dispatch_delivery SET state = 'sending', sending_at = {now}, attempts = attempts + 1
WHERE {among} AND state = 'queued' RETURNING id
"""
"""Only what is still queued: a callback may have moved one of them forward since they were read."""


def _mark(keys: Sequence[int], now: datetime) -> Collection[int]:
    if not keys:
        return ()
    sql = MARK.format(now=arrays.INSTANT[connection.vendor], among=arrays.among("id"))
    with connection.cursor() as cursor:
        cursor.execute(sql, [arrays.instant(now), *arrays.values([(key,) for key in keys])])
        return {key for (key,) in cursor.fetchall()}


def _let_pass(batch: Batch, waiting: Sequence[Waiting], now: datetime) -> Sequence[Waiting]:
    """Hold back those whom an earlier update of the same alert is just telling; return the others.

    With a slow provider a cancel could overtake the alert that it cancels, and the false alarm
    would be the last word that people read. So the later word waits, but not for ever. Asked by
    dispatch and address, which one index answers whatever the planner believes of the table.
    """
    earlier = Dispatch.objects.filter(
        update__alert=batch.dispatch.update.alert_id, pk__lt=batch.dispatch_id
    )
    on_its_way = Delivery.objects.filter(
        dispatch__in=list(earlier.values_list("pk", flat=True)),
        channel=batch.channel,
        address__in=[one.address for one in waiting],
        state__in=[State.SENDING, State.IN_DOUBT],
        sending_at__gt=now - STILL_ON_ITS_WAY,
    )
    told_now = set(on_its_way.values_list("address", flat=True))
    held = [one.key for one in waiting if one.address in told_now]
    if held:
        Delivery.objects.filter(pk__in=held).update(due_at=now + LET_PASS)
    return [one for one in waiting if one.address not in told_now]
