"""What an alert says, as a form: what drafts, updates and last words have in common."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notify.alerts.content import AlertContent
from notify.alerts.models import Alert
from notify.alerts.vocabulary import Severity
from notify.console.forms.advice import AdviceForm
from notify.console.forms.areas import AreasForm
from notify.console.forms.lines import LinesField
from notify.console.forms.times import LocalTimeField
from notify.console.forms.versioned import VersionedForm
from notify.console.forms.words import WordsForm


class AlertForm(VersionedForm, WordsForm, AdviceForm):
    """Words of an alert, checked by the alerts themselves once the fields are right."""

    publishing = True
    ending = False

    def content(self) -> AlertContent:
        """What was filled in. Only of a form without errors in its fields."""
        raise NotImplementedError

    def standing(self) -> AlertContent | None:
        """What it is news of, when it is."""
        return None

    def clean(self) -> dict[str, Any]:
        """Ask the alerts themselves."""
        cleaned = super().clean()
        if not self.errors:
            try:
                self.content().check(
                    publishing=self.publishing, ending=self.ending, standing=self.standing()
                )
            except ValidationError as error:
                self.refuse(error)
        return cleaned


class ContentForm(AreasForm, AlertForm):
    """What drafts and updates share: where, how bad, how long."""

    severity = forms.ChoiceField(
        label=_("How serious is it?"),
        choices=Severity.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Say how serious it is."),
            "invalid_choice": _("Choose how serious it is from the list."),
        },
    )
    onset = LocalTimeField(
        label=_("Began, or begins"), error_messages={"required": _("Say when it began or begins.")}
    )
    expires = LocalTimeField(label=_("Expected to be over"), later=True, required=False)
    news_by = LocalTimeField(
        label=_("Next update at the latest"),
        later=True,
        required=False,
        help_text=_(
            "Leave it empty to promise nothing. Residents see it, and when its time has passed "
            "they read that it is delayed."
        ),
    )
    help_at = LinesField(
        label=_("Where help is to be had"),
        required=False,
        help_text=_(
            "Where people can fetch water, or get warm: one place a line, with when if that matters, "
            "as “Äspereds skola, dygnet runt”. It stands as you write it in every language, on the "
            "residents’ page and in the feeds, not in the SMS."
        ),
    )
    unknown_end = forms.BooleanField(label=_("Nobody knows yet"), required=False)

    @property
    def end_may_wait(self) -> bool:
        """Whether the end may be left for later, as in a draft that is only saved."""
        return False

    def clean(self) -> dict[str, Any]:
        """One of the two: an end, or that nobody knows it."""
        if "expires" in self.cleaned_data:
            end = self.cleaned_data["expires"]
            unknown = self.cleaned_data.get("unknown_end", False)
            if end and unknown:
                sentence = gettext("Choose one: a time, or that nobody knows yet.")
                self.add_error("expires", sentence)
            elif not (end or unknown or self.end_may_wait):
                sentence = gettext("Say when it should be over, or tick that nobody knows yet.")
                self.add_error("expires", sentence)
        return super().clean()


def as_it_stands(alert: Alert) -> dict[str, Any]:
    """Initial values that say what the alert says."""
    return {
        "areas": list(alert.areas.all()),
        "severity": alert.severity,
        "onset": alert.onset,
        "expires": alert.expires,
        "news_by": alert.news_by,
        "help_at": alert.help_at,
        # Of planned work nobody has chosen so: its draft was saved before the end was known.
        "unknown_end": alert.expires is None and not alert.planned,
    }
