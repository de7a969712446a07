"""Two thousand connections at once, right after a publication."""

from __future__ import annotations

import asyncio
import resource
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from statistics import quantiles

from bench.fanout import publish
from bench.reads.site import DOCUMENTS, Site
from bench.reads.wire import Heard, Visitor
from bench.seed import Town
from notify.channels import tally

LASTS = 8.0
"""Seconds for which everybody goes on asking: longer than anybody may see old words."""
PAUSE = 1.0
"""Seconds between two questions of one visitor."""
WORDS = "Herden kommer"
AT_ONCE = 100
"""Connections that are opened at a time."""


@dataclass(frozen=True, slots=True)
class Herd:
    """first: seconds until half, and 99 of 100, had their first answer after the publication.
    oldest: seconds after the publication at which somebody last got the old words. documents,
    rendered: how many are asked for, and how many renderings the publication cost."""

    connections: int
    answers: int
    errors: int
    first: tuple[float, float]
    oldest: float
    documents: int
    rendered: int


@dataclass(slots=True)
class _Crowd:
    """What everybody has seen. fresh: whether a document with this tag has the new words."""

    published: float = 0.0
    fresh: dict[str, bool] = field(default_factory=dict)
    first: list[float] = field(default_factory=list)
    oldest: float = 0.0
    counts: Counter[int] = field(default_factory=Counter)

    def saw(self, heard: Heard, at: float) -> None:
        self.counts[heard.status] += 1
        if heard.tag not in self.fresh:
            self.fresh[heard.tag] = WORDS.encode() in heard.text
        if not self.fresh[heard.tag]:
            self.oldest = max(self.oldest, at - self.published)


def herd(site: Site, town: Town, connections: int) -> Herd:
    """Let everybody come, publish, let them all ask at once and go on asking."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    crowd, here, go = _Crowd(), threading.Event(), threading.Event()
    thread = threading.Thread(
        target=lambda: asyncio.run(_come(site.front.port, connections, crowd, here, go))
    )
    thread.start()
    here.wait()
    _wait_for_the_next_minute()
    before = _rendered()
    publish(town, [town.quiet], urgent=True, headline=WORDS)
    crowd.published = time.monotonic()
    go.set()
    thread.join()
    cuts = quantiles(crowd.first, n=100)
    answers = sum(crowd.counts.values())
    return Herd(
        connections=connections,
        answers=answers,
        errors=answers - crowd.counts[200],
        first=(cuts[49], cuts[98]),
        oldest=crowd.oldest,
        documents=len(DOCUMENTS),
        rendered=_rendered() - before,
    )


async def _come(
    port: int, connections: int, crowd: _Crowd, here: threading.Event, go: threading.Event
) -> None:
    paths = list(DOCUMENTS.values())
    visitors: list[Visitor] = []
    while len(visitors) < connections:
        some = min(AT_ONCE, connections - len(visitors))
        visitors += await asyncio.gather(*(Visitor.come(port) for _ in range(some)))
    # What is read now is what readers see again when it changes.
    for path in paths:
        await visitors[0].ask(path)
    here.set()
    await asyncio.to_thread(go.wait)
    await asyncio.gather(
        *(
            _stay(visitor, paths[number % len(paths)], crowd)
            for number, visitor in enumerate(visitors)
        )
    )


async def _stay(visitor: Visitor, path: str, crowd: _Crowd) -> None:
    """Ask at once, and again every second; the last question when old words would be too old."""
    new = True
    while (asked := time.monotonic()) - crowd.published < LASTS:
        try:
            heard = await visitor.ask(path)
        except (OSError, asyncio.IncompleteReadError):
            crowd.counts[0] += 1
            return
        crowd.saw(heard, time.monotonic())
        if new:
            crowd.first.append(time.monotonic() - crowd.published)
            new = False
        await asyncio.sleep(max(0.0, asked + PAUSE - time.monotonic()))
    visitor.leave()


def _wait_for_the_next_minute() -> None:
    """So that no page tells another time meanwhile, which is another rendering."""
    left = 60 - time.time() % 60
    if left < LASTS + 4:
        time.sleep(left)


def _rendered() -> int:
    return sum(count for _topic, count in tally.counts(tally.RENDERED))
