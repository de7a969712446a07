"""What differs between two contents, in words: for somebody who was overtaken by a colleague."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notify.alerts.content import PARTS, AlertContent
from notify.alerts.vocabulary import Severity, Urgency
from notify.console.forms.words import LABELS


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two people say differently, as each of them says it."""

    label: str
    theirs: str
    yours: str


def differences(theirs: AlertContent, yours: AlertContent) -> list[Difference]:
    """Everything that the two say differently; empty if they say the same."""
    pairs = zip(_said(theirs), _said(yours), strict=True)
    return [
        Difference(label, before, after)
        for (label, before), (_l, after) in pairs
        if before != after
    ]


def clock(moment: datetime | None) -> str:
    """Date and time on the wall clock, or that nobody knows."""
    if moment is None:
        return _("Nobody knows yet")
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def _said(content: AlertContent) -> Iterator[tuple[str, str]]:
    yield _("Service"), str(content.service)
    yield _("Areas"), ", ".join(sorted(area.name for area in content.areas))
    yield _("Disruption or planned work?"), str(Urgency(content.urgency).label)
    yield _("How serious is it?"), str(Severity(content.severity).label)
    yield _("Began, or begins"), clock(content.onset)
    yield _("Expected to be over"), clock(content.expires)
    words = content.frozen_words()
    for language, name in settings.LANGUAGES:
        for part in PARTS:
            yield f"{LABELS[part]} ({name})", words.get(language, {}).get(part, "")
