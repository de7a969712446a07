"""What people write back to us, in Swedish or English, however they spell it."""

from __future__ import annotations

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
    "hjalp": Keyword.HELP,
    "help": Keyword.HELP,
    "info": Keyword.HELP,
}


def keyword(body: str) -> Keyword | None:
    """The keyword a message begins with, or None.

    Case, surrounding signs, and å/ä/ö written as a/a/o are forgiven: "Hjälp!" is "HJALP".
    """
    first = body.strip().split(maxsplit=1)[:1]
    if not first:
        return None
    plain = unicodedata.normalize("NFKD", first[0]).casefold()
    letters = "".join(character for character in plain if character.isalpha())
    return WORDS.get(letters)
