"""What one ``script/bench reads`` measures, in which order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median

from bench.fanout import publish
from bench.processes import cpu_seconds
from bench.reads.herd import Herd, herd
from bench.reads.load import load
from bench.reads.site import DOCUMENTS, Site, put_files
from bench.reads.visible import Visible, visible
from bench.seed import Town
from notify.channels.banners.models import Item
from notify.channels.feeds.models import Entry

Tell = Callable[[str], None]

ALERTS = 40
"""How many are published before anybody reads."""
MANY, FEW = 64, 16
"""Connections to nginx, and to a single process of Python."""
GZIP = "Accept-Encoding: gzip"
USUAL = {"list": "/alerts/", "feed": "/all.atom"}
PLAIN, SHORT = "plain", "gzip"
PUBLISHED_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for. seconds: of each load. connections: of the herd. recipients: of the
    fan-out that runs while ``samples`` publications are timed."""

    rounds: int
    seconds: float
    connections: int
    recipients: int
    samples: int


@dataclass(frozen=True, slots=True)
class Spell:
    """One load: by which way, of which document, as what ("plain", "gzip", "200", "304"). cost: µs
    of the server's CPU per answer."""

    way: str
    document: str
    kind: str
    rate: float
    errors: int
    cost: float


@dataclass(slots=True)
class Result:
    """Everything measured, in the order in which it was."""

    spells: list[Spell] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    herd: Herd | None = None
    visible: Visible | None = None

    def of(self, way: str, document: str, kind: str) -> list[Spell]:
        """The spells of a way, in order."""
        wanted = (way, document, kind)
        return [one for one in self.spells if (one.way, one.document, one.kind) == wanted]

    def ratio(self, way: str, other: str, document: str, kind: str) -> float:
        """How much faster one way is, in the median of the rounds: noise that meets both cancels out."""
        pairs = zip(self.of(way, document, kind), self.of(other, document, kind), strict=True)
        return median(mine.rate / theirs.rate for mine, theirs in pairs)


def measure(site: Site, town: Town, wish: Wish, tell: Tell) -> Result:
    """Measure everything. tell: is told in a few words what comes next. Raises TimeoutError."""
    tell(f"{ALERTS} alerts")
    _publish_some(town)
    put_files(site)
    result = Result(sizes={name: _size(site, name) for name in DOCUMENTS})
    for number in range(wish.rounds):
        tell(f"round {number + 1} of {wish.rounds}")
        todo = list(_spells(site))
        for way, document, kind, url, headers, pid in todo[:: 1 if number % 2 == 0 else -1]:
            before = cpu_seconds(pid)
            many = MANY if way in ("static", "nginx") else FEW
            done = load(url, *headers, connections=many, seconds=wish.seconds)
            cost = (cpu_seconds(pid) - before) / max(1.0, done.rate * wish.seconds) * 1e6
            result.spells.append(Spell(way, document, kind, done.rate, done.errors, cost))
    tell(f"a herd of {wish.connections:,}")
    result.herd = herd(site, town, wish.connections)
    tell(f"{wish.samples} publications while {wish.recipients:,} are told of something else")
    result.visible = visible(site, town, wish.samples)
    return result


def _spells(site: Site) -> Iterator[tuple[str, str, str, str, list[str], int]]:
    """Way, document, kind, address, headers and server of each load, the ways that are compared in turn."""
    nginx, app, usual = (one.process.pid for one in (site.front.child, site.app, site.usual))
    for name, path in DOCUMENTS.items():
        for kind, headers in ((PLAIN, []), (SHORT, [GZIP])):
            yield "static", name, kind, site.static(name), headers, nginx
            yield "nginx", name, kind, site.front.url + path, headers, nginx
        yield from _single(site, "app", name, site.app_url + path, app)
        if name in USUAL:
            yield from _single(site, "usual", name, site.usual_url + USUAL[name], usual)


def _single(
    site: Site, way: str, name: str, url: str, pid: int
) -> Iterator[tuple[str, str, str, str, list[str], int]]:
    host, (_body, tag) = f"Host: {site.host}", site.ask(url)
    yield way, name, "200", url, [host], pid
    yield way, name, "304", url, [host, f"If-None-Match: {tag}"], pid


def _publish_some(town: Town) -> None:
    for number in range(ALERTS):
        urgent = number % 2 == 0
        publish(town, [town.quiet], urgent=urgent, headline=f"Vattenavbrott nummer {number}")
    deadline = time.monotonic() + PUBLISHED_SECONDS
    while min(Entry.objects.count(), Item.objects.count()) < ALERTS:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{ALERTS} alerts were not in the feeds after 2 minutes.")
        time.sleep(0.1)


def _size(site: Site, name: str) -> int:
    return len((site.house.folder / "files" / site.file(name)).read_bytes())
