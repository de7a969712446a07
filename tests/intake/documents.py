"""CAP 1.2 as another system would write it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from lxml import etree

CAP = "urn:oasis:names:tc:emergency:cap:1.2"
SENDER = "scada.example.se"
ÄSPERED = {"areaDesc": "Äspered", "geocode": [("Tätort", "1490TB121")]}
WATER = ("urn:notify:service", "water")

ALERT = ("identifier", "sender", "sent", "status", "msgType", "source", "scope", "references")
INFO = (
    "language", "category", "event", "responseType", "urgency", "severity", "certainty", "eventCode", "effective",
    "onset", "expires", "senderName", "headline", "description", "instruction", "web", "contact", "parameter",
    "resource", "area",
)  # fmt: skip
"""The elements in the schema's order."""


def moment(at: datetime) -> str:
    """The time as CAP writes it."""
    return timezone.localtime(at).isoformat(timespec="seconds")


def info(**changes: Any) -> dict[str, Any]:
    """Severe water outage in Äspered since now, over in four hours; None leaves an element out."""
    now = timezone.now()
    values: dict[str, Any] = {
        "language": "sv-SE",
        "category": ["Infra"],
        "event": "Vattenavbrott",
        "urgency": "Immediate",
        "severity": "Severe",
        "certainty": "Observed",
        "eventCode": [WATER],
        "onset": moment(now),
        "expires": moment(now + timedelta(hours=4)),
        "senderName": "Driftcentralen",
        "headline": "Vattenavbrott i Äspered",
        "description": "En ledning har gått sönder.",
        "area": [ÄSPERED],
    }
    return values | changes


def cap(*infos: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A message that says ``infos``, by default one; None leaves an element out."""
    values: dict[str, Any] = {
        "identifier": str(uuid.uuid4()),
        "sender": SENDER,
        "sent": moment(timezone.now()),
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Public",
    }
    return values | {"info": infos or (info(),)} | changes


def after(earlier: dict[str, Any], *infos: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An update of the earlier message, a minute later."""
    sent = datetime.fromisoformat(earlier["sent"]) + timedelta(minutes=1)
    said = infos or earlier["info"]
    values: dict[str, Any] = {
        "msgType": "Update",
        "sent": moment(sent),
        "references": reference(earlier),
    }
    return cap(*said, **({"sender": earlier["sender"]} | values | changes))


def all_clear(earlier: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The update that says that it is over."""
    over = {"responseType": ["AllClear"], "urgency": "Past", "headline": "Vattnet är tillbaka"}
    return after(earlier, info(**(over | changes)))


def reference(message: dict[str, Any]) -> str:
    """Its name in ``references``."""
    return f"{message['sender']},{message['identifier']},{message['sent']}"


def xml(message: dict[str, Any]) -> bytes:
    """The message as its bytes."""
    root = etree.Element(f"{{{CAP}}}alert", nsmap={None: CAP})
    _fill(root, ALERT, message)
    for one in message["info"]:
        _fill(etree.SubElement(root, f"{{{CAP}}}info"), INFO, one)
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return written


def _fill(parent: Any, names: Sequence[str], values: dict[str, Any]) -> None:
    for name in names:
        value = values.get(name)
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                _add(parent, name, one)


def _add(parent: Any, name: str, value: Any) -> None:
    element = etree.SubElement(parent, f"{{{CAP}}}{name}")
    if isinstance(value, tuple):
        _fill(element, ("valueName", "value"), {"valueName": value[0], "value": value[1]})
    elif isinstance(value, dict):
        _fill(element, tuple(value), value)
    else:
        element.text = value
