"""What people are told to do: for each kind of advice a phrase of the bank, or none."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext_lazy as _

from notify.alerts.advice import Chosen, Kind, Phrase, of_kind


@dataclass(frozen=True, slots=True)
class AdviceGroup:
    """The choice of one kind. services: short names of those that it is for, for ``advice.js``."""

    kind: Kind
    field: BoundField
    services: str

    @property
    def options(self) -> Iterator[tuple[BoundWidget, Phrase | None]]:
        """Each button with what it says; the first says nothing."""
        by_key = {phrase.key: phrase for phrase in of_kind(self.kind)}
        return ((button, by_key.get(button.data["value"])) for button in self.field)


class AdviceForm(forms.Form):
    """A choice of a phrase of each kind, ``advice_drink``…: none unless somebody chooses one."""

    ending = False

    def __init__(self, data: Any = None, *, advice: Chosen | None = None, **kwargs: Any) -> None:
        chosen = {_field(kind): (advice or {}).get(kind, "") for kind in Kind}
        kwargs["initial"] = chosen | dict(kwargs.get("initial") or {})
        super().__init__(data, **kwargs)
        self._for_kind = self.advice_for()
        for kind in self._kinds():
            self.fields[_field(kind)] = forms.ChoiceField(
                label=kind.label,
                required=False,
                choices=[("", _("No advice")), *self._choices(kind)],
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": _("Choose from the list.")},
            )

    def advice_for(self) -> dict[str, Collection[str]]:
        """The kinds to choose from, each with the short names of the services that it is for."""
        raise NotImplementedError

    @property
    def advice_groups(self) -> list[AdviceGroup]:
        """The choices, for a template."""
        return [
            AdviceGroup(kind, self[_field(kind)], " ".join(self._for_kind[kind]))
            for kind in self._kinds()
        ]

    def advice(self) -> dict[str, str]:
        """What was chosen: kind → key. Only of a form without errors in its fields."""
        chosen = ((kind.value, self.cleaned_data.get(_field(kind))) for kind in self._kinds())
        return {kind: key for kind, key in chosen if key}

    def _kinds(self) -> list[Kind]:
        return [kind for kind in Kind if kind in self._for_kind and self._choices(kind)]

    def _choices(self, kind: Kind) -> list[tuple[str, Any]]:
        return [(phrase.key, phrase.words) for phrase in of_kind(kind, ending=self.ending)]


def _field(kind: str) -> str:
    return f"advice_{Kind(kind).value}"
