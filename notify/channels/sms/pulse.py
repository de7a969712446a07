"""Whether this process stood still: it was stopped, its machine moved, or had no time for it.

Who stands still for long counts as dead, and others do its work. When it goes on, it knows nothing of
that yet, and still has in hand what it was about to send.
"""

from __future__ import annotations

import asyncio
import time

BEAT = 1.0
"""Seconds between two beats."""
STOOD_STILL = 10.0
"""Seconds without a beat after which others may have taken over. Well below a lease, and above what
an event loop loses on a machine that has too much to do."""
STAND_BACK = 2.0
"""Seconds for which nothing is begun then: what is in hand goes back unsent, and whoever handed it
over looks whether it is still theirs before they hand over more."""


class Pulse:
    """Beats as long as its event loop runs; made in that loop."""

    def __init__(self) -> None:
        """Start to beat."""
        self._last = time.monotonic()
        self._back_until = 0.0
        self._next = asyncio.get_running_loop().call_later(BEAT, self._beat)

    @property
    def stands_back(self) -> bool:
        """Whether nothing may be begun now, since the process has just stood still."""
        return self._feel() < self._back_until

    def end(self) -> None:
        """Beat no more."""
        self._next.cancel()

    def _feel(self) -> float:
        now = time.monotonic()
        if now - self._last > STOOD_STILL:
            self._last, self._back_until = now, now + STAND_BACK
        return now

    def _beat(self) -> None:
        self._last = self._feel()
        self._next = asyncio.get_running_loop().call_later(BEAT, self._beat)
