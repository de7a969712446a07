"""How a dispatch is getting on, for people who watch it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from notify.channels.registry import channels
from notify.dispatch.models import FINAL, NO_RECEIPT, NOBODY_KNOWS, Dispatch, State

REASONS = {
    "superseded": _("Newer information was published before it was sent."),
    "expired": _("It was no longer true when its turn came."),
    "opted_out": _("The person left before it was sent."),
    "erased": _("The person's details were erased, so nobody can ask what became of it."),
    "undecryptable": _("The phone number cannot be read with the keys that are configured."),
    NO_RECEIPT: _("The provider took it, but never said whether it arrived."),
    NOBODY_KNOWS: _("No clear answer came in 24 hours, so nobody knows whether it was sent."),
    "gave_up": _("The provider could not take it for 24 hours."),
    "no_channel": _("SMS is switched off."),
}
"""Why a delivery ended, when the reason is ours."""


@dataclass(frozen=True, slots=True)
class ChannelProgress:
    """The deliveries of one channel by state; every state is a key of ``counts``.

    unheard: how many of those sent will stay so, because the provider says no more of them.
    """

    channel: str
    counts: dict[str, int]
    expanded: bool
    unheard: int = 0

    @property
    def total(self) -> int:
        """How many deliveries there are."""
        return sum(self.counts.values())

    @property
    def handed_over(self) -> int:
        """How many the provider has taken, or that ended otherwise."""
        return sum(self.counts[state] for state in (*FINAL, State.SENT))

    @property
    def finished(self) -> bool:
        """Whether nothing more is to come."""
        final = sum(self.counts[state] for state in FINAL) + self.unheard
        return self.expanded and final == self.total


@dataclass(frozen=True, slots=True)
class Failure:
    """Deliveries that did not arrive, or of which nobody knows, for one reason. error: a code; reason: a sentence."""

    channel: str
    state: str
    error: str
    reason: str
    count: int


def progress(dispatch: Dispatch) -> list[ChannelProgress]:
    """Each channel that is switched on, or has deliveries. One statement."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    unheard: Counter[str] = Counter()
    rows = dispatch.deliveries.order_by().values_list("channel", "state")
    ended = Count("final_at", filter=Q(state=State.SENT))
    for channel, state, count, ended_so in rows.annotate(count=Count("pk"), ended=ended):
        found[channel][state] = count
        unheard[channel] += ended_so
    names = [*channels(), *(name for name in found if name not in channels())]
    return [
        ChannelProgress(
            name,
            {state: found[name][state] for state in State.values},
            dispatch.expanded_at is not None,
            unheard[name],
        )
        for name in names
    ]


def failures(dispatch: Dispatch) -> list[Failure]:
    """Why deliveries failed or were withdrawn, the most frequent first. One statement."""
    rows = (
        dispatch.deliveries.filter(
            Q(state__in=[State.FAILED, State.WITHDRAWN]) | Q(state=State.SENT, error=NO_RECEIPT)
        )
        .order_by()
        .values_list("channel", "state", "error")
        .annotate(count=Count("pk"))
        .order_by("-count", "channel", "error")
    )
    return [
        Failure(channel, state, error, _reason(channel, error), count)
        for channel, state, error, count in rows
    ]


def _reason(channel: str, error: str) -> str:
    """Our own words for our own reasons, the channel's for its provider's."""
    if error in REASONS:
        return str(REASONS[error])
    known = channels().get(channel)
    return known.reason(error) if known else error
