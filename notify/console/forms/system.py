"""Registering a receiving system, or changing what it is told."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notify.alerts.models import Area, Service
from notify.channels.webhooks.endpoints import LONGEST_URL, BadAddress, Wanted, check_url
from notify.channels.webhooks.models import Endpoint
from notify.console.forms.areas import AreasForm
from notify.console.forms.versioned import STALE
from notify.console.place_names import topmost


class SystemForm(AreasForm):
    """Name, address, and what it wants to hear of."""

    key = forms.UUIDField(
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid"), STALE),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("What you call it here, such as “The city’s intranet”."),
        error_messages={
            "required": _("Give it a name."),
            "max_length": _("A name has at most 80 characters."),
        },
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_URL,
        help_text=_("Where it takes requests, as https://example.se/alerts."),
        widget=forms.TextInput(
            attrs={"type": "url", "inputmode": "url", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Write the address that is to be told."),
            "max_length": _("Write a whole address, as https://example.se/alerts."),
        },
    )
    services = forms.ModelMultipleChoiceField(
        label=_("Services"),
        queryset=Service.objects.filter(active=True),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none to tell it of every service."),
        error_messages={
            "invalid_choice": _("There is no such service. Choose from the list."),
            "invalid_list": _("Choose services from the list."),
        },
    )
    field_order = ("key", "name", "url", "services", "areas")

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), **(initial or {})}, label_suffix="")
        self.fields["areas"].required = False

    def clean_url(self) -> str:
        """An address that requests can be sent to."""
        url: str = self.cleaned_data["url"]
        try:
            check_url(url)
        except BadAddress as bad:
            raise ValidationError(str(bad), code="bad_address") from None
        return url

    def wanted(self) -> Wanted:
        """What was filled in; of an area and its parts the area. Only of a form without errors."""
        filled = self.cleaned_data
        return Wanted(
            filled["name"],
            filled["url"],
            [area.code for area in topmost(filled["areas"])],
            [service.slug for service in filled["services"]],
        )

    @classmethod
    def of(cls, endpoint: Endpoint) -> SystemForm:
        """A form that says what the endpoint is."""
        initial = {
            "name": endpoint.name,
            "url": endpoint.url,
            "areas": list(Area.objects.filter(code__in=endpoint.areas)),
            "services": list(endpoint.services),
        }
        return cls(initial=initial)
