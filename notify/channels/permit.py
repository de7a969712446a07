"""How long a message may still leave after its sender last knew that nobody else sends it.

Whoever is silent for too long counts as dead, and others do its work. If it only stood still
(stopped, without memory, on a machine that slept) it knows nothing of that when it goes on, and
still has in hand what it was about to send.
"""

from __future__ import annotations

import math
import time

LEAVES_WITHIN = 35.0
"""Seconds. Who sends is told again that a message is its own before they are over: every 15 s, and
after the longest silence of a channel (20 s). Others ask about it, and then may send it themselves,
no sooner than 55 s after it was so last (``dispatch.overdue.LETTING_GO``): what left at the last
moment has 20 s to arrive."""

_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now() -> float:
    """Seconds by a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(_CLOCK)


class Permit:
    """Lets messages leave for LEAVES_WITHIN from when they were last known to be their sender's.

    Whoever renews it and whoever looks may be in different threads.
    """

    __slots__ = ("_until",)

    def __init__(self, since: float = -math.inf) -> None:
        """since: as for ``renew``. Without it nothing may leave yet."""
        self.renew(since)

    def renew(self, since: float) -> None:
        """since: the ``now`` of before the question whether they are still the sender's was asked."""
        self._until = since + LEAVES_WITHIN

    @property
    def holds(self) -> bool:
        """Whether a message may leave at this moment."""
        return now() < self._until


ALWAYS = Permit(math.inf)
"""For what nobody else would send."""
