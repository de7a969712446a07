"""What the providers' words for a message's status mean in ours.

Sources: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values,
https://46elks.com/docs/sms-delivery-reports
"""

from __future__ import annotations

import logging

from notify.channels.base import Outcome

_OUTCOMES = {
    **dict.fromkeys(
        ("accepted", "created", "scheduled", "queued", "sending", "sent"), Outcome.ACCEPTED
    ),
    **dict.fromkeys(("delivered", "read"), Outcome.DELIVERED),
    # The provider's last word: it has already tried for as long as it was allowed to.
    **dict.fromkeys(("undelivered", "failed", "canceled"), Outcome.FAILED),
}

log = logging.getLogger(__name__)


def outcome_of(status: str) -> Outcome:
    """Our outcome for it; one that we do not know says only that the provider has the message."""
    if status not in _OUTCOMES:
        # Never the words themselves: they came from outside, and a log is no place for them.
        log.warning("The SMS provider reports a status that we do not know")
    return _OUTCOMES.get(status, Outcome.ACCEPTED)
