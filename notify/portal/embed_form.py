"""What somebody with a site of their own may choose for a banner there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from notify.alerts.models import Service
from notify.portal.embedding import Embed
from notify.portal.forms import own_name
from notify.portal.places import choosable_places


class EmbedForm(forms.Form):
    """What a banner shows, and how. Nothing ticked is everything."""

    areas = forms.MultipleChoiceField(
        label=_("Areas"),
        help_text=_("Leave all unticked for everything that we tell."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("There is no such area any more. Choose from the list.")
        },
    )
    services = forms.MultipleChoiceField(
        label=_("What"),
        help_text=_("Leave all unticked for every service."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("There is no such service any more. Choose from the list.")
        },
    )
    lang = forms.ChoiceField(
        label=_("Language"),
        widget=forms.RadioSelect,
        choices=[(code, own_name(code)) for code, _name in settings.LANGUAGES],
        error_messages={
            "required": _("Choose a language."),
            "invalid_choice": _("Choose a language."),
        },
    )
    theme = forms.ChoiceField(
        label=_("Colours"),
        widget=forms.RadioSelect,
        required=False,
        choices=[
            ("light", _("Always light, for a site that is never dark")),
            ("", _("Light or dark, as the visitor’s device is set")),
        ],
        error_messages={"invalid_choice": _("Choose the colours from the list.")},
    )
    empty = forms.BooleanField(
        label=_("Say so when there are no known disruptions"),
        help_text=_("Otherwise the banner is not seen at all then."),
        required=False,
    )

    def __init__(self, data: Any = None) -> None:
        initial = {"lang": get_language(), "theme": "light"}
        super().__init__(data or None, initial=initial, label_suffix="")
        places = choosable_places()
        services = Service.objects.filter(active=True)
        self._labels = {place.area.code: place.label for place in places}
        self._services = {service.slug: str(service) for service in services}
        self._choices("areas", self._labels)
        self._choices("services", self._services)

    def _choices(self, name: str, labels: dict[str, str]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = labels.items()

    @property
    def embed(self) -> Embed:
        """What was chosen; before anything was, everything in the language of the page."""
        chosen = self.cleaned_data if self.is_bound and self.is_valid() else self.initial
        return Embed(
            areas={code: self._labels[code] for code in chosen.get("areas", ())},
            services={slug: self._services[slug] for slug in chosen.get("services", ())},
            language=chosen["lang"],
            theme=chosen["theme"],
            empty=bool(chosen.get("empty")),
        )
