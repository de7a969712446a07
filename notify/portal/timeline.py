"""The story of an alert: its updates, newest first, each with what it changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from notify.alerts.models import Update
from notify.alerts.vocabulary import MessageType
from notify.portal.places import label
from notify.portal.reading import Reading


@dataclass(frozen=True, slots=True)
class Stop:
    """One update in the story. ``new_places`` and ``new_end`` say whether it changed those."""

    update: Update
    kind: str
    reading: Reading
    new_places: bool
    new_end: bool

    @property
    def places(self) -> list[str]:
        """The names of its places, as they were when it was said."""
        return [label(place["name"], place["path"]) for place in self.update.places]


def timeline(updates: Sequence[Update]) -> list[Stop]:
    """The stops of an alert's updates, which come oldest first; the stops come newest first."""
    stops = []
    before: Update | None = None
    for update in updates:
        stops.append(
            Stop(
                update=update,
                kind=_kind(update),
                reading=Reading.of(update),
                new_places=before is not None and _codes(update) != _codes(before),
                new_end=before is not None and update.expires != before.expires,
            )
        )
        before = update
    return stops[::-1]


def _codes(update: Update) -> set[str]:
    return {place["code"] for place in update.places}


def _kind(update: Update) -> str:
    if update.all_clear:
        return _("Fixed")
    if update.message_type == MessageType.CANCEL:
        return _("Withdrawn")
    if update.message_type == MessageType.ALERT:
        return _("First message")
    return _("Update")
