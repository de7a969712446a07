"""Areas as a person would name them in a headline. ``words.js`` says the same while typing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, override

from notify.alerts.models import Area

PLACEHOLDER = "{areas}"
NAMED = 4
"""So many areas are named one by one; of more, one fewer is named and the others counted."""


def topmost(areas: Iterable[Area]) -> list[Area]:
    """The areas without those that lie in another one of them, in the order of their paths."""
    chosen: list[Area] = []
    for area in sorted(areas, key=lambda one: one.path):
        if not (chosen and area.path.startswith(chosen[-1].path)):
            chosen.append(area)
    return chosen


def is_whole(area: Area) -> bool:
    """Whether it is a municipality rather than a place in one."""
    return area.kind == "municipality"


@dataclass(frozen=True, slots=True)
class Joining:
    """How a language names areas.

    pair: with %(first)s and %(last)s; more: with %(count)s; whole: a municipality, with %(name)s.
    """

    pair: str
    more: str
    whole: str


def joining(language: str) -> Joining:
    """How that language joins names."""
    with override(language):
        return Joining(
            gettext("%(first)s and %(last)s"),
            gettext("%(count)s more areas"),
            # A municipality and the town in it often share a name.
            gettext("all of %(name)s"),
        )


def phrase(areas: Sequence[Area], language: str) -> str:
    """The areas' names as part of a sentence: "Äspered, Fristad och Dalsjöfors"."""
    words = joining(language)
    names = [words.whole % {"name": one.name} if is_whole(one) else one.name for one in areas]
    if len(names) > NAMED:
        # At least two are left, so that there is no singular to be told apart.
        left = len(names) - NAMED + 1
        names = [*names[: NAMED - 1], words.more % {"count": left}]
    if len(names) < 2:
        return "".join(names)
    return words.pair % {"first": ", ".join(names[:-1]), "last": names[-1]}


def name_places(
    words: Mapping[str, Mapping[str, str]], areas: Sequence[Area]
) -> dict[str, dict[str, str]]:
    """The words with ``{areas}`` replaced by the areas' names, in each text's own language."""
    return {
        language: {
            part: text.replace(PLACEHOLDER, phrase(areas, language)) for part, text in texts.items()
        }
        for language, texts in words.items()
    }
