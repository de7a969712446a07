"""What the providers' words for a message's status mean in ours.

Sources: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values,
https://46elks.com/docs/sms-delivery-reports
"""

from __future__ import annotations

import logging
import re
import time

from notify.channels import tally
from notify.channels.base import Outcome

_OUTCOMES = {
    **dict.fromkeys(
        ("accepted", "created", "scheduled", "queued", "sending", "sent"), Outcome.ACCEPTED
    ),
    **dict.fromkeys(("delivered", "read"), Outcome.DELIVERED),
    # The provider's last word: it has already tried for as long as it was allowed to.
    **dict.fromkeys(("undelivered", "failed", "canceled"), Outcome.FAILED),
}

QUIET_SECONDS = 60.0
"""Between two lines in the log about statuses that we do not know: a new one comes with every SMS."""

# What may be kept and shown: a name such as providers give their statuses, and nothing of a person.
_NAME = re.compile("[a-z_-]{1,32}")

log = logging.getLogger(__name__)
_said_at = float("-inf")


def outcome_of(status: str) -> Outcome:
    """Our outcome for it; one that we do not know says only that the provider has the message."""
    if status not in _OUTCOMES:
        _note(status)
    return _OUTCOMES.get(status, Outcome.ACCEPTED)


def _note(status: str) -> None:
    """Keep and count it, and say so now and then."""
    global _said_at  # noqa: PLW0603 - of this process, like its log
    tally.add(tally.UNKNOWN_STATUS, status if _NAME.fullmatch(status) else "unreadable")
    now = time.monotonic()
    if now - _said_at >= QUIET_SECONDS:
        _said_at = now
        # Never the words themselves: they came from outside, and a log is no place for them.
        log.warning("The SMS provider reports a status that we do not know: /metrics says which")
