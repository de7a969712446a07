"""What would be sent, as the page before publishing shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from notify.alerts.advice import Phrase, phrases
from notify.alerts.content import AlertContent
from notify.alerts.models import Alert
from notify.alerts.vocabulary import Move
from notify.channels.base import AddressedBy, Preview
from notify.console.buttons import sending, sending_later
from notify.console.changes import facts, left_behind
from notify.console.channel_names import channel_label
from notify.console.forms.words import by_field
from notify.console.languages import place_of
from notify.dispatch.preview import ChannelOutlook, preview

CURRENCIES = {"SEK": pgettext_lazy("currency", "SEK")}
"""What a currency is called beside an amount; one that is not listed goes by its code (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class LanguagePreview:
    """What a channel carries in one language, and the words for how many read it.

    name: of the language; empty where all of them are carried at once.
    """

    name: str
    code: str
    readers: str
    preview: Preview


@dataclass(frozen=True, slots=True)
class ChannelPage:
    """One channel. people: it goes to people rather than to places. facts: label and value."""

    name: str
    label: str
    people: bool
    languages: list[LanguagePreview]
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class OutlookPage:
    """Everything about one move.

    planned: it is about planned work. people: how many persons are told. facts: all but the words,
    as label and value; none for an end, which changes none. problems: why it must wait; doubts: what to think of first.
    at: when it goes out, if not now. advice: what people are told to do, from the phrase bank.
    help_at: where help is to be had.
    """

    move: Move
    planned: bool
    people: int
    cost: str
    channels: list[ChannelPage]
    problems: Sequence[str]
    facts: Sequence[tuple[str, str]]
    doubts: Sequence[str] = ()
    at: datetime | None = None
    advice: Sequence[Phrase] = ()
    help_at: Sequence[str] = ()

    @property
    def people_said(self) -> str:
        """How many people, with the thousands set apart."""
        return whole(self.people)

    @property
    def button(self) -> str:
        """What the button says that lets it out."""
        if self.at:
            return sending_later(self.at, people=self.people, counted=self.people_said)
        return sending(
            self.move, planned=self.planned, people=self.people, counted=self.people_said
        )


def look_ahead(
    alert: Alert,
    move: Move,
    content: AlertContent,
    *,
    at: datetime | None = None,
    asks: bool = False,
) -> OutlookPage:
    """What ``move`` would send. Content that needs mending first is a problem like any other.

    at: when, if not now. asks: whether an all-clear asks if anybody is still without.
    """
    planned = content.planned
    said = list(facts(content)) if move in (Move.PUBLISH, Move.UPDATE) else []
    try:
        outlook = preview(alert, move, content, at=at, asks=asks)
    except ValidationError as error:
        sentences = [one for found in by_field(error).values() for one in found]
        return OutlookPage(move, planned, 0, "", [], sentences, said)
    people = [one for one in outlook.channels if one.addressed_by == AddressedBy.SUBSCRIBER]
    costs = [amount(one.cost, one.currency) for one in people if one.cost is not None]
    return OutlookPage(
        move,
        planned,
        max((one.total for one in people), default=0),
        " + ".join(costs),
        [_channel(one) for one in outlook.channels],
        outlook.problems,
        said,
        _doubts(alert, move, content),
        at,
        phrases(content.advice),
        content.frozen_help(),
    )


def _doubts(alert: Alert, move: Move, content: AlertContent) -> list[str]:
    if move != Move.UPDATE:
        return []
    return [
        _("The words in %(language)s are the same as before. Do they still hold?")
        % {"language": language}
        for language in left_behind(AlertContent.of(alert), content)
    ]


def _channel(one: ChannelOutlook) -> ChannelPage:
    people = one.addressed_by == AddressedBy.SUBSCRIBER
    whole_at_once = one.addressed_by == AddressedBy.OWN
    names = dict(settings.LANGUAGES)
    languages = [
        LanguagePreview(
            "" if whole_at_once else str(names.get(shown.language, shown.language)),
            shown.language,
            _readers(one.recipients.get(shown.language, 0)) if people else "",
            shown,
        )
        for shown in sorted(one.previews, key=lambda shown: place_of(shown.language))
    ]
    return ChannelPage(one.name, channel_label(one.name), people, languages, _counted(one))


def _counted(one: ChannelOutlook) -> list[tuple[str, str]]:
    if one.addressed_by == AddressedBy.AREA:
        return [(_("Areas"), whole(one.total))]
    if one.addressed_by == AddressedBy.OWN:
        return [(_("Receivers"), whole(one.total))]
    counted = [(_("Recipients"), whole(one.total))]
    if one.units:
        counted.append((_("Segments in all"), whole(one.units)))
    if one.cost is not None:
        counted.append((_("Estimated cost"), amount(one.cost, one.currency)))
    return counted


def _readers(count: int) -> str:
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": whole(count)}


def whole(number: int) -> str:
    """A number with its thousands set apart."""
    return number_format(number, use_l10n=True, force_grouping=True)


def amount(cost: Decimal, currency: str) -> str:
    """Money, to whole units from ten on: it is an estimate."""
    digits = 2 if cost < 10 else 0
    unit = str(CURRENCIES.get(currency, currency))
    return f"{number_format(cost, digits, force_grouping=True)} {unit}"
