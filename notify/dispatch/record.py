"""Putting down what became of messages: in bulk, and only ever forward.

    rank: queued 0 · sending 1 · in_doubt 2 · sent 3 · delivered, failed, withdrawn 4

A receipt never moves a message to a lower rank, so a callback that overtakes the HTTP answer it
belongs to, comes twice, or comes in the wrong order does no harm. The one way back, to ``queued``,
is in ``again``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from notify.channels.base import Outcome, Receipt
from notify.dispatch import arrays
from notify.dispatch.again import queue_again
from notify.dispatch.earlier import present_only
from notify.dispatch.models import Delivery, DirectMessage, Message, State
from notify.residents.models import Consent, Subscriber
from notify.residents.services import end_subscriber

STATE = {
    Outcome.ACCEPTED: State.SENT,
    Outcome.DELIVERED: State.DELIVERED,
    Outcome.FAILED: State.FAILED,
    Outcome.IN_DOUBT: State.IN_DOUBT,
}
"""Where a receipt leads, if it leads forward."""

RANK = {State.IN_DOUBT: 2, State.SENT: 3, State.DELIVERED: 4, State.FAILED: 4}

SETTLING = timedelta(seconds=20)
"""How long a doubt rests before anybody asks: a callback may settle it, and the provider's list
takes a while to show what was sent last."""

AT_ONCE = 1_000
"""Receipts per transaction: so long a callback may wait for another's lock."""

LONGEST_KEY = 18
"""Digits of the longest reference: anything longer is not ours, nor a number to any database."""

MOST_UNITS = 32_767

Keyed = tuple[int, Receipt]
"""A receipt with the key of its row."""


def record(receipts: Iterable[Receipt]) -> None:
    """Put down receipts for deliveries ("d…") and direct messages ("m…"), by their references.

    Unknown references are dropped: they are somebody else's, or were erased.
    """
    receipts = list(receipts)
    for letter, table in (("d", Delivery), ("m", DirectMessage)):
        ours = list(_keyed(receipts, letter))
        for start in range(0, len(ours), AT_ONCE):
            _record(table, ours[start : start + AT_ONCE])


def _keyed(receipts: Iterable[Receipt], letter: str) -> Iterator[Keyed]:
    for one in receipts:
        digits = one.reference[1:]
        if digits.isdecimal() and digits.isascii() and len(digits) <= LONGEST_KEY:
            key = int(digits)
            if one.reference == f"{letter}{key}":
                yield key, one


def _record(table: type[Delivery] | type[DirectMessage], receipts: Sequence[Keyed]) -> None:
    """Each step is a transaction of its own and may be repeated: none needs the others."""
    now = timezone.now()
    present = present_only(receipts) if table is Delivery else receipts
    forward = [pair for pair in present if pair[1].outcome in STATE]
    if forward:
        _move_forward(table, _furthest(forward), now)
    back = dict(pair for pair in present if pair[1].outcome not in STATE)
    if back:
        queue_again(table, back, now)
    _respect_opt_outs(table, [key for key, one in receipts if one.opted_out])


FORWARD = """
UPDATE {table} SET
    state = CASE WHEN {outranked} THEN receipt.state ELSE {table}.state END,
    error = CASE WHEN {sent_after_all} THEN 'no_receipt'
                 WHEN {outranked} THEN receipt.error ELSE {table}.error END,
    final_at = CASE WHEN {outranked} AND receipt.rank = 4 OR {sent_after_all} THEN {now}
                    WHEN {outranked} THEN NULL ELSE {table}.final_at END,
    sent_at = CASE WHEN {table}.sent_at IS NULL AND receipt.state IN ('sent', 'delivered')
                   THEN {now} ELSE {table}.sent_at END,
    provider = CASE WHEN receipt.provider <> '' THEN receipt.provider ELSE {table}.provider END,
    provider_id = CASE WHEN receipt.provider_id <> '' THEN receipt.provider_id
                       ELSE {table}.provider_id END,
    units = CASE WHEN receipt.units > {table}.units THEN receipt.units ELSE {table}.units END,
    due_at = CASE WHEN {outranked} AND receipt.state = 'in_doubt' THEN {now}
                  ELSE {table}.due_at END
FROM {receipts} WHERE {table}.id = receipt.id AND {among}
"""
"""The keys are given twice, so that it never joins the whole ledger, whatever the planner believes."""

# What nobody knew is still a doubt to somebody who does.
OUTRANKED = """receipt.rank > CASE WHEN {table}.error = 'nobody_knows' THEN 2 ELSE CASE {table}.state
    WHEN 'queued' THEN 0 WHEN 'sending' THEN 1 WHEN 'in_doubt' THEN 2 WHEN 'sent' THEN 3 ELSE 4 END
    END"""

# It was given up, so nobody asks about it any more: unless its last word comes by itself, it stays sent.
SENT_AFTER_ALL = "{table}.error = 'nobody_knows' AND receipt.rank = 3"


@transaction.atomic
def _move_forward(table: type[Message], best: dict[int, Receipt], now: datetime) -> None:
    """One statement for any number of receipts, the same on PostgreSQL and SQLite."""
    _lock(table, best)
    name = table._meta.db_table
    sql = FORWARD.format(
        receipts=arrays.rows(
            "receipt",
            id="bigint",
            state="text",
            rank="int",
            provider="text",
            provider_id="text",
            error="text",
            units="int",
        ),
        among=arrays.among(f"{name}.id"),
        table=name,
        now=arrays.INSTANT[connection.vendor],
        outranked=OUTRANKED.format(table=name),
        sent_after_all=SENT_AFTER_ALL.format(table=name),
    )
    receipts = arrays.values([_row(key, one) for key, one in best.items()])
    times = [arrays.instant(at) for at in (now, now, now + SETTLING)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*times, *receipts, *arrays.values([(key,) for key in best])])


def _row(key: int, receipt: Receipt) -> tuple[int | str, ...]:
    state = STATE[receipt.outcome]
    return (
        key,
        state.value,
        RANK[state],
        arrays.fitting(receipt.provider, 16),
        arrays.fitting(receipt.provider_id, 64),
        arrays.fitting(receipt.error, 32),
        min(max(receipt.units, 0), MOST_UNITS),
    )


LOCK = "SELECT id FROM {table} WHERE {among} ORDER BY id FOR NO KEY UPDATE"


def _lock(table: type[Message], keys: Collection[int]) -> None:
    """Lock the rows in key order, so that two who record wait for each other, not both for ever.

    SQLite has one writer at a time anyway.
    """
    if connection.features.has_select_for_update and len(keys) > 1:
        sql = LOCK.format(table=table._meta.db_table, among=arrays.among("id"))
        with connection.cursor() as cursor:
            cursor.execute(sql, arrays.values([(key,) for key in keys]))


def _furthest(receipts: Iterable[Keyed]) -> dict[int, Receipt]:
    """One receipt per key, with what the others knew: UPDATE … FROM takes any of several."""
    best: dict[int, Receipt] = {}
    for key, one in receipts:
        known = best.setdefault(key, one)
        if known is not one:
            first, second = (one, known) if _rank(one) > _rank(known) else (known, one)
            best[key] = replace(
                first,
                provider=first.provider or second.provider,
                provider_id=first.provider_id or second.provider_id,
                units=max(first.units, second.units),
            )
    return best


def _rank(receipt: Receipt) -> int:
    return RANK[STATE[receipt.outcome]]


def _respect_opt_outs(table: type[Delivery] | type[DirectMessage], keys: Sequence[int]) -> None:
    """The provider refuses to write to somebody who told it to stop: then neither do we.

    Of direct messages only codes say whose number it is.
    """
    if not keys:
        return
    if table is Delivery:
        refused = Subscriber.objects.filter(deliveries__pk__in=keys)
    else:
        codes = DirectMessage.objects.filter(pk__in=keys).values("sign_up__phone_index")
        refused = Subscriber.objects.filter(phone_index__in=codes)
    for subscriber in refused.distinct():
        end_subscriber(subscriber, source=Consent.Source.PROVIDER)
