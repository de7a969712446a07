"""The story of an alert: its updates, newest first, each with what it changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import pgettext

from notify.alerts.advice import Phrase
from notify.alerts.models import Update
from notify.alerts.phases import Phase
from notify.alerts.vocabulary import MessageType
from notify.portal.places import label
from notify.portal.reading import Reading, Words


@dataclass(frozen=True, slots=True)
class Wording:
    """What an update said until it was corrected."""

    reading: Reading
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """One update in the story, with what it said anew: nobody reads the same sentence twice.

    reading: of its words as they stand. earlier: what it said before them, the latest first, where a
    reader of the active language sees a difference.
    """

    update: Update
    kind: str
    reading: Reading
    before: Update | None
    earlier: list[Wording]

    @property
    def corrected_at(self) -> datetime | None:
        """When it was last corrected, for a reader of the active language."""
        return self.earlier[0].corrected_at if self.earlier else None

    @property
    def places(self) -> list[str]:
        """What its places were called when it was said."""
        return [label(place["name"], place["path"]) for place in self.update.places]

    @property
    def new_places(self) -> bool:
        """Whether it concerns other places than the one before."""
        return self.before is not None and _codes(self.update) != _codes(self.before)

    @property
    def new_end(self) -> bool:
        """Whether it expects another end than the one before; an all-clear expects none."""
        return (
            self.before is not None
            and not self.update.ends_alert
            and self.update.expires != self.before.expires
        )

    @property
    def new_phrases(self) -> list[Phrase]:
        """Its advice, where it is not just as before."""
        before = self.before.phrases if self.before else []
        return [phrase for phrase in self.update.phrases if phrase not in before]

    @property
    def no_more_phrases(self) -> bool:
        """Whether it takes back advice without saying that it is over."""
        before = self.before.phrases if self.before else []
        return bool(before) and not self.update.phrases and not self.update.ends_alert

    @property
    def new_help(self) -> list[str]:
        """Where help is to be had since then."""
        before = self.before.help_at if self.before else []
        return [line for line in self.update.help_at if line not in before]

    @property
    def gone_help(self) -> list[str]:
        """Where help is no longer to be had although it is not over."""
        if self.before is None or self.update.ends_alert:
            return []
        return [line for line in self.before.help_at if line not in self.update.help_at]

    @property
    def new_words(self) -> list[Words]:
        """Its description and its instruction, where they are not just as before."""
        old = Reading.in_words(self.before.present_words) if self.before else None
        both = [
            (self.reading.description, old and old.description),
            (self.reading.instruction, old and old.instruction),
        ]
        return [now for now, before in both if now and now != before]


def timeline(updates: Sequence[Update]) -> list[Stop]:
    """The stops of an alert's updates, which come oldest first; the stops come newest first.

    Prefetch the updates' ``corrections``.
    """
    before: list[Update | None] = [None, *updates]
    stops = [
        Stop(
            update,
            _kind(update),
            Reading.in_words(update.present_words),
            earlier,
            _earlier_wordings(update),
        )
        for update, earlier in zip(updates, before, strict=False)
    ]
    return stops[::-1]


def earlier_end(updates: Sequence[Update]) -> datetime | None:
    """The end that was expected last before the one that is now; None if it was always this one.

    updates: oldest first.
    """
    present = updates[-1].expires
    expected = (update.expires for update in reversed(updates))
    return next((end for end in expected if end and end != present), None)


def _earlier_wordings(update: Update) -> list[Wording]:
    made = list(update.corrections.all())
    readings = [Reading.in_words(words) for words in (update.words, *(one.words for one in made))]
    wordings = [
        Wording(old, one.made_at)
        for old, new, one in zip(readings, readings[1:], made, strict=False)
        if old != new
    ]
    return wordings[::-1]


def _codes(update: Update) -> set[str]:
    return {place["code"] for place in update.places}


def _kind(update: Update) -> str:
    if update.all_clear:
        return str(Phase.FINISHED.label if update.planned else Phase.RESOLVED.label)
    if update.message_type == MessageType.CANCEL:
        return str(Phase.CALLED_OFF.label if update.planned else Phase.CANCELLED.label)
    if update.message_type == MessageType.ALERT:
        return pgettext("disruption", "First message")
    return pgettext("disruption", "Update")
