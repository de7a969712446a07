"""A banner as a picture, for sites that allow neither scripts nor frames: the worst alert, in SVG."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from notify.channels.banners.words import health, label, sentences, tone
from notify.channels.notice import Notice
from notify.channels.texts import clean

WIDTH = 360
HEIGHT = 132
LINE = 37
"""Letters of a headline that stand beside each other, at 16 px in the widest of the usual fonts."""
SMALL_LINE = 46
LINES = 2
WIDE = 1.4
"""How much more room a capital takes."""

COLOURS = {
    "extreme": "#85100f",
    "severe": "#7a2d05",
    "moderate": "#5c4300",
    "minor": "#3a4952",
    "work": "#0a4a5a",
    "over": "#1a4f2e",
}
"""As in the style sheet, which a picture does not see."""


def draw(notices: Sequence[Notice], language: str, now: datetime) -> bytes:
    """The picture of the first of the notices, saying how many more there are, and when it was drawn."""
    with translation.override(language):
        context = _alert(notices, language) if notices else _calm()
        drawn = formats.date_format(timezone.localtime(now), pgettext("banner, drawn", "j F H:i"))
        context |= {
            "language": language,
            "width": WIDTH,
            "height": HEIGHT,
            "heading": f"{settings.PUBLISHER_NAME}: {sentences()['heading']}",
            "drawn": _("As of %(time)s") % {"time": drawn},
        }
        return render_to_string("banners/picture.svg", context).strip().encode()


def _alert(notices: Sequence[Notice], language: str) -> dict[str, Any]:
    first, more = notices[0], len(notices) - 1
    spoken = language if first.words.get(language) else first.language
    lines = wrapped(clean(first.in_language(language).headline), LINE, LINES)
    advice = " ".join(health(first, spoken))
    place = ", ".join([first.service_name(language), *(place.name for place in first.places)])
    # Under a headline of two lines there is room for one of them: what to do, rather than where.
    crowded = advice and len(lines) == LINES
    return {
        "colour": COLOURS.get(tone(first), COLOURS["moderate"]),
        "label": label(first),
        "lines": lines,
        "health": wrapped(advice, SMALL_LINE, 1)[0],
        "place": "" if crowded else wrapped(place, SMALL_LINE, 1)[0],
        "more": ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}
        if more
        else "",
    }


def _calm() -> dict[str, Any]:
    return {"colour": COLOURS["over"], "lines": wrapped(sentences()["none"], LINE, LINES)}


def wrapped(text: str, width: int, lines: int) -> list[str]:
    """The text in at most so many lines of that width; what has no room becomes an ellipsis."""
    found: list[str] = []
    rest = " ".join(text.split())
    for _line in range(lines):
        fitting = _fitting(rest, width)
        if fitting == len(rest):
            return [*found, rest]
        space = rest.rfind(" ", 0, fitting + 1)
        end = space if space > 0 else fitting
        found.append(rest[:end])
        rest = rest[end:].lstrip()
    found[-1] = f"{found[-1][: _fitting(found[-1], width - 1)].rstrip()}…"
    return found


def _fitting(text: str, width: int) -> int:
    """How many letters of the text have room."""
    room = float(width)
    for number, letter in enumerate(text):
        room -= WIDE if letter.isupper() or ord(letter) > 0x2E80 else 1
        if room < 0:
            return max(number, 1)
    return len(text)
