"""Which generation of documents is the newest: what the database says, and what was rung for.

A generation is the number of turns that were rung, the release, and a stamp of the database's public
state. A ring makes a change seen at once. If it is lost (Redis was away, the process died after its commit),
the stamp tells, which nobody believes for longer than TRUSTED.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Self

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.module_loading import import_string
from redis import Redis
from redis.exceptions import RedisError

from config import broker

TRUSTED = 2.0
"""Seconds for which a stamp is believed: how late a change is seen whose ring was lost."""

Stamp = Callable[[datetime], tuple[str, datetime | None]]
"""Says what tells the public state at a time from any other, and when the clock changes it next."""

turned = Signal()
"""Something of the ``topic`` has changed for all readers, and that is committed."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Generation:
    """name: of the newest generation. until: seconds since 1970 at which the clock changes it."""

    name: str
    until: float

    @classmethod
    def parse(cls, packed: bytes | None, turns: bytes | None) -> Self | None:
        """The generation that is put down in Redis, unless a turn or the clock's change has come since."""
        if packed is None:
            return None
        name, _space, until = packed.decode().rpartition(" ")
        stands = float(until) > timezone.now().timestamp() and name.startswith(_so_far(turns))
        return cls(name, float(until)) if stands else None


def turns_key(topic: str) -> str:
    """Where Redis counts the turns of a topic."""
    return broker.key(f"kept:turns:{topic}")


def newest_key(topic: str) -> str:
    """Where Redis has the newest generation of a topic, for as long as it is believed."""
    return broker.key(f"kept:newest:{topic}")


def turn(*topics: str) -> None:
    """Say that something of these topics has changed, once the open transaction has committed.

    Never raises; what is not rung for is seen TRUSTED seconds later.
    """
    transaction.on_commit(partial(_turn_now, topics), robust=True)


def newest(redis: Redis, topic: str) -> Generation:
    """The newest generation, asked of the database unless that was done just now. Raises RedisError."""
    found: Any = redis.mget(turns_key(topic), newest_key(topic))
    turns, packed = found
    return Generation.parse(packed, turns) or ask(redis, topic, turns)


def ask(redis: Redis, topic: str, turns: bytes | None) -> Generation:
    """Ask the database. turns: the count as it was before, so that no turn passes unseen."""
    now = timezone.now()
    stamp, changes = _stamp(topic)(now)
    until = min(filter(None, [changes, _next_hour(now)]))
    found = Generation(_so_far(turns) + stamp, until.timestamp())
    redis.set(newest_key(topic), f"{found.name} {found.until!r}", px=int(TRUSTED * 1000))
    return found


def _turn_now(topics: tuple[str, ...]) -> None:
    try:
        redis = broker.redis()
        if redis is None:
            return
        for topic in topics:
            redis.incr(turns_key(topic))
    except RedisError:
        log.warning("readers will see the change in %.0f s: Redis is away", TRUSTED)
        return
    for topic in topics:
        turned.send(sender=None, topic=topic)


def _so_far(turns: bytes | None) -> str:
    """How the name of the newest generation begins. A release too makes a new one: its pages name
    style sheets that the one before has not."""
    release = getattr(staticfiles_storage, "manifest_hash", "")
    return f"{int(turns or 0)}:{release}:"


def _next_hour(now: datetime) -> datetime:
    """When a day or a week may begin by the site's clock: feeds have archives by the week."""
    local = timezone.localtime(now)
    return local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


@lru_cache
def _stamp(topic: str) -> Stamp:
    found: Stamp = import_string(settings.KEPT_TOPICS[topic])
    return found
