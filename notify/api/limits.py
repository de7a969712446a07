"""How often anybody may call: counted in Redis, a minute at a time, by key or else by address.

The headers are those of draft-ietf-httpapi-ratelimit-headers-11. Counting asks no database, costs one
round trip (30 µs of our CPU), and is given up where Redis is away: a limit spares us work, and news must get out.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.utils.crypto import salted_hmac
from redis import RedisError
from rest_framework.request import Request

from config import broker
from config.clients import client_address
from notify.api.models import Key

WINDOW = 60
"""Seconds that a quota is for, from the first call that it counts."""

# As a script it is one step: a counter that outlived its own expiry would count for ever.
_COUNT = """
if redis.call('SET', KEYS[1], 1, 'EX', ARGV[1], 'NX') then return {1, tonumber(ARGV[1])} end
return {redis.call('INCR', KEYS[1]), redis.call('TTL', KEYS[1])}
"""

AVOIDED_FOR = 2.0
"""Seconds for which Redis is not asked again after it failed: callers wait for it once, not each of them."""

log = logging.getLogger(__name__)
_avoided_until = 0.0


@dataclass(frozen=True, slots=True)
class Quota:
    """What a caller has left. policy: its name, "key" or "client". most: calls in ``WINDOW`` seconds.

    used: with this call. seconds: until all of it is there again, at least 1.
    """

    policy: str
    most: int
    used: int
    seconds: int

    @property
    def exceeded(self) -> bool:
        """Whether this call is one too many."""
        return self.used > self.most

    @property
    def headers(self) -> dict[str, str]:
        """RateLimit-Policy and RateLimit, as structured fields (RFC 9651)."""
        left = max(0, self.most - self.used)
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.most};w={WINDOW}',
            "RateLimit": f'"{self.policy}";r={left};t={self.seconds}',
        }


def count(request: Request) -> Quota | None:
    """Count the call and say what its caller has left; None where nothing limits them.

    Nothing limits a request without an address: it is our own, made to be kept for everybody.
    """
    global _avoided_until  # noqa: PLW0603 - one circuit per process
    policy, most, who = _caller(request)
    if not most or not who or time.monotonic() < _avoided_until:
        return None
    try:
        counted = _count(broker.key(f"api:{policy}:{who}"))
    except RedisError as error:
        _avoided_until = time.monotonic() + AVOIDED_FOR
        log.warning("could not count a call: Redis is away (%s)", type(error).__name__)
        return None
    return Quota(policy, most, *counted) if counted else None


def _caller(request: Request) -> tuple[str, int, str]:
    """The policy that goes for whoever calls, its limit, and by what they are counted."""
    key = request.auth
    if isinstance(key, Key):
        return "key", settings.API_LIMIT_PER_KEY_PER_MINUTE, key.prefix
    address = client_address(request)
    # An address is personal data; for counting, its keyed digest is as good.
    digest = salted_hmac(__name__, address).hexdigest() if address else ""
    return "client", settings.API_LIMIT_PER_CLIENT_PER_MINUTE, digest


def _count(name: str) -> tuple[int, int] | None:
    """Calls in this window, and its seconds left; None where the broker is no Redis. Raises RedisError."""
    redis = broker.redis()
    if redis is None:
        return None
    used, seconds = cast("list[int]", redis.eval(_COUNT, 1, name, WINDOW))
    return used, max(1, seconds)
