"""What a receiving system is told: one JSON document per update, the same bytes at every try.

Its shape is a promise (docs/webhooks.md): fields may be added, none is taken away or changes meaning.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from notify.channels.notice import Notice
from notify.channels.texts import json_bytes

TEST = "test"
"""The type of an event that tells of nothing: somebody tries the connection."""


@dataclass(frozen=True, slots=True)
class Event:
    """message: the webhook-id, the same at every try. kind: the event's type. body: as it is signed."""

    message: str
    kind: str
    body: bytes
    alert: str = ""
    number: int | None = None


def event(notice: Notice) -> Event:
    """The event that tells of a notice: the whole of it, so that whoever missed others has lost nothing."""
    kind = f"alert.{notice.ending or ('published' if notice.number == 1 else 'updated')}"
    body = document(kind, notice.sent, _data(notice))
    return Event(f"msg_{uuid.UUID(notice.update).hex}", kind, body, notice.alert, notice.number)


def trial(name: str) -> Event:
    """An event that tells of nothing. name: the receiving system's, as we call it."""
    body = document(TEST, timezone.now(), {"name": name})
    return Event(f"msg_{uuid.uuid4().hex}", TEST, body)


def document(kind: str, at: datetime, data: dict[str, Any]) -> bytes:
    """An event's body, as the specification has it: type, timestamp and data."""
    return json_bytes({"type": kind, "timestamp": _instant(at), "data": data})


def _data(notice: Notice) -> dict[str, Any]:
    """The alert as the API shows it, with the update that says so; by the API's names."""
    return {
        "code": notice.alert,
        "state": notice.ending or "active",
        "url": notice.url,
        "identifier": notice.update,
        "number": notice.number,
        "message_type": notice.message_type,
        "response_type": notice.response_type,
        "sent": _instant(notice.sent),
        "service": notice.service,
        "service_names": dict(notice.service_names),
        "severity": notice.severity,
        "urgency": notice.urgency,
        "certainty": notice.certainty,
        "onset": _instant(notice.onset),
        "expires": notice.expires and _instant(notice.expires),
        "words": {language: asdict(words) for language, words in notice.words.items()},
        "advice": {one.kind: one.key for one in notice.advice},
        "advice_words": {one.kind: dict(one.words) for one in notice.advice},
        "help_at": list(notice.help_at),
        "areas": [place.code for place in notice.places],
        "places": [{"code": place.code, "name": place.name} for place in notice.places],
        "publisher": notice.publisher,
    }


def _instant(at: datetime) -> str:
    """With its offset from UTC, by the site's clock, as the API writes times."""
    return timezone.localtime(at).isoformat()
