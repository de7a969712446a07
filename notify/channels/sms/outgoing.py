"""An SMS that is ready to be handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from notify.channels.base import Recipient, Text
from notify.channels.notice import Notice
from notify.channels.sms.compose import compose
from notify.channels.sms.text import measure, normalise

LONGEST_VALIDITY = 36000
"""Seconds; Twilio's ValidityPeriod is 1 to 36000 and, left out, the longest."""

URGENT = frozenset({"Extreme", "Severe"})
"""CAP severities whose messages overtake the others."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One SMS. body: as it goes out, normalised. valid_for: seconds, 1 to 36000, its words stay true.

    units: segments. since: when its words came to be, so that it cannot have been sent before.
    urgent: it goes before those that are not. provider: who was given it before, when asked about.
    earlier: ids of messages with these words that are not this one.
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


def for_notice(notice: Notice, recipients: Sequence[Recipient]) -> list[Outgoing]:
    """An SMS for each, in their language.

    Composed and measured once per language: per message there is nothing left but the call.
    """
    valid_for = _valid_for(notice, timezone.now())
    bodies = {one: compose(notice, one) for one in {person.language for person in recipients}}
    units = {language: measure(body).segments for language, body in bodies.items()}
    return [
        Outgoing(
            person.address,
            person.reference,
            bodies[person.language],
            valid_for,
            units[person.language],
            since=notice.sent,
            urgent=notice.severity in URGENT,
            provider=person.provider,
            earlier=person.earlier,
        )
        for person in recipients
    ]


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
    )


def _valid_for(notice: Notice, now: datetime) -> int:
    """Seconds that the words stay true: a disruption's until its expected end, an all-clear's on."""
    if notice.ends_alert or notice.expires is None:
        return LONGEST_VALIDITY
    return _clamped((notice.expires - now).total_seconds())


def _clamped(seconds: float) -> int:
    return max(1, min(LONGEST_VALIDITY, int(seconds)))
