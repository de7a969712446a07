"""How an update is going out, as a bar and a sentence per channel."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notify.alerts.models import Update
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
    return Bar(channel_label(one.channel), one.total, _headline(one), pieces, reasons, one.finished)


def _headline(one: ChannelProgress) -> str:
    if not one.expanded:
        return _("gathering the recipients…")
    if not one.total:
        return _("nobody to tell")
    arrived = one.counts[State.DELIVERED]
    said = ngettext(
        "%(arrived)d of %(total)d has arrived", "%(arrived)d of %(total)d have arrived", arrived
    )
    return said % {"arrived": arrived, "total": one.total}
