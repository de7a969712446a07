"""Taking back words that no longer stand: whole dispatches, and what is still queued of them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from notify.dispatch.models import Batch, Delivery, Dispatch, State


def call_back(dispatches: QuerySet[Dispatch], at: datetime) -> None:
    """Mark dispatches withdrawn; call it in the transaction in which their words stop to stand.

    Workers see the mark before their next handful, and take back what still waits. Handfuls that
    are being marked at this moment are waited for, and no other is marked until the transaction
    ends: whoever is told after this is counted as told.
    """
    called = list(dispatches.filter(withdrawn_at=None).values_list("pk", flat=True))
    Dispatch.objects.filter(pk__in=called, withdrawn_at=None).update(withdrawn_at=at)
    opened = Batch.objects.filter(dispatch__in=called, done_at=None)
    list(opened.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    # Those that wait for another try are taken back now, not shown as queued until they are due.
    opened.filter(due_at__gt=at).update(due_at=at)


def withdraw(deliveries: QuerySet[Delivery], reason: str) -> int:
    """Take back what is still queued; returns how many. reason: our word for it.

    The state is asked for twice: inside a subquery alone, PostgreSQL would not look at it again
    after waiting for a callback that has just moved the row forward.
    """
    queued = deliveries.filter(state=State.QUEUED).order_by().values("pk")
    return Delivery.objects.filter(pk__in=queued, state=State.QUEUED).update(
        state=State.WITHDRAWN, final_at=timezone.now(), error=reason
    )
