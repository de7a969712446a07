"""Telling open pages that what banners show has changed. It carries no words: those are fetched.

A bell that nobody hears loses nothing: pages ask now and then by themselves.
"""

from __future__ import annotations

import logging
import secrets

from django.db import transaction
from redis.exceptions import RedisError

from config import broker

PATH = "/embed/v1/events"
"""Where pages listen, at the address that ``settings.EVENTS_ORIGIN`` names (``live``)."""

log = logging.getLogger(__name__)


def channel() -> str:
    """What Redis calls the channel on which it is rung."""
    return broker.key("banners:changed")


def name() -> str:
    """A name for a change that no other has, so that no cache can have an answer from before it."""
    return secrets.token_hex(6)


def ring() -> None:
    """Say that something has changed once the open transaction has committed. Never raises."""
    transaction.on_commit(_ring_now, robust=True)


def _ring_now() -> None:
    try:
        if redis := broker.redis():
            redis.publish(channel(), name())
    except RedisError:
        log.warning("no bell for banners: Redis is away, pages will see it when they ask")
