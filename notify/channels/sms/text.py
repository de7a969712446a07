"""What an SMS holds and what it costs: GSM 03.38 (3GPP TS 23.038) or UCS-2, in segments.

Pure: no settings, no Django. A text that fits the GSM 7-bit alphabet carries 160 characters in one
segment or 153 in each of several; one character outside it makes the whole text UCS-2, which
carries 70 or 67. So one stray dash can double what a whole city's alert costs and how long it takes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

# 3GPP TS 23.038 section 6.2.1, in the order of the table (0x1B is the escape to the extension).
_DEFAULT = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
# Section 6.2.1.1: an escape and a second septet each.
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM_7 = _DEFAULT | _EXTENSION


class Encoding(StrEnum):
    """How the characters travel."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


# Units that one segment holds: alone, and as one of several, where a header takes its part.
_ALONE = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
_PART = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text costs. units: septets in GSM-7, UTF-16 code units in UCS-2. segments: at least 1."""

    encoding: Encoding
    units: int
    segments: int


def measure(text: str) -> Measure:
    """Count the text exactly as it is given; ``normalise`` it first to pay for no typography."""
    encoding = _encoding(text)
    width = _WIDTH[encoding]
    units = sum(map(width, text))
    if units <= _ALONE[encoding]:
        return Measure(encoding, units, 1)
    return Measure(encoding, units, len(_borders(text, encoding)))


def excess(text: str, segments: int) -> int:
    """How many characters at the end do not fit in that many segments (at least 1); 0 if all do."""
    counted = measure(text)
    if counted.segments <= segments:
        return 0
    if segments == 1:
        return _past_one(text, counted.encoding)
    return len(text) - _borders(text, counted.encoding)[segments]


def outside_gsm_7(text: str) -> str:
    """The characters, each once and in order, that make the text UCS-2; "" for a GSM-7 text."""
    return "".join(dict.fromkeys(char for char in text if char not in _GSM_7))


def _encoding(text: str) -> Encoding:
    return Encoding.GSM_7 if _GSM_7.issuperset(text) else Encoding.UCS_2


def _septets(char: str) -> int:
    return 2 if char in _EXTENSION else 1


def _code_units(char: str) -> int:
    return 2 if char > "\uffff" else 1


_WIDTH: dict[Encoding, Callable[[str], int]] = {
    Encoding.GSM_7: _septets,
    Encoding.UCS_2: _code_units,
}


def _borders(text: str, encoding: Encoding) -> list[int]:
    """Where each of several segments begins. A character two units wide goes whole into the next."""
    width, room = _WIDTH[encoding], _PART[encoding]
    begins, left = [0], room
    for position, char in enumerate(text):
        wide = width(char)
        if wide > left:
            begins.append(position)
            left = room
        left -= wide
    return begins


def _past_one(text: str, encoding: Encoding) -> int:
    width, left = _WIDTH[encoding], _ALONE[encoding]
    for position, char in enumerate(text):
        left -= width(char)
        if left < 0:
            return len(text) - position
    return 0


# --- plain words ------------------------------------------------------------------------------

# Only signs that say the same in plain: letters are never changed, a name is spelt as it is spelt.
_PLAIN = {
    "'": "‘’‚‛′´`ʹʼˈ",
    '"': "“”„‟″«»",
    "-": "‐‑‒–—―−•‣⁃·⸺⸻﹣－",
    "->": "→⇒",
    "...": "…",
    "x": "×",
    "1": "¹",
    "2": "²",
    "3": "³",
    "1/2": "½",
    "1/4": "¼",
    "3/4": "¾",
    "/": "⁄∕",
    "<=": "≤",
    ">=": "≥",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\u000b\u000c\u0085\u2028\u2029",
    "": "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff",
}
_TO_PLAIN = {ord(char): plain for plain, chars in _PLAIN.items() for char in chars}
# Other control characters, and halves of a surrogate pair, mean nothing to a phone or to UTF-8.
_TO_PLAIN |= {
    code: "" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t\v\f\x85"
}
_TO_PLAIN |= dict.fromkeys(range(0xD800, 0xE000), "")


def normalise(text: str) -> str:
    """The text as an SMS should carry it, reading the same: composed, plain signs, no odd spaces.

    A decomposed å becomes å, “ ” and ’ straight, – a hyphen, a hard space a space, \\r\\n a newline.
    Spaces at line ends go. Letters that GSM-7 lacks (á, š) stay, and cost what they cost.
    Idempotent.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", lines).translate(_TO_PLAIN))
    return "\n".join(line.strip(" ") for line in plain.split("\n")).strip("\n")
