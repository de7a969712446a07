"""Rendering again what was asked for lately, so that readers find it done."""

from __future__ import annotations

from functools import lru_cache

from django.core.handlers.base import BaseHandler
from redis import Redis
from redis.exceptions import RedisError

from config import broker
from notify.channels.kept import store
from notify.channels.kept.address import Address, policy_of
from notify.channels.kept.generation import newest
from notify.channels.kept.reading import rendered


def renew(topic: str) -> int:
    """Render what was asked for lately and is not of the newest generation; returns how many.

    Twice is harmless: what somebody else renders, or has rendered, is left to them. Raises
    RedisError; the sweeper then finds it.
    """
    redis = broker.redis()
    if redis is None:
        return 0
    generation = newest(redis, topic)
    done = sum(_renew(redis, topic, address) for address in store.asked_lately(redis, topic))
    redis.set(_renewed(topic), generation.name, ex=store.LASTS)
    return done


def behind(topic: str) -> bool:
    """Whether something was asked for lately and nobody has gone over it since the newest change."""
    try:
        redis = broker.redis()
        if redis is None or not store.asked_lately(redis, topic):
            return False
        return redis.get(_renewed(topic)) != newest(redis, topic).name.encode()
    except RedisError:
        return False


def _renew(redis: Redis, topic: str, address: Address) -> bool:
    policy = policy_of(address.path)
    found = store.look(redis, topic, address)
    if policy is None or found.document:
        return False
    mine = store.claim(redis, topic, address)
    if not mine:
        return False
    try:
        rendered(redis, policy, address, found.generation, _handler().get_response, asked=False)
    finally:
        store.release(redis, topic, address, mine)
    return True


@lru_cache(maxsize=1)
def _handler() -> BaseHandler:
    """The web's own way to an answer, with all its middleware."""
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def _renewed(topic: str) -> str:
    return broker.key(f"kept:renewed:{topic}")
