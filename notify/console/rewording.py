"""What a correction changes, word by word, and who changed it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from notify.alerts.content import PARTS, Words
from notify.alerts.models import Correction, Update
from notify.console.forms.words import LABELS


@dataclass(frozen=True, slots=True)
class Rewording:
    """One part of the words that is changed. language: a code; html: what goes struck, what comes marked."""

    label: str
    language: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction as the alert's history tells of it."""

    made: Correction
    rewordings: list[Rewording]


def corrected(update: Update) -> list[Corrected]:
    """The corrections of an update, the latest first; prefetch ``corrections`` with their authors."""
    made = list(update.corrections.all())
    before = [update.words, *(one.words for one in made)]
    told = [
        Corrected(one, rewordings(old, one.words)) for old, one in zip(before, made, strict=False)
    ]
    return told[::-1]


def rewordings(before: Words, after: Words) -> list[Rewording]:
    """Every part of the words that differs, language by language."""
    return [
        Rewording(f"{LABELS[part]} ({name})", language, _marked(old, new))
        for language, name in settings.LANGUAGES
        for part in PARTS
        for old in [before.get(language, {}).get(part, "")]
        for new in [after.get(language, {}).get(part, "")]
        if old != new
    ]


def _marked(old: str, new: str) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in _pieces(_words(old), _words(new))))


def _words(text: str) -> list[str]:
    """The words of a text, each with the space before it."""
    return re.findall(r"\s*\S+", text)


def _pieces(old: list[str], new: list[str]) -> Iterator[str]:
    for kind, start, end, first, last in SequenceMatcher(None, old, new).get_opcodes():
        gone, come = "".join(old[start:end]), "".join(new[first:last])
        if kind == "equal":
            yield gone
            continue
        # A screen reader says neither element by itself.
        if gone:
            yield _named("{}<del>{}{}</del>", _("Removed:"), gone)
        if come:
            yield _named("{}<ins>{}{}</ins>", _("New:"), come)


def _named(element: str, name: str, text: str) -> SafeString:
    words = text.lstrip()
    hidden = format_html('<span class="visually-hidden">{} </span>', name)
    return format_html(element, text.removesuffix(words), hidden, words)
