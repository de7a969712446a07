"""How an update is going out, as a bar and a sentence per channel."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notify.alerts.models import Update
from notify.channels.base import AddressedBy
from notify.channels.registry import channels
from notify.console.channel_names import channel_label, counted
from notify.dispatch.models import Dispatch, State
from notify.dispatch.progress import ChannelProgress, Failure, failures, progress

ORDER = (
    State.DELIVERED,
    State.SENT,
    State.SENDING,
    State.IN_DOUBT,
    State.QUEUED,
    State.FAILED,
    State.WITHDRAWN,
)
"""Of the pieces of a bar, left to right: what is done first."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a bar. x, width: in percent of the bar."""

    state: str
    words: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One channel."""

    label: str
    total: int
    headline: str
    pieces: list[Piece]
    failures: list[Failure]
    finished: bool


@dataclass(frozen=True, slots=True)
class FanOut:
    """An update on its way: a bar per channel, and one sentence for somebody who only listens."""

    update: Update
    bars: list[Bar]
    sentence: str

    @property
    def finished(self) -> bool:
        """Whether nothing more is to come."""
        return all(bar.finished for bar in self.bars)


def watch(dispatch: Dispatch) -> FanOut:
    """How far the dispatch has come, now. Two statements."""
    reasons = failures(dispatch)
    bars = [
        _bar(one, [reason for reason in reasons if reason.channel == one.channel])
        for one in progress(dispatch)
    ]
    return FanOut(dispatch.update, bars, ". ".join(f"{bar.label}: {bar.headline}" for bar in bars))


def _bar(one: ChannelProgress, reasons: list[Failure]) -> Bar:
    pieces: list[Piece] = []
    x = 0.0
    for state in ORDER:
        if count := one.counts[state]:
            width = round(100 * count / one.total, 2)
            pieces.append(Piece(state, counted(state, count), x, width))
            x = round(x + width, 2)
    if one.counts[State.DELIVERED] == one.total:
        pieces = [replace(piece, words="") for piece in pieces]  # the headline has said so
    return Bar(channel_label(one.channel), one.total, _headline(one), pieces, reasons, one.finished)


def _headline(one: ChannelProgress) -> str:
    if not one.expanded:
        return _("gathering the recipients…")
    if not one.total:
        return _("nobody to tell")
    numbers = {"arrived": one.counts[State.DELIVERED], "total": one.total}
    if _to_people(one.channel):
        return _("%(arrived)d of %(total)d have arrived") % numbers
    said = ngettext(
        "published for %(arrived)d of %(total)d area",
        "published for %(arrived)d of %(total)d areas",
        one.total,
    )
    return said % numbers


def _to_people(name: str) -> bool:
    channel = channels().get(name)
    return channel is None or channel.addressed_by == AddressedBy.SUBSCRIBER
