"""What every provider of SMS is to the rest of this folder, and what all of them have in common.

A provider has no idempotency key. So what matters in every answer, and in every missing one, is
whether it can have taken the message: a refusal says no, a connection that was never made says no,
and everything else leaves it in doubt.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Protocol

from notify.channels import tally
from notify.channels.base import Outcome, Receipt
from notify.channels.sms import errors
from notify.channels.sms.outgoing import Outgoing

ANSWER_SECONDS = 20.0
LOOK_BACK = timedelta(days=1)
"""How long before its words came to be, by the clock of whoever published them, a message is looked for.
That clock may be wrong, and the provider's list not quite newest first; one that is wrongly taken
for absent is sent twice."""
QUIET_SECONDS = 60.0

log = logging.getLogger(__name__)


class Provider(Protocol):
    """An account at a company that carries SMS, opened in the event loop that it is used in.

    name: in receipts and in the ledger, at most 16 characters. sender: account and sender, which
    share one pace. Its callbacks come to a webhook of its own, which checks that they are genuine.
    """

    name: str
    sender: str

    async def create(self, message: Outgoing) -> Receipt:
        """Hand over one SMS. Never raises: whatever happens is the receipt's outcome."""

    async def find(self, message: Outgoing) -> Receipt:
        """Ask whether the provider has this SMS, and what became of it. Never raises.

        ABSENT is said only after the whole list was read back to before it can have been sent.
        """


class Refusals:
    """Receipts for what went wrong at one provider; says in the log what an operator must know."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._said: dict[str, float] = {}

    def receipt(
        self,
        reference: str,
        outcome: Outcome,
        code: str,
        *,
        retry_after: float | None = None,
        error: Exception | None = None,
    ) -> Receipt:
        """outcome: FAILED for a refusal, which the code's meaning may turn into FAILED_FOR_NOW."""
        if code in errors.TOO_FAST:
            tally.add(tally.TOO_FAST, self._provider)
        meaning = errors.meaning(code)
        if outcome is Outcome.FAILED and meaning in (
            errors.Meaning.FOR_NOW,
            errors.Meaning.OPERATOR,
        ):
            outcome = Outcome.FAILED_FOR_NOW
        if meaning is errors.Meaning.OPERATOR:
            self._log(logging.ERROR, "The SMS provider refuses our messages with error %s", code)
        elif outcome is Outcome.IN_DOUBT:
            # Never the exception's text: it can hold a phone number.
            what = type(error).__name__ if error else code
            self._log(logging.WARNING, "No clear answer from the SMS provider: %s", what)
        return Receipt(
            reference,
            outcome,
            provider=self._provider,
            error=code,
            retry_after=retry_after,
            opted_out=meaning is errors.Meaning.OPTED_OUT,
        )

    def doubt(self, reference: str, code: str, error: Exception) -> Receipt:
        """The provider could not be asked what became of a message."""
        asked = self.receipt(reference, Outcome.IN_DOUBT, code, error=error)
        return Receipt(reference, Outcome.IN_DOUBT, self._provider, error=asked.error)

    def _log(self, level: int, sentence: str, what: str) -> None:
        """Say it once a minute: what is wrong with one message is wrong with thousands of others."""
        now = time.monotonic()
        if now - self._said.get(what, -QUIET_SECONDS) >= QUIET_SECONDS:
            self._said[what] = now
            log.log(level, sentence, what)


def seconds(header: str | None) -> float | None:
    """Retry-After in seconds; None for a date or nonsense (RFC 9110 section 10.2.3)."""
    return float(header) if header and header.isascii() and header.isdigit() else None
