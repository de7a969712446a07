"""How a dispatch is getting on, for people who watch it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notify.channels.base import AddressedBy, Channel
from notify.channels.registry import channels
from notify.dispatch.models import FINAL, NO_RECEIPT, NOBODY_KNOWS, TOLD, Dispatch, State

LATELY = timedelta(seconds=20)
"""How far back the pace looks: long enough to smooth a handful, short enough to see a stop."""

A_MOMENT = timedelta(minutes=1)
"""Longer than a message that was never tried waits for anything but the morning."""

REASONS = {
    "superseded": _("Newer information was published before it was sent."),
    "expired": _("It was no longer true when its turn came."),
    "stopped": _("It was stopped by hand before it was sent."),
    "opted_out": _("The person left before it was sent."),
    "paused": _("The person paused before it was sent."),
    "erased": _("The person's details were erased, so nobody can ask what became of it."),
    "undecryptable": _("The phone number cannot be read with the keys that are configured."),
    NO_RECEIPT: _("The provider took it, but never said whether it arrived."),
    NOBODY_KNOWS: _("No clear answer came in 24 hours, so nobody knows whether it was sent."),
    "gave_up": _("The provider could not take it for 24 hours."),
    "no_channel": _("SMS is switched off."),
}
"""Why a delivery ended, when the reason is ours."""

NO_ANSWER_KEPT = _("A worker stopped while it was being sent.")
"""Why a delivery without an error code is in doubt."""


def has_left(dispatch: Dispatch, channel: str) -> bool:
    """Whether anybody may have got it on that channel."""
    return dispatch.deliveries.filter(TOLD, channel=channel).exists()


@dataclass(frozen=True, slots=True)
class ChannelProgress:
    """The deliveries of one channel by state; every state is a key of ``counts``.

    unheard: how many of those sent will stay so, because the provider says no more of them.
    resting: how many wait for the morning, because it is night and their readers want to sleep.
    rate: messages that left the queue per second, over the last ``LATELY`` or since publication.
    carried: how many each provider took or failed, by its name.
    """

    channel: str
    counts: dict[str, int]
    expanded: bool
    unheard: int = 0
    resting: int = 0
    rate: float = 0.0
    carried: dict[str, int] = field(default_factory=dict)

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

    @property
    def seconds_left(self) -> float | None:
        """Until everything has been handed over, at the pace of late; None if that is unknown.

        Unknown while recipients are gathered, and while nothing moves: no figure beats a wrong one.
        """
        waiting = self.counts[State.QUEUED] - self.resting + self.counts[State.SENDING]
        if not self.expanded or not waiting or not self.rate:
            return None
        return waiting / self.rate


@dataclass(frozen=True, slots=True)
class Failure:
    """Deliveries in one state for one reason, or of which nobody knows. error: a code; reason: a sentence."""

    channel: str
    state: str
    error: str
    reason: str
    count: int

    @property
    def code(self) -> str:
        """The provider's own code, to look up; empty for a reason of ours, which the sentence says whole."""
        return self.error if any(letter.isdigit() for letter in self.error) else ""


def progress(dispatch: Dispatch) -> list[ChannelProgress]:
    """Each channel that is switched on, or has deliveries. One statement.

    Not one with addresses of its own and none of them here: who has no such receivers sees no row of noughts.
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    unheard: Counter[str] = Counter()
    resting: Counter[str] = Counter()
    carried: dict[str, Counter[str]] = defaultdict(Counter)
    moved: Counter[str] = Counter()
    now = timezone.now()
    since = max(now - LATELY, dispatch.created_at)
    rows = dispatch.deliveries.order_by().values_list("channel", "state", "provider")
    counted = rows.annotate(
        count=Count("pk"),
        ended=Count("final_at", filter=Q(state=State.SENT)),
        resting=Count("pk", filter=Q(attempts=0, state=State.QUEUED, due_at__gt=now + A_MOMENT)),
        lately=_left_since(since),
    )
    for channel, state, provider, count, ended, rests, lately in counted:
        found[channel][state] += count
        unheard[channel] += ended
        resting[channel] += rests
        moved[channel] += lately
        if provider:
            carried[channel][provider] += count
    seconds = max((now - since).total_seconds(), 1.0)
    names = [one.name for one in channels().values() if _shown(one, found)]
    names += [name for name in found if name not in names]
    return [
        ChannelProgress(
            name,
            {state: found[name][state] for state in State.values},
            dispatch.expanded_at is not None,
            unheard[name],
            resting[name],
            moved[name] / seconds,
            dict(carried[name].most_common()),
        )
        for name in names
    ]


def _shown(channel: Channel, found: Container[str]) -> bool:
    return channel.addressed_by != AddressedBy.OWN or channel.name in found


def _left_since(since: datetime) -> Count:
    """How many were taken by the provider since then, or ended without it."""
    return Count("pk", filter=Q(sent_at__gte=since) | Q(sent_at=None, final_at__gte=since))


UNHEARD = Q(state=State.SENT, error=NO_RECEIPT)
"""Sent, and nobody will ever know more."""


def failures(dispatch: Dispatch) -> list[Failure]:
    """Why deliveries failed or were withdrawn, the most frequent first. One statement."""
    return _explained(dispatch, Q(state__in=[State.FAILED, State.WITHDRAWN]) | UNHEARD)


def troubles(dispatch: Dispatch) -> list[Failure]:
    """As ``failures``; also why deliveries are in doubt, or wait for another try. One statement."""
    waits = Q(state=State.QUEUED) & ~Q(error="")
    ended = Q(state__in=[State.FAILED, State.WITHDRAWN, State.IN_DOUBT])
    return _explained(dispatch, ended | waits | UNHEARD)


def _explained(dispatch: Dispatch, which: Q) -> list[Failure]:
    rows = (
        dispatch.deliveries.filter(which)
        .order_by()
        .values_list("channel", "state", "error")
        .annotate(count=Count("pk"))
        .order_by("-count", "channel", "error")
    )
    return [
        Failure(channel, state, error, _reason(channel, state, error), count)
        for channel, state, error, count in rows
    ]


def _reason(channel: str, state: str, error: str) -> str:
    """Our own words for our own reasons, the channel's for its provider's."""
    if state == State.IN_DOUBT and not error:
        return str(NO_ANSWER_KEPT)
    if error in REASONS:
        return str(REASONS[error])
    known = channels().get(channel)
    return known.reason(error) if known else error
