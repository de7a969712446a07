"""Reads as Markdown, and what was to be reached."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from bench.goals import Goal
from bench.reads.plan import PLAIN, SHORT, USUAL, Result
from bench.table import table

KINDS = (PLAIN, SHORT)


def goals(result: Result) -> Iterator[Goal]:
    """A goal for each figure that was measured."""
    shares = {
        f"{name}, {kind}": result.ratio("nginx", "static", name, kind)
        for name in result.sizes
        for kind in KINDS
    }
    worst = min(shares, key=lambda one: shares[one])
    found = f"{median(shares.values()):.0%}; worst {worst}: {shares[worst]:.0%}"
    yield Goal("through nginx, of a static file", "90 %, each", found, shares[worst] >= 0.9)
    for kind in ("200", "304"):
        times = {name: result.ratio("app", "usual", name, kind) for name in USUAL}
        found = ", ".join(f"{name} {ratio:.1f} ×" for name, ratio in times.items())
        what = f"the application alone, {kind}, of the usual way"
        yield Goal(what, "5 ×", found, min(times.values()) >= 5)
    errors = sum(one.errors for one in result.spells)
    yield Goal("answers without an error under load", "all", f"{errors} errors", not errors)
    if crowd := result.herd:
        who = f"herd of {crowd.connections:,}"
        found = f"{crowd.rendered} for {crowd.documents} documents"
        yield Goal(f"{who}: renderings", "one each", found, crowd.rendered == crowd.documents)
        found = f"{crowd.errors} of {crowd.answers:,}"
        yield Goal(f"{who}: errors", "0", found, not crowd.errors)
        yield Goal(f"{who}: oldest words", "5 s", f"{crowd.oldest:.2f} s", crowd.oldest < 5)
    if seen := result.visible:
        for where in seen.times:
            p95 = seen.p95(where)
            yield Goal(f"publish to {where}, p95", "2 s", f"{p95:.2f} s", p95 < 2)


def render(result: Result, machine: str) -> str:
    """The whole report."""
    rows = [
        (one.what, one.wanted, one.found, "yes" if one.reached else "**no**")
        for one in goals(result)
    ]
    parts = [
        machine,
        table(("document", "size", "kind", "static file", "nginx", "of static", "CPU each"), _nginx(result)),
        table(("document", "answer", "application", "CPU each", "usual way", "CPU each", "ratio"), _alone(result)),
        "\n".join(_sentences(result)),
        table(("figure", "to reach", "measured", "reached"), rows),
    ]  # fmt: skip
    return "\n\n".join(parts)


def _nginx(result: Result) -> Iterator[tuple[str, ...]]:
    for name, size in result.sizes.items():
        for kind in KINDS:
            static, ours = (result.of(way, name, kind) for way in ("static", "nginx"))
            yield (
                name,
                f"{size:,} B",
                kind,
                f"{median(one.rate for one in static):,.0f}/s",
                f"{median(one.rate for one in ours):,.0f}/s",
                f"{result.ratio('nginx', 'static', name, kind):.0%}",
                f"{_cost(result, 'static', name, kind)}, {_cost(result, 'nginx', name, kind)}",
            )


def _alone(result: Result) -> Iterator[tuple[str, ...]]:
    for name in result.sizes:
        for kind in ("200", "304"):
            mine, theirs = result.of("app", name, kind), result.of("usual", name, kind)
            yield (
                name,
                kind,
                f"{median(one.rate for one in mine):,.0f}/s",
                _cost(result, "app", name, kind),
                f"{median(one.rate for one in theirs):,.0f}/s" if theirs else "–",
                _cost(result, "usual", name, kind) if theirs else "–",
                f"{result.ratio('app', 'usual', name, kind):.1f} ×" if theirs else "–",
            )


def _cost(result: Result, way: str, name: str, kind: str) -> str:
    return f"{median(one.cost for one in result.of(way, name, kind)):,.0f} µs"


def _sentences(result: Result) -> Iterator[str]:
    if crowd := result.herd:
        half, most = crowd.first
        yield (
            f"- Herd: {crowd.connections:,} connections asked at once when an alert had been published, and then every "
            f"second: {crowd.answers:,} answers; half had their first after {half:.2f} s, 99 % after {most:.2f} s."
        )
    if seen := result.visible:
        times = ", ".join(
            f"{where} {seen.middle(where):.2f} s ({seen.p95(where):.2f} s)" for where in seen.times
        )
        still = "was still under way" if seen.sending else "had ended"
        yield (
            f"- Publish to visible, median (p95) of {len(next(iter(seen.times.values())))}: {times}; the fan-out to "
            f"{seen.recipients:,} went on at {seen.rate:,.0f}/s and {still} at the last."
        )
