"""How an update is going out, as a bar and a sentence per channel, and what can be decided."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notify.alerts.models import Update
from notify.channels.base import AddressedBy
from notify.channels.registry import channels
from notify.console.channel_names import channel_label, counted
from notify.console.pace import carriers, pace
from notify.dispatch.control import UNSENT, stands, worth_another_try
from notify.dispatch.models import Decision, Dispatch, State
from notify.dispatch.progress import ChannelProgress, Failure, progress, troubles

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
    """One channel. pace, carriers: sentences, empty when there is nothing to say.

    doubts, waits, failures: why messages are uncertain, wait for another try, or never arrived.
    """

    label: str
    total: int
    headline: str
    pace: str
    carriers: str
    pieces: list[Piece]
    doubts: list[Failure]
    waits: list[Failure]
    failures: list[Failure]
    finished: bool


@dataclass(frozen=True, slots=True)
class FanOut:
    """An update on its way: a bar per channel, and one sentence for somebody who only listens.

    may_stop, may_retry: whether there is likely something that a person may decide.
    """

    update: Update
    bars: list[Bar]
    sentence: str
    decisions: list[Decision]
    may_stop: bool
    may_retry: bool

    @property
    def headline(self) -> str:
        """Of the update, in the reader's language where it has one."""
        return self.update.word("headline")

    @property
    def finished(self) -> bool:
        """Whether nothing more is to come."""
        return all(bar.finished for bar in self.bars)


def watch(dispatch: Dispatch) -> FanOut:
    """How far the dispatch has come, now. Three statements."""
    reasons = troubles(dispatch)
    seen = progress(dispatch)
    bars = [
        _bar(one, [reason for reason in reasons if reason.channel == one.channel]) for one in seen
    ]
    return FanOut(
        dispatch.update,
        bars,
        ". ".join(f"{bar.label}: {bar.headline}" for bar in bars),
        list(dispatch.decisions.select_related("by")),
        may_stop=dispatch.withdrawn_at is None and any(_unsent(one) for one in seen),
        may_retry=stands(dispatch) and any(_hopeful(reason) for reason in reasons),
    )


def _unsent(one: ChannelProgress) -> bool:
    return not one.expanded or any(one.counts[state] for state in UNSENT)


def _hopeful(reason: Failure) -> bool:
    return reason.state == State.FAILED and worth_another_try(reason.channel, reason.error)


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
    return Bar(
        channel_label(one.channel),
        one.total,
        _headline(one),
        # Whoever waits for another try says when it comes; no pace leads there.
        pace(one) if _addressed_by(one.channel) != AddressedBy.OWN else "",
        carriers(one) if _to_people(one.channel) else "",
        pieces,
        [reason for reason in reasons if reason.state == State.IN_DOUBT],
        [reason for reason in reasons if reason.state == State.QUEUED],
        [reason for reason in reasons if reason.state in (State.FAILED, State.WITHDRAWN)],
        one.finished,
    )


def _headline(one: ChannelProgress) -> str:
    if not one.expanded:
        return _("gathering the recipients…")
    if not one.total:
        return _("nobody to tell")
    numbers = {"arrived": one.counts[State.DELIVERED], "total": one.total}
    by = _addressed_by(one.channel)
    if by == AddressedBy.SUBSCRIBER:
        return _("%(arrived)d of %(total)d have arrived") % numbers
    if by == AddressedBy.OWN:
        return _("%(arrived)d of %(total)d have been told") % numbers
    said = ngettext(
        "published for %(arrived)d of %(total)d area",
        "published for %(arrived)d of %(total)d areas",
        one.total,
    )
    return said % numbers


def _to_people(name: str) -> bool:
    return _addressed_by(name) == AddressedBy.SUBSCRIBER


def _addressed_by(name: str) -> AddressedBy:
    """Of a channel that is switched off nobody knows: SMS is the one that can be."""
    channel = channels().get(name)
    return channel.addressed_by if channel else AddressedBy.SUBSCRIBER
