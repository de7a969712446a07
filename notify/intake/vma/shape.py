"""Sveriges Radio's JSON as documents: CAP's names and values, in the shape of its API's versions 2 and 3.

Source: https://vmaapi.sr.se/index.html. An answer is ``{"timestamp": …, "alerts": [message, …]}``. Version 2 has
one ``category`` where version 3 has a list; an end has no ``info``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from notify.alerts.content import YEARS
from notify.channels.texts import clean_json
from notify.intake.cap.read import NAME
from notify.intake.document import Document, Extent, Info, Reference
from notify.intake.geometry import circle, ring

Json = Mapping[str, Any]


class Misshapen(Exception):
    """It is not in the shape that is known. ``str()`` says what is not, in few words, for the log."""


def messages(body: bytes) -> list[Any]:
    """The messages of an answer, as they came. Raises Misshapen."""
    try:
        answer = clean_json(json.loads(body))
        alerts = answer["alerts"]
    except (ValueError, RecursionError, TypeError, LookupError) as error:
        raise Misshapen(f"the answer is no list of alerts ({type(error).__name__})") from None
    if not isinstance(alerts, list):
        raise Misshapen("the answer is no list of alerts")
    return alerts


def document(message: Any) -> Document:
    """One message. Raises Misshapen."""
    try:
        return Document(
            sender=_name(message["sender"]),
            identifier=_name(message["identifier"]),
            sent=_time(message["sent"]),
            status=str(message["status"]),
            message_type=str(message["msgType"]),
            scope=str(message["scope"]),
            references=tuple(_references(message.get("references"))),
            infos=tuple(map(_info, _many(message.get("info")))),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Misshapen(f"a message is not as it should be ({error!s:.80})") from None


def _info(info: Json) -> Info:
    return Info(
        language=_text(info, "language") or "en-US",
        event=_text(info, "event"),
        categories=tuple(map(str, _many(info.get("category")))),
        urgency=_text(info, "urgency"),
        severity=_text(info, "severity"),
        certainty=_text(info, "certainty"),
        extents=tuple(map(_extent, _many(info.get("area")))),
        response_types=tuple(map(str, _many(info.get("responseType")))),
        sender_name=_text(info, "senderName"),
        resources=len(_many(info.get("resource"))),
        effective=_time_if(info, "effective"),
        onset=_time_if(info, "onset"),
        expires=_time_if(info, "expires"),
        headline=_text(info, "headline"),
        description=_text(info, "description"),
        instruction=_text(info, "instruction"),
        web=_text(info, "web"),
        contact=_text(info, "contact"),
    )


def _extent(area: Json) -> Extent:
    codes = (
        (str(code["valueName"]), str(code["value"]).strip()) for code in _many(area.get("geocode"))
    )
    return Extent(
        description=_text(area, "areaDesc"),
        polygons=tuple(map(ring, _many(area.get("polygon")))),
        circles=tuple(map(circle, _many(area.get("circle")))),
        geocodes=tuple(codes),
    )


def _references(written: str | None) -> Iterator[Reference]:
    for one in (written or "").split():
        sender, identifier, _sent = one.split(",")
        yield Reference(_name(sender), _name(identifier))


def _many(value: Any) -> list[Any]:
    """The values of what may be there once, several times, or not at all."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(parent: Json, name: str) -> str:
    return str(parent.get(name) or "").strip()


def _name(value: Any) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise ValueError("no name")
    return value


def _time_if(parent: Json, name: str) -> datetime | None:
    return _time(parent[name]) if parent.get(name) else None


def _time(value: Any) -> datetime:
    time = datetime.fromisoformat(value)
    if time.tzinfo is None or time.year not in YEARS:
        raise ValueError("no time with its offset")
    return time.astimezone(UTC)
