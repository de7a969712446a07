"""``script/bench reads``, from the parts that it runs on to its report."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.document import say_why
from bench.house import house
from bench.machine import machine
from tests.provision import nginx, wrk


def reads(
    folder: Path, options: argparse.Namespace, tell: Callable[[str], None]
) -> tuple[str, dict[str, Any]] | None:
    """The report and its figures; None where it stopped, which is said then. Raises Missing."""
    from bench.reads import site as parts

    # Asked first: to start all the rest takes a while.
    wrk.executable(), nginx.executable()
    ports = parts.ports()
    tell("PostgreSQL, Redis and the stand-in")
    with house(folder, **parts.environment(ports)) as running:
        # These define or import models, and so need Django set up.
        from bench.reads.plan import Wish, measure
        from bench.reads.report import goals, render
        from bench.seed import seed

        on = machine(str(running.observer.value("SHOW server_version")).split()[0])
        wish = (
            Wish(rounds=1, seconds=1, connections=2_000, recipients=20_000, samples=8)
            if options.short
            else Wish(rounds=15, seconds=1, connections=2_000, recipients=300_000, samples=30)
        )
        tell(f"{wish.recipients:,} subscribers into the database")
        town = seed([wish.recipients])
        tell("nginx, the application, the usual way, workers")
        with parts.site(running, ports) as site:
            try:
                result = measure(site, town, wish, tell)
            except (TimeoutError, OSError) as error:
                say_why(folder, error)
                return None
        figures = asdict(result) | {
            "machine": on,
            "goals": [asdict(goal) for goal in goals(result)],
        }
        return render(result, on), figures
