"""Where help is to be had while it lasts: a tanker to fetch water from, a room to get warm in.

Lines as the editor wrote them, in the site's own language: a place's name, and when or what if that
matters ("Äspereds skola, dygnet runt"). They are not translated; what stands above them is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notify.alerts import tidy

MOST, LONGEST_LINE = 12, 120
"""How many lines there can be, and how long each, in characters."""

HEADINGS: dict[str, Promise] = {
    "water": gettext_lazy("Here you can fetch drinking water"),
    "heating": gettext_lazy("Here you can get warm"),
}
"""What stands above the lines, by a service's short name."""
ANY = gettext_lazy("Here you can get help")
"""For a service that has no heading of its own."""


def help_heading(service: str) -> Promise:
    """What stands above the lines of an alert on a service (its short name), in the active language."""
    return HEADINGS.get(service, ANY)


def frozen_help(lines: Iterable[str]) -> list[str]:
    """The lines as they are stored: tidy, none empty, none twice whatever its capitals."""
    kept: dict[str, str] = {}
    for one in map(tidy.line, lines):
        if one:
            kept.setdefault(one.casefold(), one)
    return list(kept.values())


def help_objections(lines: Sequence[str], *, ending: bool) -> Iterator[str]:
    """Why the lines, as they would be stored, cannot be said; as sentences.

    ending: it goes with an all-clear, after which no tanker is left.
    """
    if ending and lines:
        yield _("When it is over there is nowhere to send people for help.")
    elif len(lines) > MOST:
        yield _("There are %(count)d places; at most %(most)d fit.") % {
            "count": len(lines),
            "most": MOST,
        }
    else:
        for one in lines:
            if len(one) > LONGEST_LINE:
                yield _("“%(line)s…” is %(length)d characters long; at most %(longest)d fit.") % {
                    "line": one[:30],
                    "length": len(one),
                    "longest": LONGEST_LINE,
                }
