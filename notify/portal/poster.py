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


def is_long(reading: Reading, phrases: Sequence[Phrase]) -> bool:
    """Whether it says more than fits on one page in large print."""
    headline, instruction = reading.headline.text, reading.instruction.text
    letters = 2 * len(headline) + len(instruction) + LETTERS_OF_PHRASE * len(phrases)
    return letters > FEW_LETTERS or instruction.count("\n") >= FEW_LINES


def code_for(address: str) -> bytes:
    """A QR code (ISO/IEC 18004) that leads to the address, as SVG without scripts or styles.

    Level Q: a quarter of it may be torn or dirty, and it is still read.
    """
    drawing = io.BytesIO()
    segno.make_qr(address, error="q").save(
        drawing, kind="svg", omitsize=True, light="#fff", svgclass=None, lineclass=None
    )
    return drawing.getvalue()
