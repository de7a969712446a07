"""The demo: ``script/demo`` runs until Ctrl-C; ``script/demo --once`` checks the channels and exits."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
from pathlib import Path

import django
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from notify.demo.broker import NoBroker
from notify.demo.children import ROOT, DidNotStart
from notify.demo.claims import folder_in
from notify.demo.places import WISHES
from notify.demo.residents import NUMBERS, Phones, Resident, Stuck, residents, subscribe_all
from notify.demo.stack import Stack, manage, stack

PORTS = (8000, 8001, 8002)
RESIDENTS = 20
FEWEST = len(WISHES)
"""One of each wish: the story tells of three who are concerned, and one who is not."""


def main() -> int:
    """Run the demo; the exit status is 0 if all went well, 1 if not, 130 after Ctrl-C too early."""
    options = _parse()
    signal.signal(signal.SIGTERM, _interrupt)
    terminal = Console(highlight=False)
    try:
        with folder_in(_state()) as folder:
            return _run(folder, terminal, once=options.once, count=options.residents)
    except (DidNotStart, NoBroker, Stuck) as error:
        terminal.print(f"[bold red]The demo stopped.[/] {escape(str(error))}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        terminal.print("\nStopped.")
        return 130


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="check each channel, then exit 0 or 1")
    parser.add_argument(
        "--residents",
        type=_count,
        default=RESIDENTS,
        help=f"how many sign up, {FEWEST} to {NUMBERS} (default: %(default)s)",
    )
    return parser.parse_args()


def _count(written: str) -> int:
    if written.isascii() and written.isdigit() and FEWEST <= int(written) <= NUMBERS:
        return int(written)
    raise argparse.ArgumentTypeError(
        f"{written!r} will not do: give a number, at least {FEWEST} and at most {NUMBERS}"
    )


def _state() -> Path:
    state = ROOT / ".state"
    state.mkdir(exist_ok=True)
    return state


def _interrupt(*_signal: object) -> None:
    raise KeyboardInterrupt


def _run(folder: Path, terminal: Console, *, once: bool, count: int) -> int:
    ports = () if once else PORTS
    with contextlib.ExitStack() as parts:
        with terminal.status("Starting …") as status:
            running = parts.enter_context(
                stack(
                    folder,
                    lambda what: status.update(f"Starting the {what} …"),
                    ports=ports[:2],
                    PUBLISHER_NAME="Borås Energi och Miljö",
                    PUBLISHER_EMAIL="kundservice@example.se",
                    CODE_LIMIT_PER_CLIENT_PER_HOUR="1000",
                    CODE_LIMIT_PER_RANGE_PER_HOUR="1000",
                )
            )
            status.update("Loading Borås …")
            manage(running.environment, "load_city", str(ROOT / "notify/alerts/data/boras"))
        if not once:
            parts.callback(terminal.print, "\nStopping …")
        everybody = _sign_up(running, terminal, count)
        os.environ.update(running.environment)
        django.setup()
        from notify.demo.telling import tell  # needs Django set up

        return tell(running, terminal, everybody, once=once, wait=_wait_for_ctrl_c)


def _sign_up(running: Stack, terminal: Console, count: int) -> list[Resident]:
    """Everybody goes through the public pages; the codes are read off the simulated phones."""
    everybody = residents(count, WISHES)
    done = subscribe_all(everybody, running.web_url, Phones(running.simulator_url))
    return list(track(done, "Residents sign up with a code by SMS", total=count, console=terminal))


def _wait_for_ctrl_c() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


if __name__ == "__main__":
    sys.exit(main())
