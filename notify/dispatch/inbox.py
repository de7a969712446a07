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
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from notify.channels.base import Outcome, Receipt
from notify.dispatch import bell
from notify.dispatch.models import UPKEEP
from notify.dispatch.record import record
from notify.dispatch.stopping import stopping

log = logging.getLogger(__name__)

PATIENCE = 0.25
"""Seconds that a callback waits for Redis before it goes to the database itself."""
AVOIDED_FOR = 2.0
"""Seconds for which Redis is not asked again after it failed, so that only few callbacks wait."""
RINGS_EVERY = 500
"""Milliseconds between two bells: how late the ledger is, and how many receipts come together."""
MOST = 2_000
"""Receipts per fold."""
TURN = 10.0
"""Seconds of folding after which a worker lets others have a turn."""
ABANDONED_AFTER = 30_000
"""Milliseconds after which what somebody is folding counts as left behind by the dead."""

GROUP = READER = "fold"
_avoided_until = 0.0


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
    redis = _redis()
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
    redis = _redis()
    if redis is None:
        return None
    try:
        first: list[Any] = redis.xrange(_stream(), count=1)  # type: ignore[assignment]
        count = redis.xlen(_stream())
    except RedisError:
        return None
    if not first:
        return Waiting(0, 0.0)
    born = int(first[0][0].split(b"-")[0]) / 1000
    return Waiting(count, max(0.0, time.time() - born))


def ring_for_callbacks() -> None:
    """Ring if something lies in the inbox: its bell, or its worker, was lost."""
    found = waiting()
    if found and found.count and found.age > RINGS_EVERY / 1000:
        bell.ring(bell.FOLD, queue=UPKEEP)


def _put_down(receipt: Receipt) -> bool:
    global _avoided_until  # noqa: PLW0603 - one circuit per process, like the connections it guards
    redis = _redis()
    if redis is None or time.monotonic() < _avoided_until:
        return False
    line = redis.pipeline(transaction=False)
    line.xadd(_stream(), {"receipt": _packed(receipt)})
    line.set(_stream() + ":rung", 1, nx=True, px=RINGS_EVERY)
    try:
        _key, first = line.execute()
    except RedisError as error:
        _avoided_until = time.monotonic() + AVOIDED_FOR
        log.warning("callbacks go to the database: Redis is away (%s)", type(error).__name__)
        return False
    if first:
        bell.ring(bell.FOLD, queue=UPKEEP)
    return True


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
    return f"{settings.REDIS_KEY_PREFIX}callbacks"


@lru_cache(maxsize=1)
def _redis() -> Redis | None:
    """A pool of connections with little patience; None where the broker is no Redis."""
    if not settings.REDIS_URL.startswith(("redis:", "rediss:", "unix:")):
        return None
    # Tried once more only where a connection of the pool proves closed, which costs no waiting.
    retry = Retry(NoBackoff(), 1, supported_errors=(Disconnected,))
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=retry,
    )


def _forget(*, setting: str, **_kwargs: object) -> None:
    if setting == "REDIS_URL":
        _redis.cache_clear()


setting_changed.connect(_forget)
