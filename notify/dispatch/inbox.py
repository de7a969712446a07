"""Where status callbacks are put down, cheaply, until a worker folds them into the ledger in bulk.

A Redis stream. An entry is removed after it was recorded, so a worker that dies in between leaves
it to the next one, and it is recorded twice: harmless, because receipts only move forward. If Redis
loses its memory, the sweeper asks the provider about what stays ``sent``.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from config import broker
from notify.channels.base import Outcome, Receipt
from notify.dispatch import bell
from notify.dispatch.models import UPKEEP
from notify.dispatch.record import record
from notify.dispatch.stopping import stopping

log = logging.getLogger(__name__)

AVOIDED_FOR = 2.0
"""Seconds for which Redis is not asked again after it failed, so that only few callbacks wait."""
RINGS_EVERY = 500
"""Milliseconds between two bells of a process: how late the ledger is, and how many receipts come
together."""
MOST = 2_000
"""Receipts per fold."""
TURN = 10.0
"""Seconds of folding after which a worker lets others have a turn."""
ABANDONED_AFTER = 30_000
"""Milliseconds after which what somebody is folding counts as left behind by the dead."""

GROUP = READER = "fold"

_avoided_until = 0.0
_rung_at = float("-inf")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What lies in the inbox: how many receipts, and for how many seconds the first of them."""

    count: int
    age: float


def put(receipt: Receipt) -> None:
    """Keep a provider's later word: in the inbox, or in the database when Redis is away.

    Raises what the database raises, if that is needed and away too: the provider comes again.
    """
    if not _put_down(receipt):
        record([receipt])


def fold() -> int:
    """Record what lies in the inbox; returns how many entries that was.

    Entries that cannot be read are counted in the log and thrown away. Raises RedisError, or what
    the database raises; the entries then stay, and are tried again.
    """
    redis = broker.redis()
    if redis is None:
        return 0
    until = time.monotonic() + TURN
    done = 0
    while entries := _abandoned(redis) or _next(redis):
        _record([fields for _key, fields in entries])
        keys = [key for key, _fields in entries]
        line = redis.pipeline(transaction=True)
        line.xack(_stream(), GROUP, *keys)
        line.xdel(_stream(), *keys)
        line.execute()
        done += len(entries)
        if stopping() or time.monotonic() >= until:
            bell.ring(bell.FOLD, queue=UPKEEP)
            break
    return done


def waiting() -> Waiting | None:
    """What lies in the inbox; None when Redis is away or there is none."""
    try:
        redis = broker.redis()
        if redis is None:
            return None
        line = redis.pipeline(transaction=True)
        line.xrange(_stream(), count=1)
        line.xlen(_stream())
        # Entries are named by Redis's clock, which may not be ours.
        line.time()
        first, count, (seconds, micros) = line.execute()
    except RedisError:
        return None
    if not first:
        return Waiting(0, 0.0)
    born = int(first[0][0].split(b"-")[0]) / 1000
    return Waiting(count, max(0.0, seconds + micros / 1e6 - born))


def ring_for_callbacks() -> None:
    """Ring if something lies in the inbox: its bell, or its worker, was lost."""
    found = waiting()
    if found and found.count and found.age > RINGS_EVERY / 1000:
        bell.ring(bell.FOLD, queue=UPKEEP)


def _put_down(receipt: Receipt) -> bool:
    global _avoided_until  # noqa: PLW0603 - one circuit per process, like the connections it guards
    if time.monotonic() < _avoided_until:
        return False
    try:
        redis = broker.redis()
        if redis is None:
            return False
        # Of any length, however much comes: what is put down goes only once it is recorded.
        redis.xadd(_stream(), {"receipt": _packed(receipt)})
    except RedisError as error:
        _avoided_until = time.monotonic() + AVOIDED_FOR
        log.warning("callbacks go to the database: Redis is away (%s)", type(error).__name__)
        return False
    _ring_now_and_then()
    return True


def _ring_now_and_then() -> None:
    """Several threads may find that it is time: a bell too many harms nobody."""
    global _rung_at  # noqa: PLW0603 - each process remembers for itself: to ask Redis costs as much as to put down
    now = time.monotonic()
    if now - _rung_at >= RINGS_EVERY / 1000:
        _rung_at = now
        bell.ring(bell.FOLD, queue=UPKEEP)


def _next(redis: Redis) -> list[tuple[bytes, Mapping[bytes, bytes]]]:
    """Entries that nobody has taken yet; the first to ask an empty Redis makes the group."""
    for _try in range(2):
        try:
            found: Any = redis.xreadgroup(GROUP, READER, {_stream(): ">"}, count=MOST)
        except ResponseError as error:
            if not str(error).startswith("NOGROUP"):
                raise
            _make_group(redis)
        else:
            return list(found[0][1]) if found else []
    return []


def _abandoned(redis: Redis) -> list[tuple[bytes, Mapping[bytes, bytes]]]:
    try:
        found: Any = redis.xautoclaim(_stream(), GROUP, READER, ABANDONED_AFTER, count=MOST)
    except ResponseError as error:
        if not str(error).startswith("NOGROUP"):
            raise
        return []
    return [(key, fields) for key, fields in found[1] if fields]


def _make_group(redis: Redis) -> None:
    try:
        redis.xgroup_create(_stream(), GROUP, id="0", mkstream=True)
    except ResponseError as error:
        if not str(error).startswith("BUSYGROUP"):
            raise


def _record(entries: Iterable[Mapping[bytes, bytes]]) -> None:
    receipts = [_unpacked(fields) for fields in entries]
    record(receipt for receipt in receipts if receipt)
    if skipped := receipts.count(None):
        log.error("threw away %d callbacks that cannot be read", skipped)


def _packed(one: Receipt) -> str:
    said = [one.reference, one.outcome.value, one.provider, one.provider_id, one.error]
    return json.dumps([*said, one.units, one.opted_out], separators=(",", ":"))


def _unpacked(fields: Mapping[bytes, bytes]) -> Receipt | None:
    """The receipt, or None for what nobody here has written."""
    try:
        *words, units, opted_out = json.loads(fields[b"receipt"])
        reference, outcome, provider, provider_id, error = map(_word, words)
        return Receipt(
            reference,
            Outcome(outcome),
            provider,
            provider_id,
            error,
            int(units),
            opted_out=bool(opted_out),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _stream() -> str:
    return broker.key("callbacks")
