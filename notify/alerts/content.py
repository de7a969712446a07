"""What an editor hands in, checked before it becomes an alert or an update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from notify.alerts import tidy
from notify.alerts.advice import Chosen, Kind, objections
from notify.alerts.help_at import frozen_help, help_objections
from notify.alerts.models import Alert, Area, Service
from notify.alerts.vocabulary import Certainty, Severity, Urgency

PARTS = ("headline", "description", "instruction")
LONGEST = {"headline": 100, "description": 2000, "instruction": 1000}
"""Longest text of each part, in characters."""

YEARS = range(2000, 2100)
"""The years an alert can be about. Beyond them it is a slip, and near year 1 or 9999 no time zone can be applied."""

Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class AlertContent:
    """The content of an alert or an update, as handed in by a form or an API client.

    words: language code → part ("headline", "description", "instruction") → text.
    onset, expires: aware datetimes; ``expires`` may be None when nobody knows.
    news_by: when people shall have heard more at the latest; None promises nothing.
    advice: kind → key of a phrase in the bank (``notify.alerts.advice``).
    help_at: where help is to be had, a line each (``notify.alerts.help_at``).
    """

    service: Service
    areas: Sequence[Area]
    severity: str
    urgency: str
    onset: datetime
    expires: datetime | None
    words: Words
    certainty: str = Certainty.OBSERVED
    advice: Chosen = field(default_factory=dict)
    news_by: datetime | None = None
    help_at: Sequence[str] = ()

    @property
    def planned(self) -> bool:
        """Whether it is planned work rather than a disruption."""
        return self.urgency == Urgency.FUTURE

    @classmethod
    def of(cls, alert: Alert) -> AlertContent:
        """What the alert says now."""
        return cls(
            service=alert.service,
            areas=list(alert.areas.all()),
            severity=alert.severity,
            urgency=alert.urgency,
            onset=alert.onset,
            expires=alert.expires,
            words=alert.words,
            certainty=alert.certainty,
            advice=alert.advice,
            news_by=alert.news_by,
            help_at=alert.help_at,
        )

    @classmethod
    def onward(cls, alert: Alert) -> AlertContent:
        """What the alert says now, for news of it: which keeps a promise whose time has come."""
        standing = cls.of(alert)
        kept = standing.news_by is not None and standing.news_by <= timezone.now()
        return replace(standing, news_by=None) if kept else standing

    @classmethod
    def over(cls, alert: Alert) -> AlertContent:
        """What the alert says now, for its last words: what held while it lasted does not hold after it."""
        return replace(cls.of(alert), advice={}, news_by=None, help_at=())

    def saying(self, words: Words) -> AlertContent:
        """The same facts in other words."""
        return replace(self, words=words)

    def frozen_advice(self) -> dict[str, str]:
        """The advice as it is stored: only what was chosen."""
        return {kind: key for kind, key in self.advice.items() if key}

    def frozen_help(self) -> list[str]:
        """Where help is to be had, as it is stored."""
        return frozen_help(self.help_at)

    def frozen_words(self) -> dict[str, dict[str, str]]:
        """The words as they are stored: every part present, languages without any text left out.

        Trimmed, with LF as the only line break and without characters that cannot be published; a
        headline is one line.
        """
        trimmed = {
            language: {part: _tidy(part, texts.get(part, "")) for part in PARTS}
            for language, texts in self.words.items()
        }
        return {language: texts for language, texts in trimmed.items() if any(texts.values())}

    def check(
        self, *, publishing: bool, ending: bool = False, standing: AlertContent | None = None
    ) -> None:
        """Raise ValidationError, field by field, with sentences for the person who handed it in.

        publishing: its end must lie ahead, and planned work must have one, which a draft need not.
        ending: it resolves or cancels, so its service and areas may have gone out of use since
        people were told of them. standing: what an update is news of; likewise for what it has.
        """
        errors = {
            "service": [] if ending else self._service_errors(standing),
            "areas": [] if ending else self._area_errors(standing),
            "severity": _unknown(self.severity, Severity.values),
            "urgency": _unknown(self.urgency, Urgency.values),
            "certainty": _unknown(self.certainty, Certainty.values),
            "onset": _year_errors(self.onset),
            "expires": self._expires_errors(publishing),
            "news_by": self._news_by_errors(publishing, ending),
            "words": self._word_errors(),
            "advice": self._advice_errors(ending, standing),
            "help_at": list(help_objections(self.frozen_help(), ending=ending)),
        }
        found = {field: messages for field, messages in errors.items() if messages}
        if found:
            raise ValidationError(found)

    def check_words(self) -> None:
        """Raise ValidationError, with ``words``, if the words by themselves need mending."""
        if wrong := self._word_errors():
            raise ValidationError({"words": wrong})

    def _service_errors(self, standing: AlertContent | None) -> list[str]:
        if self.service.active or (standing and standing.service == self.service):
            return []
        return [_("This service is no longer in use. Choose another one.")]

    def _area_errors(self, standing: AlertContent | None) -> list[str]:
        if not self.areas:
            return [_("Choose at least one area.")]
        kept = set(standing.areas) if standing else set()
        gone = [area.name for area in self.areas if not area.active and area not in kept]
        if gone:
            return [_("No longer in use: %(areas)s. Choose others.") % {"areas": ", ".join(gone)}]
        return []

    def _advice_errors(self, ending: bool, standing: AlertContent | None) -> list[str]:
        chosen = self.frozen_advice()
        if wrong := list(objections(chosen, ending=ending)):
            return wrong
        fitting = {*self.service.advice, *(standing.advice if standing else ())}
        return [
            _("Advice about “%(kind)s” does not belong to %(service)s.")
            % {"kind": Kind(kind).label, "service": self.service}
            for kind in chosen
            if kind not in fitting and not ending
        ]

    def _expires_errors(self, publishing: bool) -> list[str]:
        if self.expires is None:
            if publishing and self.planned:
                return [_("Planned work needs an end. Say when it should be over.")]
            return []
        if wrong := _year_errors(self.expires):
            return wrong
        # In UTC: two times of one zone are compared as their clocks show them, and an hour of every
        # autumn is shown twice.
        end = self.expires.astimezone(UTC)
        if not _year_errors(self.onset) and end <= self.onset.astimezone(UTC):
            return [_("The end must come after the beginning.")]
        if publishing and end <= timezone.now():
            return [_("The end has already passed. Choose a later time.")]
        return []

    def _news_by_errors(self, publishing: bool, ending: bool) -> list[str]:
        if self.news_by is None:
            return []
        if ending:
            return [_("When it is over there is nothing more to promise.")]
        if wrong := _year_errors(self.news_by):
            return wrong
        if publishing and self.news_by <= timezone.now():
            return [_("That time has passed already. Promise a later one, or leave it empty.")]
        return []

    def _word_errors(self) -> list[str]:
        words = self.frozen_words()
        known = dict(settings.LANGUAGES)
        own = settings.LANGUAGE_CODE
        errors = [
            _("“%(code)s” is not a language of this site.") % {"code": code}
            for code in words
            if code not in known
        ]
        errors += [
            _("Write a headline in %(language)s.") % {"language": known[language]}
            for language in dict.fromkeys([own, *words])
            if language in known and not words.get(language, {}).get("headline")
        ]
        for texts in words.values():
            for part, longest in LONGEST.items():
                if len(texts[part]) > longest:
                    errors.append(
                        _("The %(part)s is %(length)d characters long; at most %(longest)d fit.")
                        % {"part": part_label(part), "length": len(texts[part]), "longest": longest}
                    )
        return errors


def part_label(part: str) -> str:
    """What a person calls a part of the words."""
    return {
        "headline": _("headline"),
        "description": _("description"),
        "instruction": _("instruction"),
    }[part]


def _tidy(part: str, text: str) -> str:
    return tidy.line(text) if part == "headline" else tidy.text(text)


def _year_errors(time: datetime) -> list[str]:
    # Before astimezone, which overflows near the ends of the calendar.
    if time.year in YEARS and time.astimezone(UTC).year in YEARS:
        return []
    return [_("Check the year.")]


def _unknown(value: str, known: Sequence[str]) -> list[str]:
    if value in known:
        return []
    return [
        _("“%(value)s” is not one of: %(known)s.") % {"value": value, "known": ", ".join(known)}
    ]
