"""When to stop asking a provider that does not answer, and when to try it again."""

from __future__ import annotations

import logging
import time

FAILURES = 5
"""In a row, after which a provider counts as down. Those in flight then are lost to doubt anyway."""
REST = 15.0
"""Seconds before one message tries whether it is back."""
LONGEST_REST = 120.0

log = logging.getLogger(__name__)


class Breaker:
    """Of one service of a provider in one process: closed while it works, open while it is down.

    After a rest one message is let through. Its success closes the breaker; its failure opens it
    again, for twice as long.
    """

    def __init__(self, service: str, meanwhile: str) -> None:
        """service: what does not answer. meanwhile: what becomes of its work. Both for the log."""
        self._service = service
        self._meanwhile = meanwhile
        self._failures = 0
        self._rest = REST
        self._open_until: float | None = None
        self._trying = False

    @property
    def resting(self) -> float:
        """Seconds before the provider may be tried again; 0.0 if it may be tried now."""
        return max(0.0, (self._open_until or 0.0) - time.monotonic())

    def admits(self) -> bool:
        """Whether one message may be sent now. After a rest, who is told so is the one that tries."""
        if self._open_until is None:
            return True
        if self.resting:
            return False
        # The others go on waiting until this one is through, or as long again if it never is.
        self._trying = True
        self._open_until = time.monotonic() + self._rest
        return True

    def succeeded(self) -> None:
        """The provider gave a clear answer."""
        if self._open_until is not None:
            log.warning("%s answers again", self._service)
        self._failures, self._rest = 0, REST
        self._open_until, self._trying = None, False

    def failed(self) -> None:
        """The provider could not be reached, or left a message in doubt."""
        self._failures += 1
        if self._open_until is None and self._failures >= FAILURES:
            log.error("%s does not answer: %s", self._service, self._meanwhile)
            self._open_until = time.monotonic() + self._rest
        elif self._trying:
            # Those that were in flight when it opened fail too, and say nothing new.
            self._trying = False
            self._rest = min(self._rest * 2, LONGEST_REST)
            self._open_until = time.monotonic() + self._rest
