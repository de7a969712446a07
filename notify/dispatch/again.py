"""The one way back: a message that the provider certainly does not have waits in the queue again."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from notify.channels.base import Outcome, Receipt
from notify.dispatch.models import Batch, Delivery, DirectMessage, State

GIVE_UP_AFTER = timedelta(hours=24)
"""How long a message that fails for now is tried again."""
LONGEST_WAIT = 600.0
"""Seconds between two attempts at most, unless the provider asks for more."""
LONGEST_OBEYED = 3600.0
"""Seconds that a provider may ask us to wait."""

FROM = {
    Outcome.FAILED_FOR_NOW: (State.SENDING, State.IN_DOUBT),
    # Only who asked about a doubt hears this. If the message is on its way again by now, a slow
    # asker's answer is about the last time, and to believe it would send the message twice.
    Outcome.ABSENT: (State.IN_DOUBT,),
}
"""The states from which an outcome leads back; in any other, a later word has settled it."""

Row = Delivery | DirectMessage


@transaction.atomic
def queue_again(
    table: type[Delivery] | type[DirectMessage],
    receipts: Mapping[int, Receipt],
    now: datetime,
    *,
    tries: Mapping[int, int] | None = None,
) -> None:
    """Queue the messages of these keys for later, or give up those that are too old.

    tries: how often each had been tried when what the receipt says was true; if it was tried once
    more since, the receipt says nothing about it.

    Locks batches before deliveries and both in key order, as everybody does who needs both.
    """
    if table is Delivery:
        _lock_batches(receipts)
    rows = [
        row
        for row in _locked(table, receipts)
        if row.state in FROM[receipts[row.pk].outcome]
        and (tries is None or row.attempts == tries[row.pk])
    ]
    for row in rows:
        _put_back(row, receipts[row.pk], now)
    if rows:
        table._default_manager.bulk_update(
            cast(Any, rows), ["state", "due_at", "final_at", "error", "provider"]
        )
    _reopen(
        {row.batch_id for row in rows if isinstance(row, Delivery) and row.state == State.QUEUED}
    )


def _lock_batches(keys: Collection[int]) -> None:
    batches = Batch.objects.filter(
        pk__in=Delivery.objects.filter(pk__in=keys).order_by().values("batch")
    )
    list(batches.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _locked(table: type[Delivery] | type[DirectMessage], keys: Collection[int]) -> list[Row]:
    rows: QuerySet[Any] = table._default_manager.filter(pk__in=keys).order_by("pk")
    if table is Delivery:
        rows = rows.select_related("dispatch").defer("dispatch__notice_json")
    return list(rows.select_for_update(of=("self",), no_key=True))


def _put_back(row: Delivery | DirectMessage, receipt: Receipt, now: datetime) -> None:
    since = row.dispatch.created_at if isinstance(row, Delivery) else row.created_at
    row.error = receipt.error
    if now - since > GIVE_UP_AFTER:
        row.state, row.final_at, row.error = State.FAILED, now, row.error or "gave_up"
    else:
        row.state, row.due_at = State.QUEUED, now + _wait(row.attempts, receipt)
        # The next attempt may be another provider's, and a doubt about it is no business of this one.
        row.provider = ""


def _wait(attempts: int, receipt: Receipt) -> timedelta:
    """Growing and jittered, so that thousands who failed together do not come back together."""
    if receipt.outcome == Outcome.ABSENT:
        return timedelta()
    jitter = random.uniform(0.7, 1.3)  # noqa: S311 - spreads load, guards nothing
    growing = 2.0 * 3 ** min(max(0, attempts - 1), 10)
    obeyed = min(receipt.retry_after or 0.0, LONGEST_OBEYED)
    return timedelta(seconds=max(min(LONGEST_WAIT, growing) * jitter, obeyed))


def _reopen(batches: Collection[int]) -> None:
    """There is work in these batches again, from when the first of their deliveries is due."""
    queued = Delivery.objects.filter(batch=OuterRef("pk"), state=State.QUEUED)
    first = queued.order_by("due_at").values("due_at")[:1]
    if batches:
        Batch.objects.filter(pk__in=batches).update(done_at=None, due_at=Subquery(first))
