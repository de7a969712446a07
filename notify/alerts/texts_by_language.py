"""Texts kept by language in one JSON column, edited as one field per language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from notify.alerts.advice import Kind, of_kind
from notify.alerts.content import LONGEST, PARTS


def name_fields() -> dict[str, forms.Field]:
    """``name_sv``, ``name_en``…: the site's own language is required."""
    return {
        f"name_{code}": forms.CharField(
            label=_("Name (%(language)s)") % {"language": language},
            max_length=100,
            required=code == settings.LANGUAGE_CODE,
        )
        for code, language in settings.LANGUAGES
    }


def word_fields() -> dict[str, forms.Field]:
    """``sv_headline``, ``sv_description``…: only the headline in the site's own language is required."""
    labels = {
        "headline": _("Headline (%(language)s)"),
        "description": _("Description (%(language)s)"),
        "instruction": _("Instruction (%(language)s)"),
    }
    return {
        f"{code}_{part}": forms.CharField(
            label=labels[part] % {"language": language},
            max_length=LONGEST[part],
            required=code == settings.LANGUAGE_CODE and part == "headline",
            widget=forms.TextInput(attrs={"size": 80})
            if part == "headline"
            else forms.Textarea(attrs={"rows": 4, "cols": 80}),
            help_text=_("“{areas}” stands for the names of the areas.")
            if part == "headline"
            else "",
        )
        for code, language in settings.LANGUAGES
        for part in PARTS
    }


def kinds_field() -> forms.Field:
    """``advice`` of a service: the kinds that its alerts can give."""
    return forms.MultipleChoiceField(
        label=_("Advice"),
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What alerts on this service can give advice about."),
    )


def phrase_fields() -> dict[str, forms.Field]:
    """``advice_drink``…: a phrase of each kind, or none."""
    return {
        f"advice_{kind.value}": forms.ChoiceField(
            label=_("Advice: %(kind)s") % {"kind": kind.label},
            choices=[("", "–"), *((phrase.key, phrase.words) for phrase in of_kind(kind))],
            required=False,
        )
        for kind in Kind
    }


if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:  # Django's own class takes no type while running
    ModelForm = forms.ModelForm


class NamesForm(ModelForm):
    """A model's ``names`` as one field per language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        kwargs["initial"] = self.texts_of(instance) | dict(kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def texts_of(self, instance: Model | None) -> dict[str, str]:
        """Initial values of the fields."""
        names = getattr(instance, "names", None) or {}
        return {f"name_{code}": text for code, text in names.items()}

    def save(self, commit: bool = True) -> Any:
        """Put the fields back into the column, languages without a name left out."""
        named = ((code, self.cleaned_data[f"name_{code}"]) for code, _name in settings.LANGUAGES)
        self.instance.names = {code: name for code, name in named if name}
        return super().save(commit)


class TemplateForm(NamesForm):
    """A template's ``names`` and ``words`` as one field per language and part, its ``advice`` as one per kind."""

    def texts_of(self, instance: Model | None) -> dict[str, str]:
        """Initial values of the fields."""
        words: dict[str, dict[str, str]] = getattr(instance, "words", None) or {}
        flat = {
            f"{code}_{part}": text for code, texts in words.items() for part, text in texts.items()
        }
        advice = getattr(instance, "advice", None) or {}
        chosen = {f"advice_{kind}": key for kind, key in advice.items()}
        return super().texts_of(instance) | flat | chosen

    def save(self, commit: bool = True) -> Any:
        """Put the fields back into the columns, languages without a word left out."""
        words = {
            code: {part: self.cleaned_data[f"{code}_{part}"] for part in PARTS}
            for code, _name in settings.LANGUAGES
        }
        self.instance.words = {code: texts for code, texts in words.items() if any(texts.values())}
        advice = {kind: self.cleaned_data[f"advice_{kind}"] for kind in Kind.values}
        self.instance.advice = {kind: key for kind, key in advice.items() if key}
        return super().save(commit)


# The admin asks a form's class for its fields, so they are made with it.
ServiceTexts = type("ServiceTexts", (NamesForm,), name_fields() | {"advice": kinds_field()})
TemplateTexts = type(
    "TemplateTexts", (TemplateForm,), name_fields() | word_fields() | phrase_fields()
)
