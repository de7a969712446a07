"""What was typed, as it can be published."""

from __future__ import annotations

import re

# What cannot be published: XML 1.0 section 2.2 has no place for these, so that one of them would
# break the feeds; PostgreSQL refuses U+0000, and UTF-8 a lone surrogate. Nor what turns the direction
# of text around: left open, it turns what others write after it.
_UNPRINTABLE = re.compile(
    "[^\t\n\u0020-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


def text(typed: str) -> str:
    """Trimmed, with LF as the only line break and without characters that cannot be published."""
    return _UNPRINTABLE.sub("", typed.replace("\r\n", "\n").replace("\r", "\n")).strip()


def line(typed: str) -> str:
    """The same, as one line with single spaces."""
    return " ".join(text(typed).split())
