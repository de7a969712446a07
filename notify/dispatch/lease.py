"""Who works through a batch: a lease that one worker has, renews, and gives back.

Claimed by conditional UPDATE, the same on both databases. A worker that dies stops renewing, and
the batch is another's when the lease has run out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from notify.dispatch import bell, overdue
from notify.dispatch.models import Batch, Delivery, State

LEASE = timedelta(seconds=60)
"""How long a silent worker keeps its batch. A worker at work renews it in time: before each
handful, and while a slow provider keeps it waiting."""


def due_batches(queue: str, now: datetime) -> QuerySet[Batch]:
    """Batches with work in them that nobody holds, the longest due first."""
    return (
        Batch.objects.filter(Q(leased_until=None) | Q(leased_until__lte=now))
        .filter(queue=queue, done_at=None, due_at__lte=now)
        .order_by("due_at", "pk")
    )


def lease(queue: str, worker: str, *, after: Batch | None = None) -> Batch | None:
    """Take the first due batch: whose conditional UPDATE changes the row has it.

    after: a batch that is being sent, which only another one of the same fan-out can follow.
    """
    now = timezone.now()
    for batch in due_batches(queue, now)[:20]:
        if after is not None and not _same_fan_out(batch, after):
            return None
        taken = due_batches(queue, now).filter(pk=batch.pk).order_by()
        # Whoever dies is asked about from the moment that the lease has run out.
        until = now + LEASE
        if taken.update(leased_by=worker, leased_until=until, ask_at=until):
            return batch
    return None


def _same_fan_out(one: Batch, other: Batch) -> bool:
    return (one.dispatch_id, one.channel) == (other.dispatch_id, other.channel)


def renew(batch: Batch, worker: str) -> bool:
    """Keep the lease; False if another has it by now."""
    mine = Batch.objects.filter(pk=batch.pk, leased_by=worker)
    return bool(mine.update(leased_until=timezone.now() + LEASE))


@transaction.atomic
def release(batch: Batch, worker: str, *, not_before: datetime) -> None:
    """Give the lease back: done, or due again when its earliest retry is; ring if that is now.

    The batch is locked first: a delivery that somebody queues again meanwhile is either seen
    here, or its batch is opened again after this.
    """
    held = Batch.objects.select_for_update(no_key=True).filter(pk=batch.pk, leased_by=worker)
    if held.first() is None:
        return
    queued = Delivery.objects.filter(batch=batch, state=State.QUEUED)
    earliest = queued.aggregate(due=Min("due_at"))["due"]
    now = timezone.now()
    due_at = max(earliest, not_before) if earliest else now
    Batch.objects.filter(pk=batch.pk).update(
        leased_by="",
        leased_until=None,
        done_at=None if earliest else now,
        due_at=due_at,
        ask_at=overdue.next_ask(batch.pk),
    )
    if earliest and due_at <= now:
        bell.ring(bell.SEND_BATCH, batch.queue, queue=batch.queue)
