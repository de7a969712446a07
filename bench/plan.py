"""What one ``script/bench fanout`` measures, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from bench import peers
from bench.callbacks import Absorbed, callbacks
from bench.expansion import Expansion, expansion
from bench.fanout import fan_out
from bench.figures import Run
from bench.flat_out import FlatOut, flat_out
from bench.house import House, beat, workers
from bench.limit import Limited, limited
from bench.seed import Town, seed
from bench.urgent import Overtaking, overtaking
from bench.usual import make_table
from notify.demo.children import Child

Tell = Callable[[str], None]

WAYS = ("bare", "ours", "usual")
SLOW_MS = 100.0
LARGE, HUGE = 100_000, 1_000_000
USUAL_SHARE = 20
"""The usual way sends one in so many, or the rest would wait for it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for. recipients: of the rounds that compare; processes: that send, in each way."""

    recipients: int
    processes: int
    rounds: int
    million: bool
    parts: frozenset[str]
    latencies: frozenset[float]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many people the alerts of this run reach, smallest first."""
        large = [LARGE] if self.parts & {"size", "urgent"} else []
        huge = [HUGE] if self.million else []
        return tuple(sorted({self.recipients, *large, *huge}))


@dataclass(slots=True)
class Result:
    """Everything measured: runs in the order they were made, and None for what was left out."""

    runs: list[Run] = field(default_factory=list)
    provider: FlatOut | None = None
    expansion: Expansion | None = None
    limited: Limited | None = None
    overtaking: Overtaking | None = None
    callbacks: Absorbed | None = None

    def of(self, way: str, latency_ms: float, messages: int | None = None) -> list[Run]:
        """The runs of a way, in order."""
        return [
            run
            for run in self.runs
            if run.way == way and run.latency_ms == latency_ms and messages in (None, run.messages)
        ]

    def ratio(self, way: str, latency_ms: float, messages: int, what: str = "rate") -> float | None:
        """Ours to another way, in the median of the rounds: noise that meets both cancels out."""
        pairs = zip(self.of("ours", latency_ms, messages), self.of(way, latency_ms), strict=False)
        found = [getattr(mine, what) / getattr(other, what) for mine, other in pairs]
        return median(found) if found else None


@dataclass(frozen=True, slots=True)
class Sides:
    """Ours and the usual way, with workers that run, and what is asked of them."""

    house: House
    town: Town
    wish: Wish
    ours: Child
    usual: Child
    tell: Tell

    def run(self, way: str, latency_ms: float, size: int) -> Run:
        """Send by one way. Raises Stuck."""
        self.tell(f"{way}: {size:,} at {latency_ms:.0f} ms")
        if way == "bare":
            return peers.bare(self.house, size, self.wish.processes, latency_ms=latency_ms)
        if way == "usual":
            count = max(100, size // USUAL_SHARE)
            return peers.usual_way(self.house, self.usual, count, latency_ms=latency_ms)
        return fan_out(self.house, self.town, self.ours, size, latency_ms=latency_ms)

    def rounds(self, latency_ms: float) -> Iterator[Run]:
        """All ways in turn, and in the other order the next time: noise meets them all."""
        for number in range(self.wish.rounds):
            for way in WAYS[:: 1 if number % 2 == 0 else -1]:
                yield self.run(way, latency_ms, self.wish.recipients)


def measure(house: House, wish: Wish, tell: Tell) -> Result:
    """Measure all that is wished for. tell: is told in a few words what comes next. Raises Stuck."""
    result, largest = Result(), wish.sizes[-1]
    if "provider" in wish.parts:
        tell("the stand-in, flat out")
        result.provider = flat_out(house)
    tell(f"{largest:,} subscribers into the database")
    town = seed(wish.sizes)
    if "expansion" in wish.parts:
        tell(f"expansion to {largest:,}")
        result.expansion = expansion(house, town, largest)
    if wish.parts & {"rate", "latency", "size", "callbacks"}:
        with _sides(house, town, wish, tell) as sides:
            _compare(sides, result)
    if "limit" in wish.parts:
        tell("a provider with a limit")
        result.limited = limited(house, town, wish.recipients, wish.processes)
    if "urgent" in wish.parts:
        tell(f"an urgent alert while {largest:,} are told of something else")
        result.overtaking = overtaking(house, town, largest, wish.processes)
    return result


@contextmanager
def _sides(house: House, town: Town, wish: Wish, tell: Tell) -> Iterator[Sides]:
    make_table()
    each = ("--concurrency", str(wish.processes))
    with (
        workers(house, "ours", "--queues", "urgent,routine", *each) as ours,
        workers(house, "usual", *each, app="bench.usual_worker") as usual,
        beat(house),
    ):
        yield Sides(house, town, wish, ours, usual, tell)


def _compare(sides: Sides, result: Result) -> None:
    wish = sides.wish
    for part, latency_ms in (("rate", 0.0), ("latency", SLOW_MS)):
        if part in wish.parts and latency_ms in wish.latencies:
            result.runs.extend(sides.rounds(latency_ms))
    if "size" in wish.parts:
        others = [size for size in wish.sizes if size != wish.recipients]
        result.runs.extend(sides.run("ours", 0.0, size) for size in others)
    if "callbacks" in wish.parts:
        # A run of its own: what ran last may have left a million behind, or nothing.
        sides.run("ours", 0.0, wish.recipients)
        sides.tell(f"{wish.recipients:,} callbacks")
        result.callbacks = callbacks(sides.house)
