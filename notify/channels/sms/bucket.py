"""How many segments a second may leave: a token bucket in Redis that all workers share.

It is the generic cell rate algorithm: the bucket is only the time at which the next segment may
leave. Whoever reserves moves that time on, and sends its segments from where it was.
Source: ITU-T I.371 annex A; as a rate limiter: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

AHEAD = 0.1
"""Seconds that all together may reserve ahead: so long an urgent message waits for routine ones."""
CREDIT = 0.5
"""Seconds of the rate that may be made up for after a pause, such as a worker's at its database.
Below the one second's worth that providers let through at once, so that late requests still fit."""
LINGER = 1.0
"""Seconds after the last urgent one for which routine messages stay back."""
ROUTINE_SHARE = 0.1
"""What routine messages may use of the rate meanwhile: slow, but never standing still."""
REDIS_SECONDS = 0.5
"""How long Redis may take; a turn of it costs less than a millisecond."""
ASK_REDIS_AGAIN = 3.0
"""Seconds without Redis before it is asked again."""
LONGEST_HOLD = 3600.0
"""Seconds that a provider's Retry-After is obeyed."""
KEPT_SECONDS = 60
"""How long the key outlives what it says."""

# One key per sender: "next" (when the next segment may leave), "routine" (the same, for routine
# ones only), "urgent" (when an urgent one last asked), "hold" (until when the provider wants
# silence); all in microseconds of Redis's clock, so that the workers' clocks do not matter.
# Answers {1, start} for a reservation, {0, wait} for none; both in microseconds from now.
SCRIPT = """
local segments, interval, urgent = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local ahead, credit, linger = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local share, hold, kept = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local was = redis.call('HMGET', KEYS[1], 'next', 'routine', 'urgent', 'hold')
local following, routine = tonumber(was[1]) or now, tonumber(was[2]) or 0
local asked, held = tonumber(was[3]) or 0, tonumber(was[4]) or 0
local function put(field, value)
  redis.call('HSET', KEYS[1], field, string.format('%.0f', value))
end
if hold > 0 then
  held = math.max(held, now + hold)
  put('hold', held)
end
if urgent then
  put('urgent', now)
end
local start = math.max(following, now - credit, held)
local back = not urgent and now - asked < linger
local wait = start - now - ahead
if back then
  wait = math.max(wait, routine - now)
end
local granted = 0
if hold == 0 and wait <= 0 then
  granted = 1
  following = start + segments * interval
  put('next', following)
  if back then
    put('routine', math.max(routine, now) + segments * interval / share)
  end
end
redis.call('PEXPIRE', KEYS[1], math.ceil((math.max(following, held, now) - now) / 1000) + kept * 1000)
return {granted, string.format('%.0f', granted == 1 and start - now or math.max(wait, 0))}
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Grant:
    """What was reserved. starts_in: seconds until the first segment may leave, negative if it
    might have left already. wait: seconds after which to ask again, if nothing was reserved."""

    starts_in: float = 0.0
    wait: float | None = None


class SharedBucket:
    """The bucket of one sender in Redis. Raises RedisError, OSError or TimeoutError when Redis is away."""

    def __init__(self, redis: Redis, sender: str, per_second: float) -> None:
        self._take = redis.register_script(SCRIPT)
        # Hashed: a sender can be a phone number, and keys are seen by operators.
        digest = hashlib.sha256(sender.encode()).hexdigest()[:16]
        self._key = f"{settings.REDIS_KEY_PREFIX}sms:pace:{digest}"
        self._interval = 1e6 / per_second if per_second else 0.0

    async def reserve(self, segments: int, *, urgent: bool) -> Grant:
        """Reserve segments, or learn when to ask again."""
        granted, micros = await self._run(segments, urgent=urgent, hold=0.0)
        seconds = float(micros) / 1e6
        return Grant(starts_in=seconds) if granted else Grant(wait=seconds)

    async def hold(self, seconds: float) -> None:
        """Let nobody start anything for so long."""
        await self._run(0, urgent=False, hold=seconds)

    async def _run(self, segments: int, *, urgent: bool, hold: float) -> Any:
        ahead, credit, linger, silent = (_micros(one) for one in (AHEAD, CREDIT, LINGER, hold))
        arguments: list[str | int | float] = [segments, self._interval, int(urgent)]
        arguments += [ahead, credit, linger, ROUTINE_SHARE, silent, KEPT_SECONDS]
        async with asyncio.timeout(REDIS_SECONDS):
            return await self._take([self._key], arguments)


class LocalBucket:
    """This process's own bucket, for when Redis is away: a safe share of the rate, urgent or not."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        self._next = time.monotonic()
        self._held = 0.0

    def begin(self) -> None:
        """Count from now: what went out so far was counted elsewhere."""
        self._next = time.monotonic()

    def reserve(self, segments: int) -> Grant:
        """Reserve segments, or learn when to ask again."""
        now = time.monotonic()
        # Asking a frozen Redis now and then costs time, which is made up for.
        start = max(self._next, self._held, now - CREDIT)
        if start - now > AHEAD:
            return Grant(wait=start - now - AHEAD)
        self._next = start + segments * self._interval
        return Grant(starts_in=start - now)

    def hold(self, seconds: float) -> None:
        """Start nothing for so long."""
        self._held = max(self._held, time.monotonic() + seconds)

    @property
    def held(self) -> bool:
        """Whether somebody asked for silence that is not over."""
        return time.monotonic() < self._held


class Bucket:
    """The shared bucket while Redis answers, else this process's share of it. Never raises."""

    def __init__(self, redis: Redis | None, sender: str, per_second: float, processes: int) -> None:
        """per_second: segments that all processes together may send; 0 is no limit."""
        self._shared = SharedBucket(redis, sender, per_second) if redis else None
        self._local = LocalBucket(per_second / processes)
        self._away_until = 0.0
        self._is_shared = True
        self.per_second = per_second
        self.block = max(1.0, per_second * AHEAD / processes) if per_second else 1000.0
        """Segments to reserve at once: together the processes reserve no more than is let ahead."""

    @property
    def held(self) -> bool:
        """Whether this process knows that the provider wants silence."""
        return self._local.held

    async def reserve(self, segments: int, *, urgent: bool) -> Grant:
        """Reserve segments, or learn when to ask again."""
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                grant = await self._shared.reserve(segments, urgent=urgent)
            except (RedisError, OSError, TimeoutError) as error:
                self._is_away(error)
            else:
                self._is_shared = True
                return grant
        return self._local.reserve(segments)

    async def hold(self, seconds: float) -> None:
        """Let nobody start anything for so long, here at once and everywhere if Redis answers."""
        seconds = min(seconds, LONGEST_HOLD)
        self._local.hold(seconds)
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                await self._shared.hold(seconds)
            except (RedisError, OSError, TimeoutError) as error:
                self._is_away(error)

    def _is_away(self, error: Exception) -> None:
        now = time.monotonic()
        self._away_until = now + ASK_REDIS_AGAIN
        if self._is_shared:
            log.warning("Redis is away (%s): each worker sends at its own share", _name(error))
            self._is_shared = False
            self._local.begin()


def open_redis() -> Redis | None:
    """A client for the event loop that runs, impatient; None if the broker is no Redis."""
    if not settings.REDIS_URL.startswith(("redis:", "rediss:", "unix:")):
        return None
    redis: Redis = Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    return redis


def _micros(seconds: float) -> int:
    return round(seconds * 1e6)


def _name(error: Exception) -> str:
    """What may be logged: an address can hold a password."""
    return type(error).__name__
