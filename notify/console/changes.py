"""What differs between two contents, in words: for somebody who was overtaken by a colleague."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from notify.alerts.advice import Kind, phrases
from notify.alerts.content import PARTS, AlertContent
from notify.alerts.models import Area
from notify.alerts.vocabulary import Severity, Urgency
from notify.console.area_list import alphabetical
from notify.console.clock import said
from notify.console.forms.words import LABELS
from notify.console.languages import place_of
from notify.console.place_names import is_whole


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two people say differently, as each of them says it."""

    label: str
    theirs: str
    yours: str


def differences(theirs: AlertContent, yours: AlertContent) -> list[Difference]:
    """Everything that the two say differently; empty if they say the same."""
    pairs = zip(_everything(theirs), _everything(yours), strict=True)
    return [
        Difference(label, before, after)
        for (label, before), (_l, after) in pairs
        if before != after
    ]


def left_behind(before: AlertContent, after: AlertContent) -> list[str]:
    """Languages whose words stayed as they were while another's changed, by name.

    At night it is easy to write the news in one language and forget the other.
    """
    old, new = before.frozen_words(), after.frozen_words()
    same = [code for code in sorted(new, key=place_of) if new[code] == old.get(code)]
    names = dict(settings.LANGUAGES)
    return [str(names[code]) for code in same] if len(same) < len(new) else []


def area_label(area: Area) -> str:
    """The area's name; a municipality and the town in it often share one, so it says which."""
    return _("All of %(name)s") % {"name": area.name} if is_whole(area) else area.name


def facts(content: AlertContent) -> Iterator[tuple[str, str]]:
    """Everything but the words, as label and value."""
    yield _("Service"), str(content.service)
    yield (
        _("Areas"),
        ", ".join(sorted((area_label(area) for area in content.areas), key=alphabetical)),
    )
    yield _("Kind"), str(Urgency(content.urgency).label)
    yield _("How serious"), str(Severity(content.severity).label)
    yield _("Began, or begins"), said(content.onset)
    yield (
        _("Expected to be over"),
        said(content.expires) if content.expires else _("Nobody knows yet"),
    )
    yield (
        _("Next update at the latest"),
        said(content.news_by) if content.news_by else _("Nothing is promised"),
    )


def _everything(content: AlertContent) -> Iterator[tuple[str, str]]:
    yield from facts(content)
    words = content.frozen_words()
    for language, name in settings.LANGUAGES:
        for part in PARTS:
            yield f"{LABELS[part]} ({name})", words.get(language, {}).get(part, "")
    said = {phrase.kind: str(phrase.words) for phrase in phrases(content.advice)}
    for kind in Kind:
        yield str(kind.label), said.get(kind, "")
    yield _("Where help is to be had"), "; ".join(content.frozen_help())
