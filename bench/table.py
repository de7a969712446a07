"""The result as Markdown: read in a terminal as well as in docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bench.figures import Run, middle
from bench.goals import goals
from bench.plan import Result, Wish

COLUMNS = (
    "way", "provider's latency", "messages", "messages/s", "of bare", "per CPU-second", "of bare",
    "SQL per SMS", "WAL per SMS", "database CPU", "largest process", "together", "first, last accepted",
)  # fmt: skip


def render(result: Result, wish: Wish, machine: str) -> str:
    """The whole report."""
    return "\n\n".join(part for part in _parts(result, wish, machine) if part)


def _parts(result: Result, wish: Wish, machine: str) -> Iterator[str]:
    yield machine
    yield table(COLUMNS, _runs(result))
    if one := result.provider:
        yield (
            f"Stand-in, flat out: {one.rate:,.0f} requests/s at {one.cpu_microseconds:.0f} µs of its CPU each."
        )
    yield "\n".join(_sentences(result))
    wanted = [
        (goal.what, goal.wanted, goal.found, "yes" if goal.reached else "**no**")
        for goal in goals(result, wish)
    ]
    yield table(("figure", "to reach", "measured", "reached"), wanted) if wanted else ""
    yield _costliest(result)


def _runs(result: Result) -> Iterator[tuple[str, ...]]:
    """A row per way, latency and size: the median of its rounds."""
    for way, latency, messages in dict.fromkeys(
        (run.way, run.latency_ms, run.messages) for run in result.runs
    ):
        run = middle(result.of(way, latency, messages))
        yield (
            way,
            f"{latency:.0f} ms",
            f"{messages:,}",
            f"{run.rate:,.0f}",
            _share(result, run, "rate"),
            f"{run.per_cpu_second:,.0f}",
            _share(result, run, "per_cpu_second"),
            "–" if run.statements is None else f"{run.statements:.3f}",
            "–" if run.wal_bytes is None else f"{run.wal_bytes:,.0f} B",
            "–" if run.database_cpu is None else f"{run.database_cpu / messages * 1e6:,.0f} µs",
            f"{run.peaks[0]:.0f} MB",
            f"{run.together:.0f} MB",
            f"{run.first:.2f} s, {run.last:.1f} s",
        )


def _share(result: Result, run: Run, what: str) -> str:
    bare = result.of("bare", run.latency_ms)
    if run.way == "bare" or not bare:
        return "–"
    if run.way == "ours" and (ratio := result.ratio("bare", run.latency_ms, run.messages, what)):
        return f"{ratio:.0%}"
    return f"{getattr(run, what) / getattr(middle(bare), what):.1%}"


def _sentences(result: Result) -> Iterator[str]:
    if one := result.expansion:
        yield (
            f"- Expansion alone: {one.recipients:,} deliveries in {one.seconds:.2f} s, {one.rate:,.0f}/s; "
            f"{one.work.wal_bytes / max(1, one.recipients):,.0f} B of WAL each."
        )
    if limit := result.limited:
        yield (
            f"- Provider's limit {limit.segments_per_second} segments/s: {limit.share:.1%} of it used over "
            f"{limit.seconds:.1f} s, {limit.refused} answers of 429."
        )
    if over := result.overtaking:
        yield (
            f"- Urgent alert to {over.urgent:,} while {over.routine:,} were told of something else at "
            f"{over.rate_before:,.0f}/s: first accepted after {over.first:.2f} s, half after {over.middle:.1f} s, last "
            f"after {over.last:.1f} s; {over.routine_left:,} routine messages were still to be sent then."
        )
    if web := result.callbacks:
        yield (
            f"- Callbacks on one web process: {web.answered:,} of {web.sent:,} answered in {web.seconds:.1f} s, "
            f"{web.rate:,.0f}/s ({web.web_cpu / max(1, web.answered) * 1e6:,.0f} µs of its CPU each, "
            f"{web.peak:.0f} MB); {web.recorded:,} in the ledger after {web.recorded_after:.1f} s."
        )


def _costliest(result: Result) -> str:
    """What the database spent its time on, in the last fan-out of ours."""
    ours = [run for run in result.runs if run.way == "ours" and run.work]
    if not ours or ours[-1].work is None:
        return ""
    run = ours[-1]
    rows = [
        (
            f"{one.milliseconds * 1000 / run.messages:.1f} µs",
            f"{one.calls:,}",
            f"{one.wal_bytes / run.messages:,.0f} B",
            f"`{one.text[:90].replace('|', '/')}`",
        )
        for one in ours[-1].work.costliest[:8]
    ]
    return table(("time per SMS", "calls", "WAL per SMS", "statement"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose columns line up."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    if len(lines) == 1:
        return ""
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]

    def drawn(line: Sequence[str]) -> str:
        return (
            "| "
            + " | ".join(f"{cell:{wide}}" for cell, wide in zip(line, widths, strict=True))
            + " |"
        )

    rule = "|" + "|".join("-" * (wide + 2) for wide in widths) + "|"
    return "\n".join([drawn(lines[0]), rule, *(drawn(line) for line in lines[1:])])
