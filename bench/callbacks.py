"""How many status callbacks one web process absorbs, and whether all of them reach the ledger."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from twilio.request_validator import RequestValidator

from bench.hammer import hammer, post
from bench.house import House, as_shipped
from bench.observer import Work
from bench.processes import cpu_seconds, memory
from notify.demo.children import Child, alive, free_port
from notify.demo.stack import answers
from notify.dispatch.models import Delivery, State

CONNECTIONS = 16
SETTLED_SECONDS = 60.0
"""How long the ledger gets to hold every callback after the last was answered."""


@dataclass(frozen=True, slots=True)
class Absorbed:
    """answered: with 2xx, in so many seconds. recorded: deliveries that the ledger then calls delivered,
    the last of them so many seconds after the first callback."""

    sent: int
    answered: int
    recorded: int
    seconds: float
    recorded_after: float
    web_cpu: float
    peak: float
    work: Work

    @property
    def rate(self) -> float:
        """Callbacks answered per second."""
        return self.answered / self.seconds


def callbacks(house: House) -> Absorbed:
    """Post "delivered" for every SMS that the ledger calls sent: needs a fan-out before, and workers."""
    rows = list(
        Delivery.objects.filter(channel="sms", state=State.SENT)
        .order_by("pk")
        .values_list("pk", "provider_id")
    )
    with _web(house) as (web, port):
        requests = [_callback(key, sid) for key, sid in rows]
        pid = web.process.pid
        house.observer.forget()
        cpu, began = cpu_seconds(pid), time.perf_counter()
        strokes = asyncio.run(hammer("127.0.0.1", port, requests, connections=CONNECTIONS))
        recorded = _settled(house, len(rows))
        after = time.perf_counter() - began
        return Absorbed(
            sent=len(rows),
            answered=sum(
                count for status, count in strokes.statuses.items() if 200 <= status < 300
            ),
            recorded=recorded,
            seconds=strokes.seconds,
            recorded_after=after,
            web_cpu=cpu_seconds(pid) - cpu,
            peak=max(memory(pid).peaks),
            work=house.observer.work(),
        )


@contextlib.contextmanager
def _web(house: House) -> Iterator[tuple[Child, int]]:
    """Gunicorn with one worker process, as the container runs it otherwise."""
    port = free_port()
    command = [sys.executable, "-m", *as_shipped(), f"--bind=127.0.0.1:{port}", "--workers=1"]
    # Healthy, not only listening: what the first request loads is no callback's cost.
    health = f"http://127.0.0.1:{port}/healthz"
    web = Child(
        command, house.folder / "web.log", lambda _child: answers(health), house.environment
    )
    with alive(web):
        yield web, port


def _callback(key: int, sid: str) -> bytes:
    path = f"/sms/status?ref=d{key}"
    form = {
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "From": settings.TWILIO_SENDER,
        "MessageSid": sid,
        "MessageStatus": "delivered",
        "SmsSid": sid,
        "SmsStatus": "delivered",
        "To": f"+467{key:08}",
    }
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    signature = validator.compute_signature(settings.PUBLIC_URL + path, form)
    header = f"X-Twilio-Signature: {signature}\r\n"
    return post(path, "127.0.0.1", urlencode(form).encode(), header)


def _settled(house: House, count: int) -> int:
    """How many deliveries are delivered, once all are or SETTLED_SECONDS have passed."""
    query = "SELECT count(*) FROM dispatch_delivery WHERE channel = 'sms' AND state = 'delivered'"
    deadline = time.monotonic() + SETTLED_SECONDS
    while (recorded := int(str(house.observer.value(query)))) < count:
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return recorded
