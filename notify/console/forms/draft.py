"""The form of an alert that nobody was told of yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notify.alerts.content import AlertContent
from notify.alerts.models import Alert, Area, Service, Template
from notify.alerts.vocabulary import Certainty, Urgency
from notify.console.forms.content import ContentForm, as_it_stands
from notify.console.forms.times import LocalTimeField
from notify.console.forms.versioned import STALE
from notify.console.place_names import name_places, topmost


class DraftForm(ContentForm):
    """A new alert, or a draft that nobody was told of yet."""

    publishing = False
    onset = LocalTimeField(
        label=_("Began, or begins"),
        required=False,
        help_text=_("For a disruption you may leave it empty: then it began now."),
    )
    service = forms.ModelChoiceField(
        label=_("Service"),
        queryset=Service.objects.filter(active=True),
        to_field_name="slug",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose what is disrupted."),
            "invalid_choice": _("There is no such service. Choose from the list."),
        },
    )
    urgency = forms.ChoiceField(
        label=_("Disruption or planned work?"),
        choices=Urgency.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Say whether it is a disruption or planned work."),
            "invalid_choice": _("Choose a disruption or planned work."),
        },
    )
    certainty = forms.ChoiceField(
        choices=Certainty.choices,
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid_choice"), STALE),
    )
    field_order = (
        "version", "key", "certainty", "service", "areas",
        "urgency", "severity", "onset", "expires", "unknown_end", "news_by", "help_at",
    )  # fmt: skip

    def advice_for(self) -> dict[str, Collection[str]]:
        """Whatever a service that can be chosen gives advice about."""
        services = dict(Service.objects.filter(active=True).values_list("slug", "advice"))
        kinds = {kind for found in services.values() for kind in found}
        return {kind: [slug for slug, found in services.items() if kind in found] for kind in kinds}

    @property
    def end_may_wait(self) -> bool:
        """Half-done work may be saved; what goes on to the preview must be whole."""
        return bool(self.data.get("then") == "save")

    def clean(self) -> dict[str, Any]:
        """A disruption without a beginning began now; when work is planned for, nobody can guess."""
        filled = self.cleaned_data
        if "onset" in filled and filled["onset"] is None:
            if filled.get("urgency") == Urgency.FUTURE:
                self.add_error(
                    "onset", gettext("Say when the work begins. You can change it later.")
                )
            else:
                filled["onset"] = timezone.now().replace(second=0, microsecond=0)
        planned = filled.get("urgency") == Urgency.FUTURE
        if planned and not self.end_may_wait and filled.get("unknown_end"):
            sentence = gettext("Planned work needs an end. Say when it should be over.")
            self.add_error("expires", sentence)
        self._refuse_advice_on_others()
        return super().clean()

    def _refuse_advice_on_others(self) -> None:
        """Without scripts, advice for every service stands in the form."""
        service = self.cleaned_data.get("service")
        if service is None:
            return
        for kind in self.advice():
            if kind not in service.advice:
                sentence = gettext("This does not belong to %(service)s. Choose no advice.")
                self.add_error(f"advice_{kind}", sentence % {"service": service})

    def content(self) -> AlertContent:
        """What was filled in; planned work is never more than likely."""
        filled = self.cleaned_data
        areas = topmost(filled["areas"])
        planned = filled["urgency"] == Urgency.FUTURE
        return AlertContent(
            service=filled["service"],
            areas=areas,
            severity=filled["severity"],
            urgency=filled["urgency"],
            onset=filled["onset"],
            expires=filled["expires"],
            news_by=filled["news_by"],
            words=name_places(self.words(), areas),
            certainty=Certainty.LIKELY if planned else filled["certainty"],
            advice=self.advice(),
            help_at=filled["help_at"],
        )

    @classmethod
    def starting_from(cls, template: Template | None) -> DraftForm:
        """A form for a new alert with what the template says, begun now."""
        initial: dict[str, Any] = {
            "onset": timezone.now().replace(second=0, microsecond=0),
            "certainty": Certainty.OBSERVED,
            "urgency": Urgency.IMMEDIATE,
        }
        if template is None:
            return cls(initial=initial)
        initial |= {
            "service": template.service.slug,
            "severity": template.severity,
            "urgency": template.urgency,
            "certainty": template.certainty,
        }
        if template.urgency == Urgency.FUTURE:
            del initial["onset"]
        return cls(initial=initial, words=template.words, advice=template.advice)

    @classmethod
    def after(cls, alert: Alert, areas: Sequence[Area]) -> DraftForm:
        """A form for a new alert that begins where one ended too early: the same, now, and open-ended.

        areas: where it is not over; none for all of them.
        """
        initial = as_it_stands(alert) | {
            "service": alert.service.slug,
            "urgency": Urgency.IMMEDIATE,
            "certainty": Certainty.OBSERVED,
            "onset": timezone.now().replace(second=0, microsecond=0),
            "expires": None,
            "unknown_end": True,
        }
        if areas:
            initial["areas"] = list(areas)
        return cls(initial=initial, words=alert.words, advice=alert.advice)

    @classmethod
    def of(cls, alert: Alert) -> DraftForm:
        """A form that says what the draft says."""
        initial = as_it_stands(alert) | {
            "service": alert.service.slug,
            "urgency": alert.urgency,
            "certainty": alert.certainty,
        }
        return cls(alert=alert, initial=initial, words=alert.words, advice=alert.advice)
