"""``manage.py dispatch [ID]``: watch a dispatch in a terminal, or list the latest ones."""

from __future__ import annotations

import argparse
import shutil
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from notify.dispatch.models import Dispatch
from notify.dispatch.progress import progress
from notify.dispatch.terminal import listing, report

LATEST = 20
EVERY = 1.0
"""Seconds between two looks."""
SELDOM = 30.0
"""Seconds between two lines where nobody watches a terminal: a log is not to fill up."""
UNCUT = 1000
"""Columns where nobody has to go back up."""
UP, CLEAR_DOWN = "\x1b[{}F", "\x1b[J"
"""Terminal control (ECMA-48): to the start of the line so many up; erase what is below."""


class Command(BaseCommand):
    help = (
        "Show how a dispatch is getting on, until it is finished; without an id, the latest ones."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", nargs="?", type=int, help="the dispatch, as the list shows it")
        parser.add_argument("--once", action="store_true", help="print it once, and end")
        parser.add_argument(
            "--every", type=_seconds, default=EVERY, help="seconds between two looks (1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # In one language: the rest of what a command says is English too.
        with translation.override("en"):
            self._show(**options)

    def _show(self, **options: Any) -> None:
        if options["id"] is None:
            latest = Dispatch.objects.select_related("update__alert")[:LATEST]
            self.stdout.write(listing(list(latest)))
            return
        try:
            self._watch(options["id"], once=options["once"], every=options["every"])
        except KeyboardInterrupt:
            # Who watches may leave; the dispatch goes on.
            self.stdout.write("")

    def _watch(self, key: int, *, once: bool, every: float) -> None:
        live = self.stdout.isatty() and not once
        # Not the last column: a terminal may go on to the next line there.
        columns = max(20, shutil.get_terminal_size().columns - 1) if live else UNCUT
        every = every if live else max(every, SELDOM)
        drawn = 0
        while True:
            dispatch = Dispatch.objects.select_related("update__alert").filter(pk=key).first()
            if dispatch is None:
                raise CommandError(
                    f"There is no dispatch {key}. Without an id the latest are listed."
                )
            seen = progress(dispatch)
            text = report(dispatch, seen, columns)
            self.stdout.write((UP.format(drawn) + CLEAR_DOWN if live and drawn else "") + text)
            self.stdout.flush()
            if once or all(one.finished for one in seen):
                return
            drawn = text.count("\n") + 1
            time.sleep(every)


def _seconds(written: str) -> float:
    seconds = float(written)
    if not 0.1 <= seconds <= 3600:
        raise argparse.ArgumentTypeError("give 0.1 to 3600 seconds")
    return seconds
