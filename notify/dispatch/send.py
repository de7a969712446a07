"""Working through a batch: lease it, mark a handful, send it, record what became of it, again.

No transaction is open while a provider is asked. A worker that dies leaves its lease to run out
and its handful ``sending``; the sweeper gives the batch to another, and asks the provider about
the handful instead of sending it again.
"""

from __future__ import annotations

import logging
import time
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Min, Q, QuerySet
from django.utils import timezone

from notify.alerts.models import Update
from notify.channels.base import AddressedBy, Channel, ChannelError, Outcome, Receipt, Recipient
from notify.channels.notice import Notice
from notify.channels.registry import channels
from notify.dispatch import bell, overdue
from notify.dispatch.control import why_withdrawn
from notify.dispatch.models import Batch, Delivery, Dispatch, State
from notify.dispatch.record import record, withdraw
from notify.dispatch.stopping import stopping
from notify.residents.secrecy import Undecryptable

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a silent worker keeps its batch. A worker at work renews it in time: before each
handful, and while a slow provider keeps it waiting."""
RENEW_AFTER = timedelta(seconds=15)
"""When a worker renews its lease in the middle of a handful. A channel is silent for at most the
time it gives a provider to answer (20 s), so the two together must stay well below LEASE."""
RECORD_AFTER = timedelta(seconds=1)
"""How often the outcomes of a slow handful are put down: a crash leaves no more than these in doubt."""
TURN = 10.0
"""Seconds after which a worker gives the rest of its batch back and rings, so that whatever else waits for a
worker (a more urgent batch, the sweep) gets its turn."""
BACK_OFF = timedelta(seconds=30)
"""How long a batch rests whose channel broke down: each try leaves a handful in doubt."""
STILL_ON_ITS_WAY = timedelta(minutes=5)
"""How long a later word waits for an earlier one to the same person whose outcome is not known."""
LET_PASS = timedelta(seconds=2)
"""How long the later word steps back before it looks again."""


class Unreachable(Exception):
    """There is nobody to send to. ``str()`` is our code for the reason."""


def due_batches(queue: str, now: datetime) -> QuerySet[Batch]:
    """Batches with work in them that nobody holds, the longest due first."""
    return (
        Batch.objects.filter(Q(leased_until=None) | Q(leased_until__lte=now))
        .filter(queue=queue, done_at=None, due_at__lte=now)
        .order_by("due_at", "pk")
    )


def send_next_batch(queue: str) -> bool:
    """Lease the next due batch of a queue and work through it; False if there is none.

    Running it twice, or on two workers at once, is harmless: a lease has one holder.
    """
    if stopping():
        bell.ring(bell.SEND_BATCH, queue, queue=queue)
        return False
    worker = uuid.uuid4().hex
    batch = _lease(queue, worker)
    if batch is None:
        return False
    channel = channels().get(batch.channel)
    rests_until = timezone.now() + BACK_OFF
    ended = True
    try:
        if channel is None:
            log.error("batch %s waits: channel %s is switched off", batch.pk, batch.channel)
        else:
            ended = _work_through(batch, worker, channel)
            rests_until = timezone.now()
    except ChannelError as error:
        log.warning("batch %s waits: %s cannot send: %s", batch.pk, batch.channel, error)
    finally:
        _release(batch, worker, not_before=rests_until)
    if not ended:
        bell.ring(bell.SEND_BATCH, batch.queue, queue=batch.queue)
    return True


def _lease(queue: str, worker: str) -> Batch | None:
    """Take the first due batch: whose conditional UPDATE changes the row has it."""
    now = timezone.now()
    for key in due_batches(queue, now).values_list("pk", flat=True)[:20]:
        taken = due_batches(queue, now).filter(pk=key).order_by()
        # Whoever dies is asked about from the moment that the lease has run out.
        until = now + LEASE
        if taken.update(leased_by=worker, leased_until=until, ask_at=until):
            return Batch.objects.select_related("dispatch").get(pk=key)
    return None


def _renew(batch: Batch, worker: str) -> bool:
    """Keep the lease; False if another has it by now."""
    mine = Batch.objects.filter(pk=batch.pk, leased_by=worker)
    return bool(mine.update(leased_until=timezone.now() + LEASE))


def _work_through(batch: Batch, worker: str, channel: Channel) -> bool:
    """Send handful after handful; False if this worker leaves the rest of them to another."""
    notice = batch.dispatch.notice
    until = time.monotonic() + TURN
    while handful := _take(batch, worker, notice, channel):
        if not _send(batch, worker, notice, channel, handful):
            return True
        if stopping() or time.monotonic() >= until:
            return False
    return True


@transaction.atomic
def _take(batch: Batch, worker: str, notice: Notice, channel: Channel) -> list[Delivery]:
    """Mark the next handful ``sending`` and return it, if its words still stand.

    The lock on the dispatch lasts for these few statements. It makes sure that whoever is being
    marked while an all-clear is published counts as told, and hears the all-clear.
    """
    dispatch = Dispatch.objects.select_for_update(no_key=True).only("withdrawn_at")
    watched = dispatch.get(pk=batch.dispatch_id)
    if not _renew(batch, worker):
        return []
    now = timezone.now()
    waiting = Delivery.objects.filter(batch=batch, state=State.QUEUED)
    if watched.withdrawn_at is not None or notice.stale(now):
        withdraw(waiting, why_withdrawn(watched) if watched.withdrawn_at else "expired")
        return []
    if channel.addressed_by == AddressedBy.SUBSCRIBER:
        gone = Q(subscriber=None) | Q(subscriber__ended_at__isnull=False)
        withdraw(waiting.filter(gone), "opted_out")
        waiting = waiting.exclude(gone)
    # Locked, so that a callback that moves one of them forward comes before or after, not between.
    rows = waiting.filter(due_at__lte=now).select_related("subscriber").order_by("pk")
    handful = list(rows.select_for_update(of=("self",), no_key=True)[: channel.handful])
    if notice.number > 1:
        handful = _let_pass(batch, handful, now)
    Delivery.objects.filter(pk__in=[one.pk for one in handful]).update(
        state=State.SENDING, sending_at=now, attempts=F("attempts") + 1
    )
    return handful


def _let_pass(batch: Batch, handful: list[Delivery], now: datetime) -> list[Delivery]:
    """Hold back those whom an earlier update of the same alert is just telling; return the others.

    With a slow provider a cancel could overtake the alert that it cancels, and the false alarm
    would be the last word that people read. So the later word waits, but not for ever. Asked by
    dispatch and address, which one index answers whatever the planner believes of the table.
    """
    alert = Update.objects.filter(dispatch=batch.dispatch_id).values("alert")
    earlier = Dispatch.objects.filter(update__alert__in=alert, pk__lt=batch.dispatch_id)
    on_its_way = Delivery.objects.filter(
        dispatch__in=list(earlier.values_list("pk", flat=True)),
        channel=batch.channel,
        address__in=[one.address for one in handful],
        state__in=[State.SENDING, State.IN_DOUBT],
        sending_at__gt=now - STILL_ON_ITS_WAY,
    )
    told_now = set(on_its_way.values_list("address", flat=True))
    held = [one.pk for one in handful if one.address in told_now]
    Delivery.objects.filter(pk__in=held).update(due_at=now + LET_PASS)
    return [one for one in handful if one.address not in told_now]


def _send(
    batch: Batch, worker: str, notice: Notice, channel: Channel, handful: list[Delivery]
) -> bool:
    """Hand a marked handful to its channel and record each outcome; False if the lease is lost.

    Whatever the channel leaves without a receipt stays ``sending``, and so is asked about later.
    """
    recipients: list[Recipient] = []
    receipts: list[Receipt] = []
    for delivery in handful:
        try:
            recipients.append(recipient_of(delivery, channel))
        except Unreachable as reason:
            receipts.append(Receipt(delivery.reference, Outcome.FAILED, error=str(reason)))
    renewed = recorded = timezone.now()
    try:
        for receipt in channel.send(notice, recipients):
            receipts.append(receipt)
            now = timezone.now()
            if now - renewed >= RENEW_AFTER:
                if not _renew(batch, worker):
                    return False
                renewed = now
            if now - recorded >= RECORD_AFTER:
                receipts = _recorded(receipts)
                recorded = timezone.now()
    finally:
        record(receipts)
    return True


def _recorded(receipts: list[Receipt]) -> list[Receipt]:
    record(receipts)
    return []


def recipient_of(delivery: Delivery, channel: Channel) -> Recipient:
    """The address as the channel needs it. Raises Unreachable."""
    address = delivery.address
    if channel.addressed_by == AddressedBy.SUBSCRIBER:
        if delivery.subscriber is None:
            raise Unreachable("erased")
        try:
            address = delivery.subscriber.phone
        except Undecryptable:
            raise Unreachable("undecryptable") from None
    return Recipient(address, delivery.reference, delivery.language)


@transaction.atomic
def _release(batch: Batch, worker: str, *, not_before: datetime) -> None:
    """Give the lease back: done, or due again when its earliest retry is.

    The batch is locked first: a delivery that somebody queues again meanwhile is either seen
    here, or its batch is opened again after this.
    """
    held = Batch.objects.select_for_update(no_key=True).filter(pk=batch.pk, leased_by=worker)
    if held.first() is None:
        return
    queued = Delivery.objects.filter(batch=batch, state=State.QUEUED)
    earliest = queued.aggregate(due=Min("due_at"))["due"]
    now = timezone.now()
    Batch.objects.filter(pk=batch.pk).update(
        leased_by="",
        leased_until=None,
        done_at=None if earliest else now,
        due_at=max(earliest, not_before) if earliest else now,
        ask_at=overdue.next_ask(batch.pk),
    )
