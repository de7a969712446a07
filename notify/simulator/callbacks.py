"""Webhooks out: signed form posts with Twilio's retries, many at once over kept connections.

Sources: https://www.twilio.com/docs/usage/webhooks/webhooks-security (signature),
https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides (the ``#rc=…`` fragment).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import uuid
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urldefrag, urlencode

import aiohttp
from yarl import URL

CONCURRENCY = 64
# Shorter than the keep-alive of common web servers (gunicorn 2 s, uvicorn 5 s), so that a connection is rarely
# closed under a callback that is being written to it.
KEEPALIVE_SECONDS = 1.5
MAX_ANSWER = 65_536

HTTP_RETRIEVAL_FAILURE = 11200


@dataclass(frozen=True, slots=True)
class Overrides:
    """Connection overrides from the URL's fragment; times in seconds. Twilio's defaults and limits."""

    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})
    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the webhook answered in the end; ``status`` is None when nothing came back."""

    status: int | None
    content_type: str = ""
    body: str = ""

    @property
    def ok(self) -> bool:
        """True for a 2xx answer."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Callback:
    """A status callback that waits its turn: where, what, and what to do with the answer."""

    url: str
    params: Mapping[str, str]
    done: Callable[[Answer], None]


def overrides(fragment: str) -> Overrides:
    """Read ``rc``, ``rp``, ``ct``, ``rt`` and ``tt`` from a URL fragment; what is out of range keeps its default."""
    given = {name: values[-1] for name, values in parse_qs(fragment).items()}
    default = Overrides()
    policy = frozenset(given.get("rp", "").split(",")) & {"ct", "rt", "4xx", "5xx", "all"}
    return Overrides(
        retries=_number(given.get("rc"), 0, 5, default.retries),
        policy=policy or default.policy,
        connect=_number(given.get("ct"), 100, 10_000, 5_000) / 1000,
        read=_number(given.get("rt"), 100, 15_000, 15_000) / 1000,
        total=_number(given.get("tt"), 100, 15_000, 15_000) / 1000,
    )


def signature(key: bytes, url: str, params: Mapping[str, str]) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the whole URL and each field's name and value, the names in order."""
    text = url + "".join(name + params[name] for name in sorted(params))
    return base64.b64encode(hmac.new(key, text.encode(), hashlib.sha1).digest()).decode()


class Webhooks:
    """Posts webhooks for one account. Open it in the loop that it runs in, and close it there."""

    def __init__(self, auth_token: str | None) -> None:
        """auth_token: what Twilio signs with; None for a provider that signs nothing."""
        self._key = auth_token.encode() if auth_token is not None else None
        self._waiting: asyncio.Queue[tuple[Callback, ...]] = asyncio.Queue()
        self._workers: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None
        self.counts: Counter[str] = Counter()
        self.debugger: deque[dict[str, Any]] = deque(maxlen=100)

    async def open(self) -> None:
        """Start the workers that share the connections."""
        connector = aiohttp.TCPConnector(limit=CONCURRENCY * 2, keepalive_timeout=KEEPALIVE_SECONDS)
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar()
        )
        self._workers = [asyncio.create_task(self._work()) for _ in range(CONCURRENCY)]

    async def close(self) -> None:
        """Stop at once; callbacks that still wait are lost, as they are when a provider goes down."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    @property
    def waiting(self) -> int:
        """How many jobs have not been started yet."""
        return self._waiting.qsize()

    def enqueue(self, *callbacks: Callback) -> None:
        """Post these soon, one after the other; other jobs run beside them. Returns at once."""
        self._waiting.put_nowait(callbacks)

    def forget(self) -> None:
        """Drop what waits and start counting from zero."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self.counts.clear()
        self.debugger.clear()

    async def send(self, callback: Callback) -> None:
        """Post one callback now and hand its answer on."""
        answer = await self.post(callback.url, callback.params)
        self.counts["ok" if answer.ok else "failed"] += 1
        callback.done(answer)

    async def post(self, url: str, params: Mapping[str, str]) -> Answer:
        """Post a form, signed if there is a key, retrying as its fragment says. Never raises: silence has no status."""
        address, fragment = urldefrag(url)
        rules = overrides(fragment)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "Accept": "*/*",
        }
        if self._key is not None:
            headers |= {
                "User-Agent": "TwilioProxy/1.1",
                "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
                "X-Twilio-Signature": signature(self._key, address, params),
            }
        body = urlencode(params).encode()
        answer, failure = Answer(None), "ct"
        try:
            async with asyncio.timeout(rules.total):
                for attempt in range(1 + rules.retries):
                    self.counts["retries"] += attempt > 0
                    answer, failure = await self._attempt(address, body, headers, rules)
                    if not failure or not rules.policy & {failure, "all"}:
                        break
        except TimeoutError:
            answer = Answer(None)
        if not answer.ok:
            self.report(
                HTTP_RETRIEVAL_FAILURE, f"The webhook answered {answer.status or 'nothing'}."
            )
        return answer

    def report(self, code: int, text: str) -> None:
        """Note a fault of the webhook's owner where Twilio's debugger would show it. ``text`` holds no number."""
        self.debugger.append({"code": code, "message": text})

    async def _attempt(
        self, address: str, body: bytes, headers: Mapping[str, str], rules: Overrides
    ) -> tuple[Answer, str]:
        """One try: the answer, and which retry policy covers its failure ("" when it went well)."""
        if self._session is None:
            raise RuntimeError("open() the webhooks first")
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=rules.connect, sock_read=rules.read
        )
        try:
            async with self._session.post(
                # The address goes out as it was given, since the signature covers its exact characters.
                URL(address, encoded=True),
                data=body,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                text = (await response.content.read(MAX_ANSWER)).decode("utf-8", "replace")
                status = response.status
                failure = "4xx" if 400 <= status < 500 else "5xx" if status >= 500 else ""
                return Answer(status, response.content_type, text), failure
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.ServerDisconnectedError,
        ):
            return Answer(None), "ct"
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
            return Answer(None), "rt"

    async def _work(self) -> None:
        while True:
            for callback in await self._waiting.get():
                await self.send(callback)


def _number(text: str | None, low: int, high: int, default: int) -> int:
    try:
        value = int(text or "")
    except ValueError:
        return default
    return value if low <= value <= high else default
