"""Working through a batch: lease it, mark a handful, send it, record what became of it, again.

No transaction is open while a provider is asked. A worker that dies leaves its lease to run out
and its handful ``sending``; the sweeper gives the batch to another, and asks the provider about
the handful instead of sending it again.
"""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Min, Q, QuerySet
from django.utils import timezone

from notify.channels.base import Channel, Outcome, Receipt, Recipient
from notify.channels.notice import Notice
from notify.channels.registry import channels
from notify.dispatch.models import Batch, Delivery, Dispatch, State
from notify.dispatch.record import record, withdraw
from notify.residents.secrecy import Undecryptable

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a silent worker keeps its batch. Longer than a handful can take, provider timeouts
included; renewed before each handful."""


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
    worker = uuid.uuid4().hex
    batch = _lease(queue, worker)
    if batch is None:
        return False
    notice = batch.dispatch.notice
    channel = channels().get(batch.channel)
    if channel is None:
        log.error("batch %s waits: channel %s is switched off", batch.pk, batch.channel)
        _release(batch, worker, not_before=timezone.now() + LEASE)
        return True
    try:
        while handful := _take(batch, worker, notice, channel.handful):
            _send(channel, notice, handful)
    finally:
        _release(batch, worker)
    return True


def _lease(queue: str, worker: str) -> Batch | None:
    """Take the first due batch: whose conditional UPDATE changes the row has it."""
    now = timezone.now()
    for key in due_batches(queue, now).values_list("pk", flat=True)[:20]:
        taken = due_batches(queue, now).filter(pk=key).order_by()
        if taken.update(leased_by=worker, leased_until=now + LEASE):
            return Batch.objects.select_related("dispatch").get(pk=key)
    return None


@transaction.atomic
def _take(batch: Batch, worker: str, notice: Notice, size: int) -> list[Delivery]:
    """Mark the next handful ``sending`` and return it, if its words still stand.

    The lock on the dispatch lasts for these few statements. It makes sure that whoever is being
    marked while an all-clear is published counts as told, and hears the all-clear.
    """
    dispatch = Dispatch.objects.select_for_update(no_key=True).get(pk=batch.dispatch_id)
    now = timezone.now()
    renewed = Batch.objects.filter(pk=batch.pk, leased_by=worker).update(leased_until=now + LEASE)
    if not renewed:
        return []
    waiting = Delivery.objects.filter(batch=batch, state=State.QUEUED)
    if dispatch.withdrawn_at is not None:
        withdraw(waiting, "superseded")
        return []
    if notice.stale(now):
        withdraw(waiting, "expired")
        return []
    withdraw(waiting.exclude(subscriber=None).exclude(subscriber__ended_at=None), "opted_out")
    handful = list(
        waiting.filter(due_at__lte=now).select_related("subscriber").order_by("pk")[:size]
    )
    Delivery.objects.filter(pk__in=[one.pk for one in handful]).update(
        state=State.SENDING, sending_at=now, attempts=F("attempts") + 1
    )
    return handful


def _send(channel: Channel, notice: Notice, handful: list[Delivery]) -> None:
    """Hand a marked handful to its channel and record each outcome.

    Whatever the channel leaves without a receipt stays ``sending``, and so is asked about later.
    """
    recipients, receipts = [], []
    for delivery in handful:
        try:
            recipients.append(recipient_of(delivery))
        except Undecryptable:
            receipts.append(Receipt(delivery.reference, Outcome.FAILED, error="undecryptable"))
    try:
        receipts.extend(channel.send(notice, recipients))
    finally:
        record(receipts)


def recipient_of(delivery: Delivery) -> Recipient:
    """The address as the channel needs it. Raises Undecryptable."""
    person = delivery.subscriber
    return Recipient(
        address=person.phone if person else delivery.address,
        reference=delivery.reference,
        language=delivery.language,
    )


def _release(batch: Batch, worker: str, not_before: datetime | None = None) -> None:
    """Give the lease back: done, or due again when its earliest retry is."""
    earliest = Delivery.objects.filter(batch=batch, state=State.QUEUED).aggregate(
        due=Min("due_at")
    )["due"]
    now = timezone.now()
    Batch.objects.filter(pk=batch.pk, leased_by=worker).update(
        leased_by="",
        leased_until=None,
        done_at=None if earliest else now,
        due_at=max(filter(None, [earliest, not_before, now])) if earliest else now,
    )
