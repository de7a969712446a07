"""A document for a reader: kept, or rendered now, by one for all who ask at the same time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from redis import Redis
from redis.exceptions import RedisError

from config import broker
from notify.channels import tally
from notify.channels.kept import store
from notify.channels.kept.address import Address, policy_of
from notify.channels.kept.document import Document
from notify.channels.kept.generation import Generation
from notify.channels.kept.policy import Policy

Render = Callable[[HttpRequest], HttpResponseBase]

PATIENCE = 1.0
"""Seconds that a reader waits for somebody else's rendering before rendering for itself."""
STEP = 0.01
AVOIDED_FOR = 2.0
"""Seconds for which Redis is not asked again after it failed: each reader would wait for it."""

log = logging.getLogger(__name__)
_avoided_until = 0.0


def document(address: Address, render: Render) -> Document | None:
    """The newest document; None where none can be kept, or Redis is away: then render as ever.

    render: what answers a request otherwise. Each generation is rendered once, whoever asks.
    """
    global _avoided_until  # noqa: PLW0603 - one circuit per process, like the connections it guards
    policy = policy_of(address.path)
    if policy is None or time.monotonic() < _avoided_until:
        return None
    try:
        redis = broker.redis()
        found = _newest(redis, policy, address, render) if redis else None
    except RedisError as error:
        _avoided_until = time.monotonic() + AVOIDED_FOR
        log.warning("readers are answered from the database: %s", type(error).__name__)
        return None
    return found if found and found.headers is not None else None


def rendered(
    redis: Redis,
    policy: Policy,
    address: Address,
    generation: Generation,
    render: Render,
    *,
    asked: bool,
) -> Document:
    """Render and keep a document of this generation, which was the newest before."""
    until = generation.until
    if policy.by_minute:
        begun = timezone.now().replace(second=0, microsecond=0)
        until = min(until, (begun + timedelta(minutes=1)).timestamp())
    with translation.override(None):
        response = render(address.request())
    plain = Document.of(response, generation.name, until, by_language=policy.by_language)
    short = plain.compressed()
    store.put(redis, policy.topic, address, plain, short, asked=asked)
    tally.add(tally.RENDERED, policy.topic)
    return short if address.encoding else plain


def _newest(redis: Redis, policy: Policy, address: Address, render: Render) -> Document | None:
    topic = policy.topic
    give_up = time.monotonic() + PATIENCE
    while True:
        found = store.look(redis, topic, address)
        if found.document:
            store.note(redis, topic, address)
            return found.document
        if mine := store.claim(redis, topic, address):
            break
        if time.monotonic() > give_up:
            return None
        time.sleep(STEP)
    try:
        # Somebody may have put it down between our look and our claim.
        found = store.look(redis, topic, address)
        if found.document:
            return found.document
        return rendered(redis, policy, address, found.generation, render, asked=True)
    finally:
        store.release(redis, topic, address, mine)
