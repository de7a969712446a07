"""Finding what the clock brings (what is due, what is past) and work whose bell was lost.

Two sweepers at once do no harm: they ring, ask, and claim what they do by conditional update.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from notify.dispatch import bell, direct, inbox
from notify.dispatch.lease import due_batches
from notify.dispatch.models import Batch, Delivery, Dispatch, Queue
from notify.dispatch.readers import ring_for_readers
from notify.dispatch.reconcile import reconcile
from notify.dispatch.scheduled import publish_due
from notify.dispatch.withdrawal import withdraw

UNHEARD = timedelta(seconds=3)
"""How long a bell that was rung gets to be heard before it counts as lost."""
MOST_BELLS = 20
"""Bells per queue and sweep: enough to wake every worker, too few to bury Redis."""
MOST_BATCHES = 100
"""Batches per dispatch and sweep that are taken back: 100,000 messages, some seconds' work."""


def sweep() -> None:
    """Ring for everything that waits, and settle what is in doubt.

    Each step is tried, whatever became of the others; what went wrong is raised at the end.
    """
    faults: list[Exception] = []
    for step in STEPS:
        try:
            step()
        except Exception as fault:  # noqa: BLE001 - one step that fails must not stop the others
            faults.append(fault)
    if faults:
        raise ExceptionGroup("the sweep is not complete", faults)


def ring_for_dispatches() -> None:
    """Ring for dispatches that are not expanded: their bell, or their worker, was lost."""
    unexpanded = Dispatch.objects.filter(expanded_at=None, created_at__lte=timezone.now() - UNHEARD)
    for key, queue in unexpanded.order_by("pk").values_list("pk", "queue")[:MOST_BELLS]:
        bell.ring(bell.EXPAND, key, queue=queue)


def ring_for_batches() -> None:
    """Ring once for each batch that is due and that nobody holds."""
    due = timezone.now() - UNHEARD
    for queue in Queue.values:
        waiting = due_batches(queue, due)[:MOST_BELLS].count()
        bell.ring(bell.SEND_BATCH, queue, queue=queue, times=waiting)


def withdraw_the_expired() -> None:
    """Take back what is unsent of dispatches whose words are past, though no worker takes it up.

    A worker does so before each handful; but a batch may wait for another try, behind others, for
    a channel that is switched off, or on a queue whose workers are away.
    """
    now = timezone.now()
    idle = Batch.objects.filter(_unheld(now), done_at=None, dispatch__update__expires__lte=now)
    for dispatch in Dispatch.objects.filter(pk__in=idle.order_by().values("dispatch")):
        if dispatch.notice.stale(now):
            keys = idle.filter(dispatch=dispatch).order_by("pk").values_list("pk", flat=True)
            for key in keys[:MOST_BATCHES]:
                _take_back(key, now)


@transaction.atomic
def _take_back(batch: int, now: datetime) -> None:
    """Close the batch, and with it what it had left. Whose conditional UPDATE changes it has it."""
    if Batch.objects.filter(_unheld(now), pk=batch, done_at=None).update(done_at=now):
        withdraw(Delivery.objects.filter(batch=batch), "expired")


def _unheld(now: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=now)


STEPS: tuple[Callable[[], object], ...] = (
    publish_due,
    ring_for_dispatches,
    withdraw_the_expired,
    ring_for_batches,
    direct.ring_for_messages,
    inbox.ring_for_callbacks,
    ring_for_readers,
    reconcile,
    direct.reconcile_direct,
    direct.forget_final,
)
