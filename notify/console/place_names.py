"""Areas as a person would name them in a headline. ``words.js`` says the same while typing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext, ngettext, override

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


def phrase(areas: Sequence[Area], language: str) -> str:
    """The areas' names as part of a sentence: "Äspered, Fristad och Dalsjöfors"."""
    names = [area.name for area in areas]
    with override(language):
        if len(names) > NAMED:
            rest = len(names) - NAMED + 1
            more = ngettext("%(count)d more area", "%(count)d more areas", rest) % {"count": rest}
            names = [*names[: NAMED - 1], more]
        if len(names) < 2:
            return "".join(names)
        first = ", ".join(names[:-1])
        return gettext("%(first)s and %(last)s") % {"first": first, "last": names[-1]}


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
