"""What is to be reached, and whether it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.figures import middle
from bench.plan import SLOW_MS, Result, Wish


@dataclass(frozen=True, slots=True)
class Goal:
    """what: the figure in words. wanted: what is to be reached. found: as printed. reached: whether."""

    what: str
    wanted: str
    found: str
    reached: bool


def goals(result: Result, wish: Wish) -> Iterator[Goal]:
    """A goal for each figure that was measured."""
    yield from _rates(result, wish)
    yield from _slow(result, wish)
    yield from _sizes(result, wish)
    yield from _others(result)


def _rates(result: Result, wish: Wish) -> Iterator[Goal]:
    for what, name in (("rate", "messages/s"), ("per_cpu_second", "messages per CPU-second")):
        share = result.ratio("bare", 0.0, wish.recipients, what)
        if share is not None:
            yield Goal(f"{name}, of the bare client's", "80 %", f"{share:.0%}", share >= 0.8)
    times = result.ratio("usual", 0.0, wish.recipients)
    if times is not None:
        yield Goal("messages/s, of the usual way's", "15 ×", f"{times:.1f} ×", times >= 15)


def _slow(result: Result, wish: Wish) -> Iterator[Goal]:
    if slow := result.of("ours", SLOW_MS):
        run = middle(slow)
        found = f"{run.rate:,.0f}/s in {run.together:.0f} MB"
        reached = run.rate >= 1500 and run.together < 300
        yield Goal(
            f"at {SLOW_MS:.0f} ms, {wish.processes} processes", "1,500/s, 300 MB", found, reached
        )


def _sizes(result: Result, wish: Wish) -> Iterator[Goal]:
    if ours := [run for run in result.runs if run.way == "ours" and run.statements is not None]:
        worst = max(run.statements or 0.0 for run in ours)
        yield Goal("SQL statements per SMS", "0.1", f"{worst:.3f}", worst <= 0.1)
        peak = max(run.peaks[0] for run in ours)
        yield Goal("memory of the largest worker process", "250 MB", f"{peak:.0f} MB", peak < 250)
    sizes = {run.messages: run for run in result.of("ours", 0.0)}
    if len(sizes) > 1:
        small, large = sizes[min(sizes)], sizes[max(sizes)]
        ratio = small.per_cpu_second / large.per_cpu_second
        what = f"CPU per message at {large.messages:,}, of that at {small.messages:,}"
        yield Goal(what, "flat (110 %)", f"{ratio:.0%}", ratio <= 1.1)


def _others(result: Result) -> Iterator[Goal]:
    if one := result.expansion:
        yield Goal("expansion", "50,000/s", f"{one.rate:,.0f}/s", one.rate >= 50_000)
    if limit := result.limited:
        found = f"{limit.share:.1%}, {limit.refused} refused"
        reached = limit.share >= 0.98 and not limit.refused
        yield Goal(
            f"use of {limit.segments_per_second} segments/s", "98 %, 0 refused", found, reached
        )
    if over := result.overtaking:
        what = f"urgent, while {over.routine:,} are told: first accepted"
        yield Goal(what, "1 s", f"{over.first:.2f} s", over.first <= 1)
    if web := result.callbacks:
        found = f"{web.rate:,.0f}/s, {web.sent - web.recorded} lost"
        reached = web.rate >= 1500 and web.recorded == web.sent
        yield Goal("callbacks on one web process", "1,500/s, 0 lost", found, reached)
