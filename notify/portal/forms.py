"""What a resident fills in, and what is said when it cannot be right."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from notify.alerts.models import Area, Service
from notify.portal.places import Place, choosable_places
from notify.portal.templatetags.moments import said
from notify.residents.models import Subscriber
from notify.residents.phones import parse_phone
from notify.residents.secrecy import CODE_DIGITS
from notify.residents.services import Wish

PAUSES = (1, 7, 14, 30, 90)
"""Days that a pause may last, today not counted."""


class FormName(forms.UUIDField):
    """Names a filled-in form. Only a program hands in what is no name: it counts as none."""

    widget = forms.HiddenInput

    def to_python(self, value: object) -> Any:
        """The name, or None."""
        try:
            return super().to_python(value)
        except forms.ValidationError:
            return None


class CodeRequestForm(forms.Form):
    """Asks for a code, and nothing else: what the person has to say comes on top of it."""

    # So that a double click sends one code.
    form = FormName(required=False)
    # Of a wait that was asked for, if the person has waited.
    ticket = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["form"].initial = uuid.uuid4


class PhoneForm(CodeRequestForm):
    """A number to send a code to."""

    phone = forms.CharField(
        label=_("Your mobile number"),
        help_text=_("For example 070-123 45 67."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Write your mobile number, like 070-123 45 67."),
            "max_length": _("That is not a phone number. Write it like 070-123 45 67."),
        },
    )

    def clean_phone(self) -> str:
        """The number in E.164."""
        return parse_phone(self.cleaned_data["phone"])


class NewNumberForm(PhoneForm):
    """The number that the messages shall go to instead."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = _("Your new mobile number")


class WantsForm(forms.Form):
    """What somebody wants to hear of at a place: some services or every one, and how much of them."""

    services = forms.MultipleChoiceField(
        label=_("What"),
        help_text=_("Untick what you do not want to hear about."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one service."),
            "invalid_choice": _("There is no such service any more. Choose from the list."),
        },
    )
    serious_only = forms.BooleanField(
        label=_("Only what is serious"),
        help_text=_("What we judge to be severe or extreme. Planned work seldom is."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.offered: list[Service] = list(Service.objects.filter(active=True))
        slugs = [service.slug for service in self.offered]
        _offer(self, "services", list(zip(slugs, map(str, self.offered), strict=True)))
        self.fields["services"].initial = slugs

    def clean_services(self) -> list[Service]:
        """The chosen services; none for every one, so that those added later are included."""
        slugs = set(self.cleaned_data["services"])
        chosen = [service for service in self.offered if service.slug in slugs]
        return [] if len(chosen) == len(self.offered) else chosen


class PlacesForm(WantsForm):
    """Some areas, and what is wanted at each. ``wish()`` is what they add up to."""

    areas = forms.MultipleChoiceField(
        label=_("Where"),
        help_text=_("Choose every area that matters to you: home, work, your parents' house."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one area."),
            "invalid_choice": _("There is no such area any more. Choose from the list."),
        },
    )
    field_order = ("phone", "areas")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places: list[Place] = choosable_places()
        _offer(self, "areas", [(place.area.code, place.label) for place in self.places])

    def clean_areas(self) -> list[Area]:
        """The chosen areas, without those that lie in another chosen one."""
        codes = set(self.cleaned_data["areas"])
        chosen = [place.area for place in self.places if place.area.code in codes]
        return [area for area in chosen if not codes & set(area.path.strip("/").split("/")[:-1])]

    def wish(self) -> Wish:
        """What the form asks for, in the language of the page. Only of a valid form."""
        return Wish(
            self.cleaned_data["areas"],
            self.cleaned_data["services"],
            (get_language() or "")[:2],
            self.cleaned_data["serious_only"],
        )


class SubscribeForm(PlacesForm, PhoneForm):
    """A number, and what whoever has it wants to hear of."""


def own_name(code: str) -> str:
    """What a language calls itself, so that whoever reads no other finds it."""
    name: str = get_language_info(code)["name_local"]
    return capfirst(name)


class LanguageForm(forms.Form):
    """The language of the messages."""

    language = forms.ChoiceField(
        label=_("We write in"),
        choices=[(code, own_name(code)) for code, _name in settings.LANGUAGES],
        error_messages={
            "required": _("Choose a language."),
            "invalid_choice": _("We do not write in that language. Choose another."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class NightsForm(forms.Form):
    """What waits for the morning."""

    nights = forms.ChoiceField(
        label=_("What may wait"),
        choices=Subscriber.Nights.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what may wait for the morning."),
            "invalid_choice": _("Choose what may wait for the morning."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class PauseForm(forms.Form):
    """A morning until which nothing new is told. ``morning()`` is it."""

    until = forms.ChoiceField(
        label=_("No SMS before"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose when you want to get SMS again."),
            "invalid_choice": _("That day has passed. Choose from the list."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        today = timezone.localdate()
        mornings = [_morning(today + timedelta(days)) for days in PAUSES]
        _offer(self, "until", [(f"{one:%Y-%m-%d}", said(one)) for one in mornings])

    def morning(self) -> datetime:
        """The chosen morning. Only of a valid form."""
        return _morning(date.fromisoformat(self.cleaned_data["until"]))


def _morning(day: date) -> datetime:
    """When the quiet hours of that night end, by the site's clock."""
    ends = settings.QUIET_HOURS[1]
    return datetime.combine(day, time(ends), timezone.get_current_timezone())


class CodeForm(forms.Form):
    """The six digits from the SMS."""

    code = forms.CharField(
        label=_("The code from the SMS"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "class": "short code",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "spellcheck": "false",
            }
        ),
        error_messages={
            "required": _("Write the six digits from the SMS."),
            "max_length": _("The code is six digits. Check the SMS and try again."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean_code(self) -> str:
        """Six digits, whatever keyboard they came from; what cannot be the code costs no attempt."""
        typed: str = self.cleaned_data["code"]
        digits = "".join(str(int(one)) for one in typed if one.isdecimal())
        if len(digits) != CODE_DIGITS:
            raise forms.ValidationError(_("The code is six digits. Check the SMS and try again."))
        return digits


class EraseForm(forms.Form):
    """Makes sure of what cannot be undone."""

    sure = forms.BooleanField(
        label=_("Yes, erase everything."),
        error_messages={"required": _("Tick the box first: it cannot be undone.")},
    )


def _offer(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
    field.choices = choices
