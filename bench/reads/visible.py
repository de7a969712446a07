"""From publishing to what is seen: in a feed, in the banner's document, on a page that is open."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from dataclasses import dataclass
from statistics import median, quantiles

from bench import control
from bench.fanout import publish
from bench.reads.site import DOCUMENTS, Site
from bench.reads.wire import Visitor
from bench.seed import Town
from notify.channels.banners import bell

LOOK = 0.02
"""Seconds between two looks at an address."""
SPREAD = 1.0
"""Seconds within which a page fetches after it has heard of a change: banner.js."""
LONGEST = 30.0
FEED, BANNER, PAGE = "feed", "banner document", "open page"


@dataclass(frozen=True, slots=True)
class Visible:
    """times: seconds from the call that publishes, by where it is seen. sending: whether the fan-out
    was still under way at the last of them; rate: messages it sent per second meanwhile."""

    times: dict[str, list[float]]
    recipients: int
    sending: bool
    rate: float

    def middle(self, where: str) -> float:
        """The median."""
        return median(self.times[where])

    def p95(self, where: str) -> float:
        """What 95 of 100 do not exceed."""
        return quantiles(self.times[where], n=20, method="inclusive")[-1]


def visible(site: Site, town: Town, samples: int) -> Visible:
    """Publish one after the other while everybody in the largest place is told of something else."""
    recipients = town.sizes[-1]
    control.behave(site.house.provider_url)
    publish(town, town.areas(recipients), urgent=False, headline="Spolning")
    while not (began := control.counted(site.house.provider_url)).accepted:
        time.sleep(LOOK)
    at = time.monotonic()
    times: dict[str, list[float]] = {FEED: [], BANNER: [], PAGE: []}
    for number in range(samples):
        # Not in step with what nginx does every second.
        time.sleep(random.uniform(0, SPREAD))
        for where, seconds in _one(site, town, f"Nyhet {number:03}").items():
            times[where].append(seconds)
    ended = control.counted(site.house.provider_url)
    rate = (ended.accepted - began.accepted) / (time.monotonic() - at)
    return Visible(times, recipients, ended.accepted < recipients, rate)


def _one(site: Site, town: Town, words: str) -> dict[str, float]:
    """One publication. Raises TimeoutError when it is not seen."""
    seen: dict[str, float] = {}
    ready = threading.Barrier(2)
    thread = threading.Thread(
        target=lambda: asyncio.run(_look(site.front.port, words.encode(), seen, ready))
    )
    thread.start()
    ready.wait(LONGEST)
    began = time.monotonic()
    publish(town, [town.quiet], urgent=True, headline=words)
    thread.join(LONGEST)
    if len(seen) < 3:
        raise TimeoutError(f"{words!r} was seen only in {', '.join(seen) or 'no place'}.")
    return {where: at - began for where, at in seen.items()}


async def _look(port: int, words: bytes, seen: dict[str, float], ready: threading.Barrier) -> None:
    page = await Visitor.come(port)
    await page.listen(bell.PATH)
    known = await _said(page)
    await asyncio.to_thread(ready.wait, LONGEST)
    async with asyncio.timeout(LONGEST), asyncio.TaskGroup() as looking:
        looking.create_task(_poll(port, DOCUMENTS["feed"], words, seen, FEED))
        looking.create_task(_poll(port, DOCUMENTS["banner"], words, seen, BANNER))
        looking.create_task(_open(port, page, known, words, seen))


async def _poll(port: int, path: str, words: bytes, seen: dict[str, float], where: str) -> None:
    visitor = await Visitor.come(port)
    # What is measured is what asking shows.
    while words not in (await visitor.ask(path)).text:  # noqa: ASYNC110
        await asyncio.sleep(LOOK)
    seen[where] = time.monotonic()
    visitor.leave()


async def _open(port: int, page: Visitor, known: str, words: bytes, seen: dict[str, float]) -> None:
    """A page as the banner's script behaves: hears, waits a moment, fetches past every cache."""
    visitor = await Visitor.come(port)
    while True:
        if (name := await _said(page)) == known:
            continue
        known = name
        await asyncio.sleep(random.uniform(0, SPREAD))
        if words in (await visitor.ask(f"{DOCUMENTS['banner']}?v={name}")).text:
            seen[PAGE] = time.monotonic()
            break
    visitor.leave()
    page.leave()


async def _said(page: Visitor) -> str:
    """The next name on the line."""
    while not (line := await page.line()).startswith("data: "):
        pass
    return line.removeprefix("data: ")
