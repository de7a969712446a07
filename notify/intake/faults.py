"""Why something is not taken in, and what could not be carried on exactly: sentences for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

Sentences = Mapping[str, Sequence[str]]
"""Sentences by language code."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. field: the element that it is about; line: where, from 1; 0 for nowhere."""

    field: str
    sentence: str
    line: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.sentence
        return _("Line %(line)d: %(sentence)s") % {"line": self.line, "sentence": self.sentence}


class Refused(Exception):
    """It is not taken in, and nothing is written. ``faults`` say why, to whoever sent it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(" ".join(map(str, faults)))
        self.faults = faults


class Unreadable(Refused):
    """It is not even a document that can be read."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What could not be carried on exactly: such a message is never published without an editor."""

    words: Promise
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.words) % self.values


def in_each_language(remarks: Iterable[Remark]) -> dict[str, list[str]]:
    """The sentences in every language of the site, each once."""
    known = list(remarks)
    said: dict[str, list[str]] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            said[language] = list(dict.fromkeys(map(str, known)))
    return said
