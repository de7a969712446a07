"""What people write back to us, in Swedish or English, however they spell it."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum


class Keyword(Enum):
    """What somebody means."""

    STOP = "stop"
    HELP = "help"


WORDS = {
    "stopp": Keyword.STOP,
    "stop": Keyword.STOP,
    "stoppa": Keyword.STOP,
    "sluta": Keyword.STOP,
    "avsluta": Keyword.STOP,
    "avregistrera": Keyword.STOP,
    "unsubscribe": Keyword.STOP,
    "stopall": Keyword.STOP,
    "cancel": Keyword.STOP,
    "end": Keyword.STOP,
    "quit": Keyword.STOP,
    "optout": Keyword.STOP,
    "revoke": Keyword.STOP,
    "hjalp": Keyword.HELP,
    "help": Keyword.HELP,
    "info": Keyword.HELP,
}

FIRST_WORD = re.compile(r"[^\W\d_]+")


def keyword(body: str) -> Keyword | None:
    """The keyword a message begins with, or None.

    Case, surrounding signs, and å/ä/ö written as a/a/o are forgiven: "Hjälp!" is "HJALP".
    """
    # Taken apart, "ä" is an "a" and a mark that is no letter.
    marked = unicodedata.normalize("NFKD", body)
    plain = "".join(character for character in marked if not unicodedata.combining(character))
    first = FIRST_WORD.search(plain)
    return WORDS.get(first[0].casefold()) if first else None
