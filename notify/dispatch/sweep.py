"""Finding work whose bell was lost. Two sweepers at once do no harm: they only ring and ask."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from notify.dispatch import bell, direct
from notify.dispatch.models import Dispatch, Queue
from notify.dispatch.reconcile import reconcile
from notify.dispatch.send import due_batches

UNHEARD = timedelta(seconds=3)
"""How long a bell that was rung gets to be heard before it counts as lost."""
MOST_BELLS = 20
"""Bells per queue and sweep: enough to wake every worker, too few to bury Redis."""


def sweep() -> None:
    """Ring for everything that waits, and settle what is in doubt."""
    now = timezone.now()
    unexpanded = Dispatch.objects.filter(expanded_at=None, created_at__lte=now - UNHEARD)
    for key, queue in unexpanded.order_by("pk").values_list("pk", "queue"):
        bell.ring(bell.EXPAND, key, queue=queue)
    for queue in Queue.values:
        waiting = due_batches(queue, now - UNHEARD)[:MOST_BELLS].count()
        bell.ring(bell.SEND_BATCH, queue, queue=queue, times=waiting)
    direct.ring_waiting()
    reconcile()
    direct.reconcile_direct()
    direct.forget_final()
