"""Putting down what became of messages: in bulk, and only ever forward.

    rank: queued 0 · sending 1 · in_doubt 2 · sent 3 · delivered, failed, withdrawn 4

A receipt never moves a message to a lower rank, so a callback that overtakes the HTTP answer it
belongs to, comes twice, or comes in the wrong order does no harm.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from notify.channels.base import Outcome, Receipt
from notify.dispatch.models import Batch, Delivery, DirectMessage, Message, State
from notify.residents.models import Consent
from notify.residents.services import end_subscriber

STATE = {
    Outcome.ACCEPTED: State.SENT,
    Outcome.DELIVERED: State.DELIVERED,
    Outcome.FAILED: State.FAILED,
    Outcome.IN_DOUBT: State.IN_DOUBT,
}

GIVE_UP_AFTER = timedelta(hours=24)
"""How long a message that fails for now is tried again."""


def record(receipts: Iterable[Receipt]) -> None:
    """Put down receipts for deliveries ("d…") and direct messages ("m…"), by their references.

    Unknown references are dropped: they are somebody else's, or were erased.
    """
    receipts = list(receipts)
    for letter, table in (("d", Delivery), ("m", DirectMessage)):
        ours = [one for one in receipts if _is_reference(one.reference, letter)]
        if ours:
            _record(table, ours)


def _is_reference(reference: str, letter: str) -> bool:
    return reference[:1] == letter and reference[1:].isascii() and reference[1:].isdigit()


@transaction.atomic
def _record(table: type[Delivery] | type[DirectMessage], receipts: Sequence[Receipt]) -> None:
    now = timezone.now()
    known = [one for one in receipts if one.outcome in STATE]
    if known:
        _move_forward(table, known, now)
    for one in receipts:
        if one.outcome in (Outcome.FAILED_FOR_NOW, Outcome.ABSENT):
            _queue_again(table, one, now)
        if one.opted_out and table is Delivery:
            _respect_opt_out(one)


FORWARD = """
WITH receipt (id, state, rank, provider, provider_id, error, units) AS (VALUES {rows})
UPDATE {table} SET
    state = CASE WHEN {outranked} THEN receipt.state ELSE {table}.state END,
    error = CASE WHEN {outranked} THEN receipt.error ELSE {table}.error END,
    final_at = CASE WHEN {outranked} AND receipt.rank = 4 THEN {now} ELSE {table}.final_at END,
    sent_at = CASE WHEN {table}.sent_at IS NULL AND receipt.state IN ('sent', 'delivered')
                   THEN {now} ELSE {table}.sent_at END,
    provider = CASE WHEN receipt.provider <> '' THEN receipt.provider ELSE {table}.provider END,
    provider_id = CASE WHEN receipt.provider_id <> '' THEN receipt.provider_id
                       ELSE {table}.provider_id END,
    units = CASE WHEN receipt.units > {table}.units THEN receipt.units ELSE {table}.units END
FROM receipt WHERE {table}.id = receipt.id
"""

OUTRANKED = """receipt.rank > CASE {table}.state
    WHEN 'queued' THEN 0 WHEN 'sending' THEN 1 WHEN 'in_doubt' THEN 2 WHEN 'sent' THEN 3 ELSE 4 END"""

RANK = {
    State.IN_DOUBT: 2,
    State.SENT: 3,
    State.DELIVERED: 4,
    State.FAILED: 4,
}


def _move_forward(table: type[Message], receipts: Sequence[Receipt], now: datetime) -> None:
    """One statement for any number of receipts, the same on PostgreSQL and SQLite."""
    best = _furthest(receipts)
    rows: list[str] = []
    parameters: list[int | str] = []
    for one in best:
        state = STATE[one.outcome]
        rows.append("(%s, %s, %s, %s, %s, %s, %s)")
        parameters += [
            int(one.reference[1:]),
            state.value,
            RANK[state],
            one.provider,
            one.provider_id,
            one.error,
            one.units,
        ]
    name = table._meta.db_table
    sql = FORWARD.format(
        rows=", ".join(rows), table=name, now="%s", outranked=OUTRANKED.format(table=name)
    )
    at = str(connection.ops.adapt_datetimefield_value(now))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, at, at])


def _furthest(receipts: Sequence[Receipt]) -> list[Receipt]:
    """One receipt per reference: UPDATE … FROM takes any one of several that match."""
    best: dict[str, Receipt] = {}
    for one in receipts:
        known = best.get(one.reference)
        if known is None or RANK[STATE[one.outcome]] > RANK[STATE[known.outcome]]:
            best[one.reference] = one
    # In key order, so that two writers who meet wait for each other instead of deadlocking.
    return sorted(best.values(), key=lambda one: int(one.reference[1:]))


def _queue_again(
    table: type[Delivery] | type[DirectMessage], receipt: Receipt, now: datetime
) -> None:
    """The provider certainly does not have it: try later, or give up when it is too old."""
    unsettled = [State.SENDING, State.IN_DOUBT]
    message = table.objects.filter(pk=receipt.reference[1:], state__in=unsettled).first()
    if message is None:
        return
    started = message.dispatch.created_at if isinstance(message, Delivery) else message.created_at
    rows = table.objects.filter(pk=message.pk, state__in=unsettled)
    if now - started > GIVE_UP_AFTER:
        rows.update(state=State.FAILED, final_at=now, error=receipt.error or "gave_up")
        return
    due = now + _wait(message.attempts, receipt)
    if rows.update(state=State.QUEUED, due_at=due, error=receipt.error) and isinstance(
        message, Delivery
    ):
        Batch.objects.filter(pk=message.batch_id).update(done_at=None, due_at=due)


def _wait(attempts: int, receipt: Receipt) -> timedelta:
    """Growing and jittered, so that thousands who failed together do not come back together."""
    if receipt.outcome == Outcome.ABSENT:
        return timedelta()
    jitter = random.uniform(0.7, 1.3)  # noqa: S311 - spreads load, guards nothing
    seconds = min(600.0, 2.0 * 3 ** max(0, attempts - 1)) * jitter
    return timedelta(seconds=max(seconds, receipt.retry_after or 0.0))


def _respect_opt_out(receipt: Receipt) -> None:
    delivery = (
        Delivery.objects.filter(pk=receipt.reference[1:]).select_related("subscriber").first()
    )
    if delivery and delivery.subscriber:
        end_subscriber(delivery.subscriber, source=Consent.Source.PROVIDER)


def withdraw(deliveries: QuerySet[Delivery], reason: str) -> int:
    """Take back what is still queued; returns how many. reason: our word for it."""
    return deliveries.filter(state=State.QUEUED).update(
        state=State.WITHDRAWN, final_at=timezone.now(), error=reason
    )
