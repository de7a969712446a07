"""The words of an alert, a set of fields for each language of the site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notify.alerts.content import LONGEST, PARTS, Words
from notify.console.place_names import Joining, joining

LABELS = {
    "headline": _("Headline"),
    "description": _("What has happened"),
    "instruction": _("What people should do"),
}


@dataclass(frozen=True, slots=True)
class LanguageFields:
    """The fields of one language. own: it is the site's own, which must be filled in."""

    code: str
    name: str
    own: bool
    headline: BoundField
    description: BoundField
    instruction: BoundField

    def __iter__(self) -> Iterator[BoundField]:
        return iter((self.headline, self.description, self.instruction))

    @property
    def written(self) -> bool:
        """Whether anything is written in it."""
        return any(field.value() for field in self)

    @property
    def joining(self) -> Joining:
        """How the language joins names, for ``words.js``."""
        return joining(self.code)


class WordsField(forms.CharField):
    """One part of the words, with line ends as ``\\n``: a ``\\r`` costs its place in an SMS."""

    def __init__(self, part: str, *, own: bool) -> None:
        # A headline too: what does not fit on a line of a phone is seen whole, not cut.
        widget = forms.Textarea(attrs={"rows": 2 if part == "headline" else 4})
        super().__init__(
            label=LABELS[part],
            required=False,
            max_length=LONGEST[part],
            widget=widget,
            error_messages={
                "max_length": _(
                    "This is %(show_value)d characters long; at most %(limit_value)d fit."
                )
            },
        )
        # A browser cuts off what is pasted beyond maxlength, and says nothing. Count instead.
        self.widget.attrs.pop("maxlength", None)
        self.widget.attrs |= {"data-count": LONGEST[part], "autocomplete": "off"}
        if own and part == "headline":
            self.widget.attrs["aria-required"] = "true"

    def to_python(self, value: Any) -> str:
        """The text, trimmed."""
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


class WordsForm(forms.Form):
    """Headline, description and instruction in each language: ``sv_headline``, ``en_headline``…"""

    def __init__(self, data: Any = None, *, words: Words | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = _flat(words or {}) | dict(kwargs.get("initial") or {})
        super().__init__(data, **kwargs)
        for language, _name in settings.LANGUAGES:
            for part in PARTS:
                own = language == settings.LANGUAGE_CODE
                field = WordsField(part, own=own)
                field.widget.attrs["lang"] = language
                self.fields[f"{language}_{part}"] = field

    @property
    def languages(self) -> list[LanguageFields]:
        """The fields, language by language, for a template."""
        return [
            LanguageFields(
                language,
                str(name),
                language == settings.LANGUAGE_CODE,
                *(self[f"{language}_{part}"] for part in PARTS),
            )
            for language, name in settings.LANGUAGES
        ]

    def words(self) -> dict[str, dict[str, str]]:
        """What was written, by language and part; languages without a word are left out."""
        texts = {
            language: {part: self.cleaned_data.get(f"{language}_{part}", "") for part in PARTS}
            for language, _name in settings.LANGUAGES
        }
        return {language: parts for language, parts in texts.items() if any(parts.values())}

    def clean(self) -> dict[str, Any]:
        """Ask for a headline in the site's own language, and in each language that was begun."""
        cleaned = super().clean() or self.cleaned_data
        begun = {settings.LANGUAGE_CODE, *self.words()}
        for language, name in settings.LANGUAGES:
            field = f"{language}_headline"
            if language in begun and field in cleaned and not cleaned[field]:
                sentence = gettext("Write a headline in %(language)s.") % {"language": name}
                self.add_error(field, sentence)
        return cleaned

    def refuse(self, error: ValidationError) -> None:
        """Put what the alerts or the channels object to beside the fields it is about."""
        for field, sentences in by_field(error).items():
            for sentence in sentences:
                self._place(field, sentence)

    def _place(self, field: str, sentence: str) -> None:
        # Words are many fields here: the form has its own, finer sentences for most of it.
        name = f"{settings.LANGUAGE_CODE}_headline" if field == "words" else field
        if name not in self.fields:
            self.add_error(None, sentence)
        elif sentence not in self.errors.get(name, []):
            self.add_error(name, sentence)


def by_field(error: ValidationError) -> Mapping[str, list[str]]:
    """The sentences of a ValidationError by field; those about no field under ``""``."""
    if hasattr(error, "error_dict"):
        return error.message_dict
    return {"": error.messages}


def _flat(words: Words) -> dict[str, str]:
    return {
        f"{language}_{part}": text
        for language, texts in words.items()
        for part, text in texts.items()
    }
