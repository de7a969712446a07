"""Words as every format can carry them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

# XML 1.0 section 2.2 allows Tab, LF, CR and everything from U+0020 but surrogates, U+FFFE, U+FFFF.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """The text without characters that XML forbids, and with LF as its only line break.

    One form feed pasted from a PDF would otherwise break the whole feed for everybody; PostgreSQL
    refuses U+0000, and UTF-8 a lone surrogate.
    """
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_json(value: Any) -> Any:
    """The same JSON value with every string in it cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): clean_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(part) for part in value]
    return value


def json_bytes(value: Any) -> bytes:
    """The JSON value, cleaned, as compact UTF-8."""
    return json.dumps(clean_json(value), ensure_ascii=False, separators=(",", ":")).encode()


def paragraphs(text: str) -> list[list[str]]:
    """The paragraphs of a text as lists of lines: a blank line ends a paragraph."""
    blocks = re.split(r"\n[ \t]*\n", clean(text))
    lines = [[line.strip() for line in block.split("\n") if line.strip()] for block in blocks]
    return [block for block in lines if block]


def unsaid(sentences: Iterable[str], text: str) -> list[str]:
    """Those of the sentences that the text does not say already, letter for letter."""
    plain = text.casefold()
    return [one for one in sentences if one.rstrip(".").casefold() not in plain]


def says(headline: str, mark: str) -> bool:
    """Whether a headline says already what a mark in front of it would say: "Avhjälpt: … är avhjälpt".

    The mark's first word counts, whatever its last letter: "Planerad" is the "Planerat" of
    "Planerat arbete".
    """
    first = mark.split(maxsplit=1)[0][:-1]
    return re.search(rf"(?<!\w){re.escape(first)}\w?(?!\w)", headline, re.IGNORECASE) is not None
