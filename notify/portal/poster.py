"""An alert's page on paper: one A4 for the stairwell, whatever it has to say."""

from __future__ import annotations

import io
from collections.abc import Sequence

import segno

from notify.alerts.advice import Phrase
from notify.portal.reading import Reading

FEW_LETTERS, FEW_LINES = 360, 4
"""What fits in large print. Beyond that everything is set smaller, rather than on a second page."""
LETTERS_OF_PHRASE = 50
"""How many letters take as much room as a piece of advice with its drawing."""
LETTERS_OF_HEADING, LETTERS_OF_ROW, ROW = 50, 30, 45
"""How many letters take as much room as the heading above where help is to be had, and as each row of that:
a place takes one for every ``ROW`` letters begun."""


def is_long(reading: Reading, phrases: Sequence[Phrase], help_at: Sequence[str] = ()) -> bool:
    """Whether it says more than fits on one page in large print."""
    headline, instruction = reading.headline.text, reading.instruction.text
    letters = 2 * len(headline) + len(instruction) + LETTERS_OF_PHRASE * len(phrases)
    letters += _letters_of_help(help_at)
    return letters > FEW_LETTERS or instruction.count("\n") >= FEW_LINES


def _letters_of_help(lines: Sequence[str]) -> int:
    rows = sum(-(-len(line) // ROW) for line in lines)
    return LETTERS_OF_HEADING + LETTERS_OF_ROW * rows if rows else 0


def code_for(address: str) -> bytes:
    """A QR code (ISO/IEC 18004) that leads to the address, as SVG without scripts or styles.

    Level Q: a quarter of it may be torn or dirty, and it is still read.
    """
    drawing = io.BytesIO()
    segno.make_qr(address, error="q").save(
        drawing, kind="svg", omitsize=True, light="#fff", svgclass=None, lineclass=None
    )
    return drawing.getvalue()
