"""What people write back to us, in Swedish or English, however they spell it.

Leaving must be easy and staying must not end by chance: STOPP counts wherever it stands in a short
message, but "stoppa inte" and "det är stopp i avloppet" are no goodbyes.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum


class Keyword(Enum):
    """What somebody means."""

    STOP = "stop"
    """To hear no more of what the last message was about."""
    STOP_ALL = "stop all"
    """To hear nothing more."""
    START = "start"
    INFO = "info"
    HELP = "help"


SIGNS = frozenset({"stopp", "stop", "stopall", "unsubscribe", "optout"})
"""Words that mean STOP at the beginning of any message, and anywhere in a short one."""

WISHES = frozenset(
    {
        "sluta", "avsluta", "avregistrera", "avbryt", "avbryta", "avanmal", "avanmala", "avboka",
        "avprenumerera", "cancel", "end", "quit", "revoke",
    }
)  # fmt: skip
"""Words that mean STOP when a message begins with them, unless "inte" or its like comes next."""

ONE_PLACE = frozenset({"stopp", "stop", "stoppa", "avsluta", "sluta", "avbryt"})
"""What ends one place, if it is all that is written. Whoever writes more, or another word that means
STOP, wants to be left alone: to end too much can be undone with one word, too little annoys again."""

WHOLE = {
    "stoppa": Keyword.STOP,
    "start": Keyword.START,
    "starta": Keyword.START,
    "unstop": Keyword.START,
    "fortsatt": Keyword.START,
    "resume": Keyword.START,
    "info": Keyword.INFO,
    "status": Keyword.INFO,
}
"""Words that mean something only when they are all that is written, but for courtesies."""

CALLS = frozenset({"hjalp", "help"})
"""Words that ask for help when a message begins with them."""

WORDS = (
    dict.fromkeys(SIGNS | WISHES, Keyword.STOP_ALL)
    | dict.fromkeys(ONE_PLACE, Keyword.STOP)
    | dict.fromkeys(CALLS, Keyword.HELP)
    | WHOLE
)
"""Each word by what it means when it is the whole message, spelt as it is compared."""

SHORT = 40
"""Characters of a message that is hardly about anything but its keyword."""

GREETINGS = frozenset(
    {"hej", "hejsan", "halla", "hi", "hello", "snalla", "vanligen", "please", "jag", "vi", "vill"}
)
COURTESIES = frozenset({"tack", "nu", "please", "thanks", "sms", "smsen", "utskick", "utskicken"})
NEGATIONS = frozenset({"inte", "ej", "icke", "aldrig", "not", "never", "dont", "don", "t"})
# "Det är stopp i avloppet", "helt stopp", "the bus stop": a thing, and no wish.
BEFORE_A_THING = NEGATIONS | {
    "ar", "blir", "blev", "blivit", "var", "ett", "helt", "totalt", "inget", "nagot",
    "the", "a", "is", "bus", "non",
}  # fmt: skip
ABOUT = frozenset({"om", "for", "about"})
AFTER_A_THING = frozenset({"i", "pa", "vid", "in", "at", "on"})
TAKE_AWAY = re.compile(r"\b(?:ta bort (?:mig|oss|mitt|numret|nummer)|remove me|opt out)\b")

_WORD = re.compile(r"[^\W\d_]+")
# Letters apart: "S T O P P", "S.T.O.P". Two would be "i å".
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][\s.\-_*]+){2,}[^\W\d_](?![^\W_])")


def keyword(body: str) -> Keyword | None:
    """What a message asks for, or None.

    Case, surrounding signs, å/ä/ö written as a/a/o, letters apart and signs that nobody sees are
    forgiven: "Hjälp!" is "HJALP", and "S T O P P" is "stopp".
    """
    plain = plainly(body)
    words = _WORD.findall(plain)
    said = [word for word in words if word not in COURTESIES | GREETINGS]
    if _leaves(words, short=len(plain.strip()) <= SHORT):
        return Keyword.STOP if len(said) == 1 and said[0] in ONE_PLACE else Keyword.STOP_ALL
    if words and words[0] in CALLS:
        return Keyword.HELP
    return WHOLE.get(said[0]) if len(said) == 1 else None


def beside_stop(body: str) -> list[str]:
    """The words that follow a STOPP for one place, plainly: "STOPP för Äspered!" is ["aspered"].

    Empty if it does not begin with such a word.
    """
    said = [word for word in words_of(body) if word not in COURTESIES | GREETINGS]
    if not said or said[0] not in ONE_PLACE:
        return []
    return [word for word in said[1:] if word not in ABOUT]


def words_of(text: str) -> list[str]:
    """Its words as they are compared."""
    return _WORD.findall(plainly(text))


def plainly(body: str) -> str:
    """As it is compared: in small letters, without accents and what nobody sees, spaced letters joined."""
    # Taken apart, "ä" is an "a" and a mark that is no letter; Cf are soft hyphens, joiners, marks.
    taken_apart = unicodedata.normalize("NFKD", body)
    kept = [
        character
        for character in taken_apart
        if not unicodedata.combining(character) and unicodedata.category(character) != "Cf"
    ]
    return _SPACED.sub(lambda found: "".join(_WORD.findall(found[0])), "".join(kept)).casefold()


def _leaves(words: list[str], *, short: bool) -> bool:
    if not words:
        return False
    if words[0] in SIGNS:
        return True
    rest = words.copy()
    while rest and rest[0] in GREETINGS:
        rest.pop(0)
    if rest and rest[0] in WISHES:
        return not (rest[1:] and rest[1] in NEGATIONS)
    return short and (_signs(words) or TAKE_AWAY.search(" ".join(words)) is not None)


def _signs(words: list[str]) -> bool:
    """Whether one of the words is STOPP as a wish, and not as a thing."""
    return any(
        word in SIGNS and before not in BEFORE_A_THING and after not in AFTER_A_THING
        for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False)
    )
