"""The place in docs/performance.md that a run may overwrite, and nothing beside it."""

from __future__ import annotations

from pathlib import Path

from notify.demo.children import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- script/bench fanout --write-docs: begin -->", "<!-- end -->"


def write_into(page: Path, report: str) -> None:
    """Put the report between the two marks. Raises ValueError when the page has not both."""
    text = page.read_text()
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name} has no place for the figures: {BEGIN} … {END}")
    page.write_text(f"{before}{begin}\n\n{report}\n\n{end}{after}")
