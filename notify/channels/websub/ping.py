"""Telling a hub which addresses have changed. Belongs to one event loop.

W3C WebSub leaves open how a publisher tells its hub. All hubs take a form with ``hub.mode=publish``;
those of PubSubHubbub 0.4 (Google's, Superfeedr) want the address as ``hub.url`` and take several, others
(Switchboard, websubhub.com) one, as ``hub.topic``. So each address goes under both names.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import chain

import aiohttp
from django.conf import settings

from notify.channels.waits import retry_after
from notify.channels.websub import errors

ANSWER_SECONDS = 18.0
"""For all requests to a hub together: below what a channel may be silent."""
CONNECT_SECONDS = 5.0
IN_FLIGHT = 40
"""Requests to one hub at a time: a change of a whole municipality may be some hundreds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How it went. error: one of ``errors``, or empty. again: whether trying later may help.

    retry_after: seconds that the hub asked us to wait, if it did.
    """

    error: str = ""
    again: bool = False
    retry_after: float | None = None


class Pinger:
    """Tells hubs."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def tell(self, hub: str, topics: Sequence[str]) -> Answer:
        """Tell the hub of all topics. Never raises: whatever happens is the answer.

        A hub may not want to hear of topics that nobody reads through it, and say so with an error:
        that counts only if it wants to hear of none.
        """
        most = settings.WEBSUB_TOPICS_AT_ONCE
        some = [topics[start : start + most] for start in range(0, len(topics), most)]
        gate = asyncio.Semaphore(IN_FLIGHT)
        try:
            async with asyncio.timeout(ANSWER_SECONDS), asyncio.TaskGroup() as group:
                asked = [group.create_task(self._tell(hub, one, gate)) for one in some]
        except* aiohttp.ClientConnectorError:
            answer = Answer(errors.UNREACHABLE, again=True)
        except* Exception:  # noqa: BLE001 - one hub that fails must not end the others
            answer = Answer(errors.NO_ANSWER, again=True)
        else:
            answer = _worst([task.result() for task in asked])
        return answer

    async def _tell(self, hub: str, topics: Sequence[str], gate: asyncio.Semaphore) -> Answer:
        names = chain.from_iterable((("hub.url", one), ("hub.topic", one)) for one in topics)
        form = aiohttp.FormData([("hub.mode", "publish"), *names])
        async with gate, self._session.post(hub, data=form, allow_redirects=False) as response:
            status = response.status
            wait = retry_after(response.headers.get("Retry-After"))
        if 200 <= status < 300:
            return Answer()
        return Answer(f"{errors.STATUS}{status}", status in (408, 429) or status >= 500, wait)


def _worst(answers: Sequence[Answer]) -> Answer:
    later = [one for one in answers if one.again]
    if later:
        return max(later, key=lambda one: one.retry_after or 0.0)
    return min(answers, key=lambda one: bool(one.error), default=Answer())


@asynccontextmanager
async def open_pinger() -> AsyncIterator[Pinger]:
    """For the event loop that runs; its connections close at the end."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=IN_FLIGHT),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        headers={"User-Agent": "Notify"},
    ) as session:
        yield Pinger(session)
