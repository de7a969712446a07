"""The words of an alert in the reader's language, saying so where only the site's own language has them."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language

from notify.alerts import content
from notify.alerts.models import Content


@dataclass(frozen=True, slots=True)
class Words:
    """A text and the language that it is in; ``foreign`` when that is not the page's."""

    text: str
    language: str
    foreign: bool

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an alert or an update says, part by part.

    Each part falls back alone: an instruction that was not translated is still worth more than none.
    """

    headline: Words
    description: Words
    instruction: Words

    @classmethod
    def of(cls, said: Content) -> Reading:
        """The reading for the active language."""
        return cls.in_words(said.words)

    @classmethod
    def in_words(cls, words: content.Words) -> Reading:
        """The reading of words by language, for the active one."""
        return cls(*(_part(words, part) for part in content.PARTS))

    @property
    def foreign(self) -> bool:
        """Whether any of it is in another language than the page."""
        return any(words.foreign for words in (self.headline, self.description, self.instruction))


def _part(words: content.Words, part: str) -> Words:
    page = (get_language() or settings.LANGUAGE_CODE)[:2]
    for language in (page, settings.LANGUAGE_CODE, *words):
        text = words.get(language, {}).get(part, "")
        if text:
            return Words(text, language, foreign=language != page)
    return Words("", page, foreign=False)
