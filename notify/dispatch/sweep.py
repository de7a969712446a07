"""Finding work whose bell was lost. Two sweepers at once do no harm: they only ring and ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from notify.dispatch import bell, direct, inbox
from notify.dispatch.lease import due_batches
from notify.dispatch.models import Batch, Dispatch, Queue
from notify.dispatch.reconcile import reconcile

UNHEARD = timedelta(seconds=3)
"""How long a bell that was rung gets to be heard before it counts as lost."""
MOST_BELLS = 20
"""Bells per queue and sweep: enough to wake every worker, too few to bury Redis."""


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


def hurry_the_expired() -> None:
    """Let batches that wait for another try come up now if their words are no longer true."""
    now = timezone.now()
    waiting = Batch.objects.filter(done_at=None, due_at__gt=now)
    for dispatch in Dispatch.objects.filter(pk__in=waiting.order_by().values("dispatch")):
        if dispatch.notice.stale(now):
            _hurry(waiting.filter(dispatch=dispatch), now)


@transaction.atomic
def _hurry(batches: QuerySet[Batch], now: datetime) -> None:
    """Pass over those that somebody has locked: an editor who publishes must not wait for us."""
    rows = batches.order_by("pk").select_for_update(skip_locked=True, no_key=True)
    Batch.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(due_at=now)


STEPS: tuple[Callable[[], object], ...] = (
    ring_for_dispatches,
    hurry_the_expired,
    ring_for_batches,
    direct.ring_for_messages,
    inbox.ring_for_callbacks,
    reconcile,
    direct.reconcile_direct,
    direct.forget_final,
)
