"""What a bench says: in the place in docs/performance.md that it may overwrite, or why it stopped."""

from __future__ import annotations

import sys
from pathlib import Path

from notify.demo.children import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- script/bench {} --write-docs: begin -->", "<!-- end -->"


def write_into(page: Path, what: str, report: str) -> None:
    """Put the report on ``what`` between its two marks. Raises ValueError when the page has not both."""
    text = page.read_text()
    mark = BEGIN.format(what)
    before, begin, rest = text.partition(mark)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name} has no place for the figures: {mark} … {END}")
    page.write_text(f"{before}{begin}\n\n{report}\n\n{end}{after}")


def say_why(folder: Path, error: Exception) -> None:
    """Say on standard error why a bench stopped, and the end of each process's log."""
    logs = (
        f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}"
        for log in sorted(folder.glob("*.log"))
    )
    print(f"The bench stopped. {error}", *logs, sep="\n", file=sys.stderr)
