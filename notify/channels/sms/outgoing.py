"""An SMS that is ready to be handed over."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from notify.channels.base import Recipient, Text
from notify.channels.notice import Notice
from notify.channels.permit import ALWAYS, Permit
from notify.channels.sms.compose import compose
from notify.channels.sms.text import measure, normalise

LONGEST_VALIDITY = 36000
"""Seconds; Twilio's ValidityPeriod is 1 to 36000 and, left out, the longest."""

URGENT = frozenset({"Extreme", "Severe"})
"""CAP severities whose messages overtake the others."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One SMS. body: as it goes out, normalised. valid_for: seconds, 1 to 36000, its words stay true.

    units: segments. since: when its words came to be, by some clock of ours.
    urgent: it goes before those that are not. provider: who was given it before, when asked about.
    earlier: ids of messages with these words that are not this one. permit: until when it may leave.
    """

    address: str
    reference: str
    body: str
    valid_for: int
    units: int
    since: datetime
    urgent: bool = False
    provider: str = ""
    earlier: tuple[str, ...] = ()
    permit: Permit = field(default=ALWAYS, compare=False)


def for_notice(notice: Notice, recipients: Iterable[Recipient]) -> Iterator[Outgoing]:
    """An SMS for each, in their language, as they are drawn.

    Composed and measured once per language: per message there is nothing left but the call.
    """
    urgent = notice.severity in URGENT
    composed: dict[str, tuple[str, int]] = {}
    for person in recipients:
        if person.language not in composed:
            body = compose(notice, person.language)
            composed[person.language] = body, measure(body).segments
        body, units = composed[person.language]
        yield Outgoing(
            person.address,
            person.reference,
            body,
            _valid_for(notice),
            units,
            since=notice.sent,
            urgent=urgent,
            provider=person.provider,
            earlier=person.earlier,
            permit=person.permit,
        )


def for_text(text: Text) -> Outgoing:
    """The SMS that carries the text."""
    body = normalise(text.body)
    return Outgoing(
        text.address,
        text.reference,
        body,
        _clamped(text.valid_for),
        measure(body).segments,
        # No text lives longer, so an older one with the same words is another one.
        since=timezone.now() - timedelta(seconds=LONGEST_VALIDITY),
        # Somebody waits for it: a code, an answer.
        urgent=True,
        provider=text.provider,
        permit=text.permit,
    )


def _valid_for(notice: Notice) -> int:
    """Seconds that the words stay true: a disruption's until its expected end, an all-clear's on."""
    if notice.ends_alert or notice.expires is None:
        return LONGEST_VALIDITY
    return _clamped(notice.expires.timestamp() - time.time())


def _clamped(seconds: float) -> int:
    return max(1, min(LONGEST_VALIDITY, int(seconds)))
