"""The one way back: a message that the provider certainly does not have waits in the queue again."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from notify.channels.base import Outcome, Receipt
from notify.dispatch import arrays
from notify.dispatch.models import Batch, Decision, Delivery, DirectMessage, State

GIVE_UP_AFTER = timedelta(hours=24)
"""How long a message that fails for now is tried again, from when it was begun."""
LONGEST_WAIT = 600.0
"""Seconds between two attempts at most, unless the provider asks for more."""
LONGEST_WAIT_IF_TOLD = 10.0
"""The same where the provider says when to come back, if that is sooner: it is busy, nothing is wrong
with the message, and whoever sends slows down for all of them. With every second request refused,
one of two thousand people is refused eleven times in a row, and would else wait for an hour."""
LONGEST_OBEYED = 3600.0
"""Seconds that a provider may ask us to wait."""

FROM = {
    Outcome.FAILED_FOR_NOW: (State.SENDING, State.IN_DOUBT),
    # Only who asked about a doubt hears this. If the message is on its way again by now, a slow
    # asker's answer is about the last time, and to believe it would send the message twice.
    Outcome.ABSENT: (State.IN_DOUBT,),
}
"""The states from which an outcome leads back; in any other, a later word has settled it."""


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
    tried = [
        one
        for one in _locked(table, receipts)
        if one.state in FROM[receipts[one.key].outcome]
        and (tries is None or one.attempts == tries[one.key])
    ]
    if tried:
        rows = [_row(one, receipts[one.key], now) for one in tried]
        _put_back(table, rows)
        _reopen({one.batch for one in tried if one.batch and not one.too_old(now)})


def _lock_batches(keys: Collection[int]) -> None:
    batches = Batch.objects.filter(
        pk__in=Delivery.objects.filter(pk__in=keys).order_by().values("batch")
    )
    list(batches.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class _Tried:
    """A message as it is now. batch: None for one that is in none. since: when its words were said.

    begun: when the try began, by the clock of whoever tried.
    """

    key: int
    state: str
    attempts: int
    begun: datetime | None
    since: datetime
    batch: int | None = None

    def too_old(self, now: datetime) -> bool:
        return now - self.since > GIVE_UP_AFTER


_DECIDED = Decision.objects.filter(
    dispatch=OuterRef("dispatch"), kind__in=[Decision.Kind.RETRY, Decision.Kind.REPEAT]
).order_by("-at")
_BEGUN = Coalesce(Subquery(_DECIDED.values("at")[:1]), F("dispatch__created_at"))
"""When a delivery was begun: with its dispatch, or when a person last had some of it tried again."""


def _locked(table: type[Delivery] | type[DirectMessage], keys: Collection[int]) -> Iterator[_Tried]:
    rows: QuerySet[Any] = table._default_manager.filter(pk__in=keys).order_by("pk")
    rows = rows.select_for_update(of=("self",), no_key=True)
    columns = ("pk", "state", "attempts", "sending_at")
    if table is Delivery:
        found = rows.values_list(*columns, _BEGUN, "batch_id")
    else:
        found = rows.values_list(*columns, "created_at")
    return (_Tried(*row) for row in found)


PUT_BACK = """
UPDATE {table} SET
    state = put.state,
    error = put.error,
    due_at = CASE put.state WHEN 'queued' THEN put.moment ELSE {table}.due_at END,
    final_at = CASE put.state WHEN 'failed' THEN put.moment END,
    provider = CASE put.state WHEN 'queued' THEN '' ELSE {table}.provider END
FROM {rows} WHERE {table}.id = put.id AND {among}
"""
"""The next attempt may be another provider's, and a doubt about it is no business of this one."""


def _put_back(
    table: type[Delivery] | type[DirectMessage], rows: Sequence[tuple[int, str, str, str]]
) -> None:
    """One statement for any number of rows, as ``_row`` makes them."""
    name = table._meta.db_table
    put = arrays.rows("put", id="bigint", state="text", error="text", moment="timestamptz")
    sql = PUT_BACK.format(table=name, rows=put, among=arrays.among(f"{name}.id"))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*arrays.values(rows), *arrays.values([(row[0],) for row in rows])])


def _row(one: _Tried, receipt: Receipt, now: datetime) -> tuple[int, str, str, str]:
    error = arrays.fitting(receipt.error, 32)
    if one.too_old(now):
        return one.key, State.FAILED.value, error or "gave_up", arrays.instant(now)
    return one.key, State.QUEUED.value, error, arrays.instant(_due(one, receipt, now))


def _due(one: _Tried, receipt: Receipt, now: datetime) -> datetime:
    """When to try again.

    What proved absent is due at once, by whichever clock is behind: one that is an hour ahead, of
    whoever asked, would else keep it from those whose clocks are right for that hour.
    """
    if receipt.outcome == Outcome.ABSENT:
        return min(now, one.begun or now)
    return now + _wait(one.attempts, receipt)


def _wait(attempts: int, receipt: Receipt) -> timedelta:
    """Growing and jittered, so that thousands who failed together do not come back together."""
    jitter = random.uniform(0.7, 1.3)  # noqa: S311 - spreads load, guards nothing
    longest = LONGEST_WAIT if receipt.retry_after is None else LONGEST_WAIT_IF_TOLD
    growing = min(longest, 2.0 * 3 ** min(max(0, attempts - 1), 10))
    obeyed = min(receipt.retry_after or 0.0, LONGEST_OBEYED)
    return timedelta(seconds=max(growing * jitter, obeyed))


def _reopen(batches: Collection[int]) -> None:
    """There is work in these batches again, from when the first of their deliveries is due."""
    queued = Delivery.objects.filter(batch=OuterRef("pk"), state=State.QUEUED)
    first = queued.order_by("due_at").values("due_at")[:1]
    if batches:
        Batch.objects.filter(pk__in=batches).update(done_at=None, due_at=Subquery(first))
