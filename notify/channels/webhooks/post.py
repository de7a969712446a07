"""One request to one receiving system. Belongs to one event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp
from django.conf import settings

from notify.channels.waits import retry_after
from notify.channels.webhooks import errors
from notify.channels.webhooks.event import Event
from notify.channels.webhooks.guard import Allows, Refused, Resolver, is_global, sockets, within
from notify.channels.webhooks.signing import headers

ANSWER_SECONDS = 10.0
"""How long a receiver may take, from the first look at its name: well below what a channel may be silent."""
CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Letter:
    """An event on its way to one endpoint. secrets: those that sign it."""

    url: str
    secrets: tuple[str, ...]
    event: Event


@dataclass(frozen=True, slots=True)
class Answer:
    """How it went. status: the answer's, None if there was none. error: one of ``errors``, or empty.

    retry_after: seconds that the receiver asked us to wait, if it did.
    """

    status: int | None
    error: str
    milliseconds: int
    retry_after: float | None = None


class Post:
    """Sends letters, each on a connection of its own, to the open internet alone."""

    def __init__(self, sessions: Mapping[str, aiohttp.ClientSession]) -> None:
        """sessions: by the scheme of the addresses that each is for."""
        self._sessions = sessions

    async def carry(self, letter: Letter) -> Answer:
        """Send it. Never raises: whatever happens is the answer."""
        began = time.monotonic()
        status, error, wait = None, "", None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status, wait = await self._send(letter)
        except Exception as failure:  # noqa: BLE001 - one receiver that fails must not end the others
            error = _judge(failure)
        if status is not None and not 200 <= status < 300:
            error = errors.GONE if status == 410 else f"{errors.STATUS}{status}"
        took = int(1000 * (time.monotonic() - began))
        return Answer(status, error, took, wait)

    async def _send(self, letter: Letter) -> tuple[int, float | None]:
        """The status, and how long we are asked to wait. Of the body nothing is read."""
        session = self._sessions.get(letter.url.partition(":")[0].lower())
        if session is None:
            raise Refused
        event = letter.event
        signed = headers(letter.secrets, event.message, int(time.time()), event.body)
        async with session.post(
            letter.url, data=event.body, headers=signed, allow_redirects=False
        ) as response:
            return response.status, retry_after(response.headers.get("Retry-After"))


@asynccontextmanager
async def open_post() -> AsyncIterator[Post]:
    """For the event loop that runs; its connections close at the end.

    Without TLS only where the operator has allowed it: in networks of their own.
    """
    own = settings.WEBHOOKS_ALLOW_NETWORKS
    async with AsyncExitStack() as opened:
        allowed: dict[str, Allows] = {
            "https": lambda address: is_global(address) or within(own, address)
        }
        if own:
            allowed["http"] = lambda address: within(own, address)
        yield Post(
            {
                scheme: await opened.enter_async_context(_session(allows))
                for scheme, allows in allowed.items()
            }
        )


def _session(allows: Allows) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0,
            force_close=True,
            # What was looked up is used once, in the step that follows.
            use_dns_cache=False,
            resolver=Resolver(allows),
            socket_factory=sockets(allows),
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        headers={"Content-Type": "application/json", "User-Agent": "Notify"},
    )


def _judge(failure: Exception) -> str:
    if isinstance(failure, Refused):
        return errors.REFUSED
    if isinstance(failure, (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError)):
        return errors.NOT_SECURE
    if isinstance(failure, (aiohttp.ClientConnectorError, aiohttp.InvalidURL)):
        return errors.UNREACHABLE
    return errors.NO_ANSWER
