"""Sveriges Radio's API as it answers: a server of our own with messages in the shape that it has."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BORÅS = {
    "areaDesc": "Borås kommun (Västra Götalands län)",
    "geocode": [{"valueName": "Kommun", "value": "1490"}],
}
SENDER = "https://vmaapi.sr.se/api/v3"
ALERT: dict[str, Any] = {
    "identifier": "SRCAP20261126082618I",
    "sender": SENDER,
    "sent": "2026-11-26T08:26:18+01:00",
    "status": "Actual",
    "msgType": "Alert",
    "scope": "Public",
    "references": None,
    "incidents": "SRVMA20261126082618I",
    "info": [
        {
            "language": "sv-SE",
            "category": ["Safety"],
            "event": "Viktigt meddelande till allmänheten (VMA)",
            "urgency": "Immediate",
            "severity": "Severe",
            "certainty": "Observed",
            "senderName": "Sveriges Radio",
            "description": "Viktigt meddelande till allmänheten i Borås.\r\n\r\nGå inomhus och stäng fönster.",
            "web": "https://sverigesradio.se/artikel/vma-vad-ar-det",
            "area": [BORÅS],
        },
        {
            "language": "en-US",
            "category": ["Safety"],
            "event": "Important Public Announcement (IPA)",
            "urgency": "Immediate",
            "severity": "Severe",
            "certainty": "Observed",
            "senderName": "Sveriges Radio",
            "description": "Go indoors and close the windows.",
            "area": [BORÅS],
        },
    ],
}
"""A message in the shape of version 3; version 2 has one category where this has a list."""
OVER = {
    "identifier": "SRCAP20261126104316I",
    "sender": SENDER,
    "sent": "2026-11-26T10:43:16+01:00",
    "status": "Actual",
    "msgType": "Cancel",
    "scope": "Public",
    # As its own examples have it: the time is not the one that the first message had.
    "references": f"{SENDER},SRCAP20261126082618I,2026-11-26T07:26:18+01:00",
    "incidents": "SRVMA20261126082618I",
    "info": None,
}
"""The end of it, which says nothing."""


def of(**changes: Any) -> dict[str, Any]:
    """The message with these fields of its own changed."""
    return {**ALERT, **changes}


def about(*areas: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    """The message's infos, about other areas or with other fields."""
    return [{**info, "area": list(areas) or info["area"], **changes} for info in ALERT["info"]]


@dataclass
class Radio:
    """What it answers next, and what it was asked."""

    url: str = ""
    alerts: list[Any] = field(default_factory=list)
    body: bytes | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self) -> bytes:
        """The body that goes out."""
        if self.body is not None:
            return self.body
        return json.dumps(
            {"timestamp": "2026-11-26T12:34:43+01:00", "alerts": self.alerts}
        ).encode()


@contextmanager
def radio() -> Iterator[Radio]:
    """A running one, on a free port."""
    state = Radio()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(dict(self.headers))
            body = state.answer()
            known = self.headers.get("If-None-Match")
            unchanged = known is not None and known == state.headers.get("ETag")
            self.send_response(304 if unchanged else state.status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(0 if unchanged else len(body)))
            self.end_headers()
            if not unchanged:
                self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        state.url = f"http://127.0.0.1:{server.server_port}/api/v3/alerts"
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
