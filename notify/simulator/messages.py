"""The Message resource of Twilio's 2010-04-01 API: its fields, its JSON and its life.

Source: https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from .segments import Measure, measure

API_VERSION = "2010-04-01"

INBOUND = "inbound"
OUTBOUND_API = "outbound-api"
OUTBOUND_REPLY = "outbound-reply"

ACCEPTED, SCHEDULED, QUEUED, SENT = "accepted", "scheduled", "queued", "sent"
DELIVERED, UNDELIVERED, FAILED, CANCELED = "delivered", "undelivered", "failed", "canceled"
RECEIVED = "received"

FINAL = frozenset({DELIVERED, UNDELIVERED, FAILED, CANCELED, RECEIVED})

VALIDITY_EXPIRED = 30036
DEFAULT_VALIDITY_SECONDS = 36_000

# A plausible figure per segment so that `price` is filled in; it is not a tariff.
PRICE_PER_SEGMENT = Decimal("0.0553")

ERROR_MESSAGES = {
    30001: "Queue overflow",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    VALIDITY_EXPIRED: "Validity Period Expired",
}


def new_sid(prefix: str = "SM") -> str:
    """A fresh 34-character SID: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


@lru_cache(maxsize=256)
def _rfc2822(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC))


def rfc2822(moment: float | None) -> str | None:
    """Write a POSIX time as Twilio does (``Mon, 23 Nov 2026 09:30:00 +0000``), or pass None on."""
    return None if moment is None else _rfc2822(int(moment))


@dataclass(slots=True)
class Message:
    """One message, outbound or inbound. Times are POSIX seconds; ``number`` is its place in the ledger, from 1.

    ``queued`` is when it joined the queue: later than ``created`` for a scheduled message.
    ``sender`` is None while a Messaging Service has not chosen one. ``history`` holds (status, time) from the first
    status on. ``callbacks`` holds (status, time, HTTP status answered or None when there was no answer).
    ``provider`` is whose API took it: "twilio" or "elks".
    """

    sid: str
    account_sid: str
    to: str
    sender: str | None
    body: str
    direction: str
    status: str
    messaging_service_sid: str | None = None
    callback_url: str | None = None
    validity_seconds: int = DEFAULT_VALIDITY_SECONDS
    created: float = field(default_factory=time.time)
    updated: float = 0.0
    queued: float = 0.0
    sent: float | None = None
    error_code: int | None = None
    priced: bool = False
    redacted: bool = False
    deleted: bool = False
    number: int = 0
    note: str | None = None
    provider: str = "twilio"
    history: list[tuple[str, float]] = field(default_factory=list)
    callbacks: list[tuple[str, float, int | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.updated = self.updated or self.created
        self.queued = self.queued or self.created
        self.history.append((self.status, self.created))

    @property
    def outbound(self) -> bool:
        """True for what the account sent, False for what a person wrote."""
        return self.direction != INBOUND

    @property
    def phone(self) -> str:
        """The person's number, whichever way the message went."""
        return self.to if self.outbound else (self.sender or "")

    @property
    def measure(self) -> Measure:
        """Encoding and segments of the text."""
        return measure(self.body)

    @property
    def expires(self) -> float:
        """POSIX time after which a message that is still queued must not be sent (ValidityPeriod)."""
        return self.queued + self.validity_seconds

    def move(self, status: str, error_code: int | None = None) -> None:
        """Record a new status now; ``sent`` also dates and prices the message."""
        now = time.time()
        self.status, self.updated, self.error_code = status, now, error_code
        if status == SENT:
            self.sent, self.priced = now, True
        self.history.append((status, now))


def resource(message: Message) -> dict[str, Any]:
    """The message as the REST API shows it, field for field."""
    uri = f"/{API_VERSION}/Accounts/{message.account_sid}/Messages/{message.sid}"
    segments = message.measure.segments
    return {
        "body": "" if message.redacted else message.body,
        # A Messaging Service has not assigned a sender yet, so Twilio says 0 (num_segments in the reference).
        "num_segments": "0" if message.sender is None else str(segments),
        "direction": message.direction,
        "from": message.sender,
        "date_updated": rfc2822(message.updated),
        "price": str(-PRICE_PER_SEGMENT * segments) if message.priced else None,
        "error_message": ERROR_MESSAGES.get(message.error_code) if message.error_code else None,
        "uri": f"{uri}.json",
        "account_sid": message.account_sid,
        "num_media": "0",
        "to": message.to,
        "date_created": rfc2822(message.created),
        "status": message.status,
        "sid": message.sid,
        "date_sent": rfc2822(message.sent),
        "messaging_service_sid": message.messaging_service_sid,
        "error_code": message.error_code,
        "price_unit": "USD",
        "api_version": API_VERSION,
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }
