"""How many messages make a handful that is through in a few seconds.

Before each handful a worker looks whether the words still stand: at ten segments a second, 500
messages would go on for minutes after the alert was taken back.
"""

from __future__ import annotations

import time

SECONDS = 2.0
"""How long a handful should take. The next one is taken while the last one leaves, so that words are
at most twice as old as this when they go out."""
USUAL_SEGMENTS = 2
"""Of one SMS, before any was sent."""


class Handful:
    """Grows and shrinks with the speed that was measured last."""

    def __init__(self, most: int, per_second: float, processes: int) -> None:
        """most: messages, whatever the speed. per_second: segments of all processes; 0 is no limit."""
        self._most = most
        self._limited = per_second > 0
        first = per_second / processes / USUAL_SEGMENTS * SECONDS
        # A provider that answers late makes all of them late, however few are under way.
        self._least = max(1, int(first / 4))
        self.size = self._fit(first) if self._limited else most

    def took(self, messages: int, since: float) -> None:
        """So many messages went out since that moment of ``time.monotonic``."""
        if self._limited and messages:
            seconds = max(time.monotonic() - since, 0.001)
            # At most twice as many: one quick handful after a pause says little about the next.
            self.size = self._fit(min(messages / seconds * SECONDS, self.size * 2))

    def _fit(self, messages: float) -> int:
        return min(self._most, max(self._least, int(messages)))
