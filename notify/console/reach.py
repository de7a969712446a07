"""How many people have what was said already: whom a correction does not reach any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from notify.channels.base import AddressedBy
from notify.channels.registry import channels
from notify.console.outlook import whole
from notify.dispatch.models import Dispatch, State
from notify.dispatch.progress import progress

HAVE = (State.SENDING, State.IN_DOUBT, State.SENT, State.DELIVERED)
"""States in which somebody has it, or may have."""


@dataclass(frozen=True, slots=True)
class Reach:
    """have: who has it, or may have. waiting: who gets it yet. gathering: whether more of them are still found."""

    have: int
    waiting: int
    gathering: bool

    @property
    def have_said(self) -> str:
        """How many have it, with the thousands set apart."""
        return whole(self.have)

    @property
    def waiting_said(self) -> str:
        """How many wait for it, likewise."""
        return whole(self.waiting)

    @property
    def anybody(self) -> bool:
        """Whether it has gone to people at all, or will."""
        return bool(self.have or self.waiting or self.gathering)


def reach(dispatch: Dispatch) -> Reach:
    """How far a dispatch has come with people. One statement."""
    told = [one for one in progress(dispatch) if _to_people(one.channel)]

    def counted(states: Iterable[State]) -> int:
        return sum(one.counts[state] for one in told for state in states)

    stopped = dispatch.withdrawn_at is not None
    gathering = not stopped and any(not one.expanded for one in told)
    return Reach(counted(HAVE), 0 if stopped else counted([State.QUEUED]), gathering)


def _to_people(name: str) -> bool:
    channel = channels().get(name)
    return channel is not None and channel.addressed_by == AddressedBy.SUBSCRIBER
