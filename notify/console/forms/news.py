"""The forms of a published alert: news of it, and its last words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notify.alerts.content import AlertContent, Words
from notify.alerts.models import Alert, Area
from notify.console.closing_words import closing_words
from notify.console.forms.content import AlertForm, ContentForm, as_it_stands
from notify.console.place_names import name_places, topmost
from notify.dispatch.question import question


class UpdateForm(ContentForm):
    """News of a published alert. Its service and kind stay; its areas may grow."""

    alert: Alert

    def __init__(self, data: Any = None, *, alert: Alert, **kwargs: Any) -> None:
        self._onward = AlertContent.onward(alert)
        present = as_it_stands(alert) | {"news_by": self._onward.news_by}
        self._present_areas: list[Area] = present["areas"]
        kwargs |= {"initial": present, "words": alert.words, "advice": alert.advice}
        super().__init__(data, alert=alert, **kwargs)
        # Those chosen already need no second choice, and may no longer be on the list.
        places: Any = self.fields["areas"]
        places.required = False
        held = Q(pk__in=[area.pk for area in self._present_areas])
        places.queryset = Area.objects.filter(Q(active=True) | held)
        if not alert.planned:
            # When it began is known and was told; only plans are moved.
            del self.fields["onset"]

    def advice_for(self) -> dict[str, Collection[str]]:
        """What the service gives advice about, and what stands."""
        service = self.alert.service
        return {kind: [service.slug] for kind in (*service.advice, *self.alert.advice)}

    @property
    def held(self) -> set[str]:
        """Whoever was told of an area must also hear how it ends there."""
        return {area.code for area in self._present_areas}

    def standing(self) -> AlertContent:
        """What people have been told already."""
        return AlertContent.of(self.alert)

    def content(self) -> AlertContent:
        """What was filled in, on top of what stands."""
        filled = self.cleaned_data
        areas = topmost({*self._present_areas, *filled["areas"]})
        return replace(
            self._onward,
            areas=areas,
            severity=filled["severity"],
            onset=_as_exact(filled.get("onset"), self.alert.onset) or self.alert.onset,
            expires=_as_exact(filled["expires"], self.alert.expires),
            news_by=_as_exact(filled["news_by"], self._onward.news_by),
            words=name_places(self.words(), areas),
            advice=self.advice(),
            help_at=filled["help_at"],
        )


def _as_exact(written: datetime | None, standing: datetime | None) -> datetime | None:
    """What was written; the standing time to the second where the form only shows its minute."""
    shown = standing and standing.replace(second=0, microsecond=0)
    return standing if written == shown else written


class EndForm(AlertForm):
    """The last words of an alert: the all-clear, or that it was sent in error or is called off."""

    alert: Alert
    publishing = False
    ending = True

    def __init__(
        self, data: Any = None, *, alert: Alert, words: Words | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, alert=alert, words=words, **kwargs)

    def advice_for(self) -> dict[str, Collection[str]]:
        """What the service gives advice about: some of it can be said again."""
        return {kind: [self.alert.service.slug] for kind in self.alert.service.advice}

    def content(self) -> AlertContent:
        """What stands, with the last words."""
        standing = AlertContent.over(self.alert)
        words = name_places(self.words(), standing.areas)
        return replace(standing, words=words, advice=self.advice())


class ResolveForm(EndForm):
    """The all-clear. It may ask whether anybody is still without, where people can reply."""

    ask = forms.BooleanField(label=_("Ask whether anybody is still without"), required=False)

    def __init__(self, data: Any = None, *, alert: Alert) -> None:
        super().__init__(data, alert=alert, words=closing_words(alert, in_error=False))
        if not (settings.SMS_ENABLED and settings.SMS_REPLIES):
            del self.fields["ask"]
            return
        asked = question(alert.service.slug)[settings.LANGUAGE_CODE]
        self.fields["ask"].help_text = gettext(
            "Then the SMS says “%(question)s” The answers are counted by area, on the alert’s page."
        ) % {"question": asked}

    @property
    def asks(self) -> bool:
        """Whether the box is ticked."""
        return bool(self.cleaned_data.get("ask"))


class CancelForm(EndForm):
    """That it was sent in error, or that planned work is called off."""

    def __init__(self, data: Any = None, *, alert: Alert) -> None:
        super().__init__(data, alert=alert, words=closing_words(alert, in_error=True))
