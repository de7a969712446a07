"""Notices as dispatch would hand them to a channel, and handing them over."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from notify.channels.base import Channel, Receipt, Recipient
from notify.channels.notice import Notice, Place, Words

BORÅS = Place("1490", "Borås", "/1490/")
ÄSPERED = Place("1490TB121", "Äspered", "/1490/1490TB121/")
FRISTAD = Place("1490TB108", "Fristad", "/1490/1490TB108/")
WORDS = {
    "sv": Words(
        "Vattenavbrott i Äspered",
        "En vattenledning har gått sönder vid skolan.",
        "Hämta vatten vid tankbilen på skolgården.",
    ),
    "en": Words(
        "Water outage in Äspered",
        "A water main has burst by the school.",
        "Fetch water from the tanker in the school yard.",
    ),
}


def notice(**changes: Any) -> Notice:
    """Severe water outage in Äspered, the first update of an alert, sent an hour ago."""
    sent = changes.get("sent") or datetime.now(UTC) - timedelta(hours=1)
    values: dict[str, Any] = {
        "update": str(uuid.uuid4()),
        "alert": f"t{uuid.uuid4().hex[:6]}",
        "number": 1,
        "message_type": "Alert",
        "response_type": "",
        "category": "Infra",
        "service": "water",
        "service_names": {"sv": "Dricksvatten", "en": "Drinking water"},
        "severity": "Severe",
        "urgency": "Immediate",
        "certainty": "Observed",
        "places": (ÄSPERED,),
        "language": "sv",
        "words": WORDS,
        "sent": sent,
        "onset": sent,
        "expires": datetime.now(UTC) + timedelta(hours=4),
        "url": "http://testserver/a/test123/",
        "publisher": "Borås stad",
        "sms_url": "http://testserver/test123.1",
    }
    return Notice(**(values | changes))


def update_of(earlier: Notice, **changes: Any) -> Notice:
    """The alert's next update, a minute later."""
    values: dict[str, Any] = {
        "update": str(uuid.uuid4()),
        "number": earlier.number + 1,
        "message_type": "Update",
        "sent": earlier.sent + timedelta(minutes=1),
    }
    return replace(earlier, **(values | changes))


def all_clear_of(earlier: Notice, **changes: Any) -> Notice:
    """The update that says that it is over."""
    return update_of(earlier, **({"response_type": "AllClear"} | changes))


def cancel_of(earlier: Notice, **changes: Any) -> Notice:
    """The update that takes the alert back."""
    return update_of(earlier, **({"message_type": "Cancel"} | changes))


def hand(channel: Channel, notice: Notice, codes: Iterable[str] | None = None) -> list[Receipt]:
    """Send the notice to the area codes, by default to all of its places."""
    wanted = codes if codes is not None else [place.code for place in notice.places]
    recipients = [Recipient(code, f"d-{code}", "sv") for code in wanted]
    return [one for one in channel.send(notice, recipients) if one is not None]
