"""Answers to "Reply 1 if you are still without water", however people put it.

Only read where the question was asked a while ago. What it finds is counted and shown to editors,
who decide: so a figure or a short complaint is enough, and what is unclear is nothing.
"""

from __future__ import annotations

import re

from notify.dispatch.keywords import NEGATIONS, plainly

LONGEST = 160
"""Characters of a message that is hardly more than an answer."""

AGREES = frozenset({"ja", "jo", "jajamen", "japp", "jepp", "yes", "yep", "yeah"})
"""First words that say yes."""
DENIES = frozenset({"nej", "na", "no", "nope"})
"""First words that say no, if nothing after them complains."""
WITHOUT = frozenset(
    {"ingen", "inget", "inga", "saknar", "saknas", "utan", "no", "without", "missing", "lack"}
)
"""Words that say that something is lacking, unless one of ``NO_MATTER`` comes next."""
NO_MATTER = frozenset({"problem", "problems", "fara", "worries", "storning", "storningar"})
STILL = frozenset({"fortfarande", "still", "borta", "stromlost"})
"""Words that say that it goes on."""
WORKS = frozenset(
    {
        "funkar", "fungerar", "tillbaka", "igang", "ok", "okej", "bra", "lost", "fixat",
        "works", "working", "back", "fixed", "fine", "good",
    }
)  # fmt: skip
"""Words that say that all is well, unless something in the message says the opposite."""

ASKS = frozenset(
    {"nar", "hur", "vad", "varfor", "kan", "kommer", "when", "how", "what", "why", "is"}
)
"""First words of a question, which says nothing."""

_FIGURE = re.compile(r"\W*0*([0-9])\W*")
_WORD = re.compile(r"[^\W\d_]+")


def lacks(body: str) -> bool | None:
    """Whether somebody says that they are still without it; None when it cannot be told.

    Only who is without it was asked to reply at all, so any single figure but 0 says so.
    """
    plain = plainly(body)
    if figure := _FIGURE.fullmatch(plain):
        return figure[1] != "0"
    words = _WORD.findall(plain)
    if not words or len(plain) > LONGEST:
        return None
    if _complains(words):
        return True
    if words[0] in ASKS or "?" in plain:
        return None
    if words[0] in DENIES or WORKS & set(words):
        return False
    return True if words[0] in AGREES else None


def _complains(words: list[str]) -> bool:
    if words == ["no"]:
        return False
    lacking = any(
        word in WITHOUT and after not in NO_MATTER
        for word, after in zip(words, [*words[1:], ""], strict=True)
    )
    return lacking or bool(set(words) & (STILL | NEGATIONS))
