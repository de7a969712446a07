"""What Twilio refuses, with its own error codes and HTTP statuses.

Source: https://www.twilio.com/docs/api/errors (each code has a page of its own).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from .messages import DEFAULT_VALIDITY_SECONDS

MAX_BODY = 1600
MAX_ALPHANUMERIC = 11

_SEPARATORS = re.compile(r"[\s().\-]")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_SHORT_CODE = re.compile(r"\d{3,8}")
_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +\-_&]+")
_SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")


class Refusal(Exception):
    """The API refuses a request: an HTTP status, Twilio's error code and a sentence."""

    def __init__(
        self, status: int, code: int, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def document(self) -> dict[str, Any]:
        """The error body that Twilio's clients turn into a TwilioRestException."""
        more_info = f"https://www.twilio.com/docs/errors/{self.code}"
        return {
            "code": self.code,
            "message": self.message,
            "more_info": more_info,
            "status": self.status,
        }


@dataclass(frozen=True, slots=True)
class Request:
    """A POST to Messages.json that passed validation. ``send_at`` is POSIX seconds for a scheduled message."""

    to: str
    sender: str | None
    messaging_service_sid: str | None
    body: str
    callback_url: str | None
    validity_seconds: int
    send_at: float | None


def unauthenticated() -> Refusal:
    """20003: the account SID or the auth token is wrong or missing."""
    return Refusal(401, 20003, "Authenticate", {"WWW-Authenticate": 'Basic realm="Twilio API"'})


def not_found(path: str) -> Refusal:
    """20404: there is no such resource."""
    return Refusal(404, 20404, f"The requested resource {path} was not found")


def too_many(retry_after: int) -> Refusal:
    """20429: the only answer that is certain not to have been processed."""
    return Refusal(429, 20429, "Too Many Requests", {"Retry-After": str(retry_after)})


def server_error() -> Refusal:
    """20500: something broke at the provider; whether it accepted the message is anyone's guess."""
    return Refusal(500, 20500, "Internal Server Error")


def unsubscribed(to: str) -> Refusal:
    """21610: the recipient wrote STOP to this sender."""
    return Refusal(400, 21610, f"Attempt to send to unsubscribed recipient: {to}")


def fated(code: int, to: str) -> Refusal:
    """The refusal that a test has asked for at this number, such as 21614 (not a mobile number)."""
    return Refusal(400, code, f"The 'To' number {to} was refused with error {code}")


def normalise_number(text: str) -> str:
    """Strip the separators that Twilio ignores in a phone number."""
    return _SEPARATORS.sub("", text)


def is_phone_number(text: str) -> bool:
    """True for E.164: a plus sign and 7 to 15 digits."""
    return _E164.fullmatch(text) is not None


def can_be_answered(sender: str) -> bool:
    """False for an alphanumeric sender: nobody can reply to a name."""
    return is_phone_number(sender) or _SHORT_CODE.fullmatch(sender) is not None


def validate(form: Mapping[str, str], disabled_regions: Collection[str] = ()) -> Request:
    """Check a create request the way Twilio does, in its order; raise :class:`Refusal` at the first fault.

    ``disabled_regions`` are E.164 prefixes ("+7") to which the account may not send (21408).
    """
    to = _recipient(form, disabled_regions)
    service = form.get("MessagingServiceSid") or None
    sender = _sender(form, service)
    body = form.get("Body", "")
    if not body:
        raise Refusal(400, 21602, "Message body is required.")
    if len(body) > MAX_BODY:
        raise Refusal(
            400, 21617, f"The concatenated message body exceeds the {MAX_BODY} character limit"
        )
    return Request(
        to, sender, service, body, _callback_url(form), _validity(form), _send_at(form, service)
    )


def _recipient(form: Mapping[str, str], disabled_regions: Collection[str]) -> str:
    given = form.get("To", "")
    if not given.strip():
        raise Refusal(400, 21604, "A 'To' phone number is required.")
    to = normalise_number(given)
    if not is_phone_number(to):
        raise Refusal(400, 21211, f"The 'To' number {given} is not a valid phone number.")
    if any(to.startswith(prefix) for prefix in disabled_regions):
        raise Refusal(
            400,
            21408,
            f"Permission to send an SMS has not been enabled for the region of 'To': {to}",
        )
    return to


def _sender(form: Mapping[str, str], service: str | None) -> str | None:
    if service is not None and not _SERVICE_SID.fullmatch(service):
        raise Refusal(400, 21701, "The Messaging Service does not exist.")
    given = form.get("From", "").strip()
    if not given:
        if service is None:
            raise Refusal(400, 21603, "A 'From' phone number is required.")
        return None
    number = normalise_number(given)
    if can_be_answered(number):
        return number
    if _ALPHANUMERIC.fullmatch(given) and len(given) <= MAX_ALPHANUMERIC:
        return given
    raise Refusal(
        400,
        21212,
        f"The 'From' number {given} is not a valid phone number, shortcode or alphanumeric sender ID.",
    )


def _callback_url(form: Mapping[str, str]) -> str | None:
    url = form.get("StatusCallback") or None
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or any(char.isspace() for char in url):
        raise Refusal(400, 21609, "The 'StatusCallback' URL is not a valid URL.")
    return url


def _validity(form: Mapping[str, str]) -> int:
    given = form.get("ValidityPeriod")
    if given is None:
        return DEFAULT_VALIDITY_SECONDS
    if not re.fullmatch(r"[0-9]{1,5}", given) or not 1 <= int(given) <= DEFAULT_VALIDITY_SECONDS:
        raise Refusal(
            400, 90007, f"The validity period must be 1 to {DEFAULT_VALIDITY_SECONDS} seconds."
        )
    return int(given)


def _send_at(form: Mapping[str, str], service: str | None) -> float | None:
    given = form.get("SendAt")
    if form.get("ScheduleType") != "fixed" or not given:
        return None
    if service is None:
        raise Refusal(400, 35118, "MessagingServiceSid is required to schedule a message.")
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise Refusal(400, 35114, "SendAt is not an ISO 8601 time.") from None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
