"""Measure Notify on this machine: ``script/bench fanout``, ``script/bench reads``."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.document import PAGE, say_why, write_into
from notify.demo.broker import NoBroker
from notify.demo.children import ROOT, DidNotStart
from tests.provision import Missing

STATE = ROOT / ".state" / "bench"
PARTS = ("provider", "expansion", "rate", "latency", "size", "callbacks", "limit", "urgent")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, and save; the exit status is 0 unless something could not be measured."""
    options = parse(argv)
    # A polite kill unwinds the stack like Ctrl-C does, so that every process stops too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    STATE.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="run-", dir=STATE) as folder:
            return _run(Path(folder), options)
    except (DidNotStart, NoBroker, Missing) as error:
        print(f"The bench stopped. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options. Exits with status 2 and a sentence when they are wrong."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    benches = parser.add_subparsers(dest="what", required=True)
    fanout = benches.add_parser(
        "fanout", help="the bare client, the usual way and ours, side by side"
    )
    fanout.add_argument("--recipients", type=_count, default=10_000, help="per round (%(default)s)")
    fanout.add_argument(
        "--processes", type=_count, default=2, help="that send, in each way (%(default)s)"
    )
    fanout.add_argument("--rounds", type=_count, default=3, help="of each comparison (%(default)s)")
    fanout.add_argument("--million", action="store_true", help="also to 1,000,000")
    fanout.add_argument(
        "--latency-ms", type=int, choices=(0, 100), help="only with this latency of the provider's"
    )
    fanout.add_argument(
        "--only", action="append", choices=PARTS, help="only this part; may be repeated"
    )
    reads = benches.add_parser(
        "reads",
        help="a static file, nginx before us, the application and the usual way, side by side",
    )
    reads.add_argument("--short", action="store_true", help="a look in under two minutes")
    for what, bench in (("fanout", fanout), ("reads", reads)):
        bench.add_argument(
            "--json",
            type=Path,
            metavar="FILE",
            default=STATE / f"{what}.json",
            help="where the figures go (%(default)s)",
        )
        bench.add_argument(
            "--write-docs",
            action="store_true",
            help=f"put the report into {PAGE.relative_to(ROOT)}",
        )
    return parser.parse_args(argv)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


def _run(folder: Path, options: argparse.Namespace) -> int:
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {what} …", file=sys.stderr, flush=True)

    from bench.reads.run import reads

    measured = {"fanout": fanout, "reads": reads}[options.what](folder, options, tell)
    if measured is None:
        return 1
    report, figures = measured
    print(report)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    if options.write_docs:
        write_into(PAGE, options.what, report)
    return 0


def fanout(
    folder: Path, options: argparse.Namespace, tell: Callable[[str], None]
) -> tuple[str, dict[str, Any]] | None:
    """The report and its figures; None where it stopped, which is said then."""
    from bench.house import house
    from bench.machine import machine

    tell("PostgreSQL, Redis and the stand-in")
    with house(folder) as running:
        # These define or import models, and so need Django set up.
        from bench.fanout import Stuck
        from bench.goals import goals
        from bench.plan import Wish, measure
        from bench.table import render

        on = machine(str(running.observer.value("SHOW server_version")).split()[0])
        latencies = {0.0, 100.0} if options.latency_ms is None else {float(options.latency_ms)}
        wish = Wish(
            recipients=options.recipients,
            processes=options.processes,
            rounds=options.rounds,
            million=options.million,
            parts=frozenset(options.only or PARTS),
            latencies=frozenset(latencies),
        )
        try:
            result = measure(running, wish, tell)
        except (Stuck, TimeoutError) as error:
            say_why(folder, error)
            return None
        figures = asdict(result) | {
            "machine": on,
            "goals": [asdict(goal) for goal in goals(result, wish)],
        }
        return render(result, wish, on), figures


if __name__ == "__main__":
    sys.exit(main())
