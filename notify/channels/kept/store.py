"""Where documents are kept: Redis, which holds a queue too, and so only so many of them."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from redis import Redis

from config import broker
from notify.channels.kept.address import GZIP, Address
from notify.channels.kept.document import Document
from notify.channels.kept.generation import Generation, ask, newest_key, turns_key

MOST = 200
"""Documents of a topic: of more, those go that nobody has asked for for longest."""
LATELY = 600.0
"""Seconds after which nobody renders a document again before it is asked for."""
NOTED_EVERY = 30.0
"""Seconds for which a process that has noted that a document is asked for need not do so again."""
LASTS = 3_600
"""Seconds that a document is kept, whatever happens: the clock changes each by then."""
REFUSED_LASTS = 10
"""Seconds for which it is known that an answer may not be kept. Nobody counts those."""
RENDERING_TAKES = 5_000
"""Milliseconds after which whoever renders counts as dead."""

_noted: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class Found:
    """The newest generation, and the document if it is of that and still true by the clock."""

    generation: Generation
    document: Document | None


def look(redis: Redis, topic: str, address: Address) -> Found:
    """What is kept; one command, unless the database must be asked for the generation."""
    found: Any = redis.mget(turns_key(topic), newest_key(topic), _document(topic, address))
    turns, packed, kept = found
    generation = Generation.parse(packed, turns) or ask(redis, topic, turns)
    document = Document.parse(kept) if kept else None
    if document and (
        document.generation != generation.name or document.until <= timezone.now().timestamp()
    ):
        document = None
    return Found(generation, document)


def put(
    redis: Redis, topic: str, address: Address, plain: Document, short: Document, *, asked: bool
) -> None:
    """Keep a document, as it is and compressed. asked: by somebody just now, and not by whoever renders
    ahead."""
    lasts = REFUSED_LASTS if plain.headers is None else LASTS
    for name, document in zip(_encodings(topic, address), (plain, short), strict=True):
        redis.set(name, document.packed(), ex=lasts)
    if asked and plain.headers is not None:
        _noted.pop(str(address.document), None)
        note(redis, topic, address)
        _make_room(redis, topic)


def note(redis: Redis, topic: str, address: Address) -> None:
    """Note that somebody asks for it. Now and then is enough: a command costs a third of the answer."""
    written, now = str(address.document), time.monotonic()
    if now - _noted.get(written, float("-inf")) < NOTED_EVERY:
        return
    if len(_noted) > 10 * MOST:
        _noted.clear()
    _noted[written] = now
    redis.zadd(_asked(topic), {written: time.time()})


def asked_lately(redis: Redis, topic: str) -> list[Address]:
    """What somebody has asked for within LATELY, the latest first."""
    since = time.time() - LATELY
    found: Any = redis.zrevrangebyscore(_asked(topic), "+inf", since, start=0, num=MOST)
    return [Address.parse(one.decode()) for one in found]


def claim(redis: Redis, topic: str, address: Address) -> str:
    """The right to render a document, by its name; "" while somebody else has it."""
    name = secrets.token_hex(8)
    claimed = redis.set(_claim(topic, address), name, nx=True, px=RENDERING_TAKES)
    return name if claimed else ""


def release(redis: Redis, topic: str, address: Address, name: str) -> None:
    """Give it back, unless it has passed on to somebody else meanwhile."""
    if redis.get(_claim(topic, address)) == name.encode():
        redis.delete(_claim(topic, address))


def _make_room(redis: Redis, topic: str) -> None:
    """Let go of those that nobody has asked for for longest."""
    over = int(redis.zcard(_asked(topic))) - MOST
    gone: Any = redis.zpopmin(_asked(topic), over) if over > 0 else []
    for address, _at in gone:
        redis.delete(*_encodings(topic, Address.parse(address.decode())))


def _document(topic: str, address: Address) -> str:
    return broker.key(f"kept:document:{topic}:{address.digest}")


def _encodings(topic: str, address: Address) -> tuple[str, str]:
    """What a document is kept under, as it is and compressed."""
    plain = address.document
    return _document(topic, plain), _document(topic, replace(plain, encoding=GZIP))


def _claim(topic: str, address: Address) -> str:
    return broker.key(f"kept:claim:{topic}:{address.document.digest}")


def _asked(topic: str) -> str:
    return broker.key(f"kept:asked:{topic}")
