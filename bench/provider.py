"""A fast stand-in for the SMS provider: answers as Twilio's API does, and does nothing else.

``python -m bench.provider --port N``. HTTP/1.1 with keep-alive and pipelining, straight on asyncio's
protocols: a framework would cost more than the client that is measured. It checks nothing and keeps
no messages, only when each was accepted. For faults and a ledger there is ``notify.simulator``.

Control: ``GET /bench`` answers what was counted; ``POST /bench?latency_ms=…&segments_per_second=…``
sets how it behaves (0 is off) and forgets what was counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import time
from array import array
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qs, unquote_plus, urlsplit

from notify.simulator.segments import measure

TOO_MANY = json.dumps(
    {"code": 20429, "message": "Too Many Requests", "more_info": "", "status": 429}
).encode()
RESOURCE = (
    '{{"body":{body},"num_segments":"{segments}","direction":"outbound-api","from":"+46766860000",'
    '"date_updated":"{date}","price":null,"error_message":null,"uri":"/2010-04-01/Messages/%(sid)s.json",'
    '"account_sid":"AC00000000000000000000000000000000","num_media":"0","to":"%(to)s","date_created":"{date}",'
    '"status":"queued","sid":"%(sid)s","date_sent":null,"messaging_service_sid":null,"error_code":null,'
    '"price_unit":"USD","api_version":"2010-04-01","subresource_uris":{{"media":"/Media.json"}}}}'
)
DATE = "Mon, 23 Nov 2026 09:30:00 +0000"


@dataclass(slots=True)
class Said:
    """One text: how it is answered, and when each message with it was accepted (POSIX seconds)."""

    text: str
    segments: int
    answer: bytes
    times: array[float] = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class Provider:
    """What it does and what it counted.

    segments_per_second: beyond it the answer is 429; the bucket holds one second's worth.
    """

    latency: float = 0.0
    segments_per_second: float = 0.0
    refused: int = 0
    number: int = 0
    said: dict[bytes, Said] = field(default_factory=dict)
    _tokens: float = 0.0
    _filled: float = 0.0

    def behave(self, latency_ms: float, segments_per_second: float) -> None:
        """Start over, and behave so from now on."""
        self.latency, self.segments_per_second = latency_ms / 1000, segments_per_second
        self.refused, self.said = 0, {}
        self._tokens, self._filled = segments_per_second, time.monotonic()

    def create(self, form: bytes) -> bytes:
        """The whole HTTP answer to a form that asks for a message."""
        body, to = _field(form, b"Body"), _field(form, b"To")
        said = self.said.get(body)
        if said is None:
            said = self.said[body] = _said(body)
        if self.segments_per_second and not self._affords(said.segments):
            self.refused += 1
            return _answer(429, TOO_MANY, b"Retry-After: 1\r\n")
        said.times.append(time.time())
        self.number += 1
        sid = b"SM%032x" % self.number
        return _answer(201, said.answer % {b"sid": sid, b"to": to.replace(b"%2B", b"+")})

    def counted(self) -> bytes:
        """What was accepted, per text: how many, and when the first, each thousandth and the last."""
        texts = [
            {
                "text": said.text,
                "segments": said.segments,
                "accepted": len(said.times),
                "times": [said.times[0], *said.times[999::1000], said.times[-1]],
            }
            for said in self.said.values()
            if said.times
        ]
        document = {"refused": self.refused, "cpu": time.process_time(), "texts": texts}
        return json.dumps(document).encode()

    def _affords(self, segments: int) -> bool:
        now = time.monotonic()
        earned = (now - self._filled) * self.segments_per_second
        self._tokens = min(self.segments_per_second, self._tokens + earned)
        self._filled = now
        if self._tokens < segments:
            return False
        self._tokens -= segments
        return True


def _said(body: bytes) -> Said:
    text = unquote_plus(body.decode())
    segments = measure(text).segments
    answer = RESOURCE.format(
        body=json.dumps(text, ensure_ascii=False).replace("%", "%%"), segments=segments, date=DATE
    )
    return Said(text, segments, answer.encode())


def _field(form: bytes, name: bytes) -> bytes:
    """The field as it is written, still percent-encoded; empty if there is none."""
    start = form.find(name + b"=")
    if start < 0:
        return b""
    end = form.find(b"&", start)
    return form[start + len(name) + 1 : end if end >= 0 else len(form)]


@lru_cache(maxsize=4096)
def _head(status: int, length: int, more: bytes) -> bytes:
    word = {200: b"OK", 201: b"CREATED", 404: b"NOT FOUND", 429: b"TOO MANY REQUESTS"}[status]
    return b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n" % (
        status,
        word,
        length,
        more,
    )


def _answer(status: int, body: bytes, more: bytes = b"") -> bytes:
    return _head(status, len(body), more) + body


class Connection(asyncio.Protocol):
    """One client. Requests are answered in the order they came, each after the latency."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete by now."""
        buffer = self._buffer + data if self._buffer else data
        answers: list[bytes] = []
        while (end := buffer.find(b"\r\n\r\n")) >= 0:
            head, start = buffer[:end], end + 4
            stop = start + _length(head)
            if len(buffer) < stop:
                break
            answers.append(self._respond(head, buffer[start:stop]))
            buffer = buffer[stop:]
        self._buffer = buffer
        if answers:
            self._write(b"".join(answers))

    def _respond(self, head: bytes, body: bytes) -> bytes:
        method, target, _rest = head.split(b" ", 2)
        if target.endswith(b"/Messages.json"):
            return self._provider.create(body)
        address = urlsplit(target.decode())
        if address.path != "/bench":
            return _answer(404, b"{}")
        if method == b"POST":
            asked = parse_qs(address.query)
            self._provider.behave(
                float(asked["latency_ms"][0]), float(asked["segments_per_second"][0])
            )
        return _answer(200, self._provider.counted())

    def _write(self, answers: bytes) -> None:
        if self._provider.latency:
            loop = asyncio.get_running_loop()
            loop.call_later(self._provider.latency, self._put, answers)
        else:
            self._put(answers)

    def _put(self, answers: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answers)


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at < 0:
        return 0
    end = lower.find(b"\r\n", at)
    return int(lower[at + 15 : end if end >= 0 else len(lower)])


async def serve(port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    provider = Provider()
    server = await loop.create_server(lambda: Connection(provider), "127.0.0.1", port, backlog=1024)
    async with server:
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.provider")
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(serve(parser.parse_args().port))
