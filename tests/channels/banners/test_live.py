"""The line on which open pages hear of changes, as a real process with a real Redis."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

import pytest
from django.db import connection

from notify.channels.banners import bell, live
from notify.channels.banners.channel import BannerChannel
from notify.channels.notice import Notice
from notify.demo import broker
from notify.demo.children import alive
from tests.channels.banners.conftest import Line, started_line
from tests.channels.notices import hand, notice
from tests.simulator_fixture import wait_until

PAGES = 1000
PATIENCE = 20.0


async def listen(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection as a page does; the reader stands after the headers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {bell.PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def change(reader: asyncio.StreamReader, known: str = "") -> str:
    """The name of the next change that is not the one known."""
    while True:
        said = await reader.readuntil(b"\n\n\r\n")
        name = said.rpartition(b"data: ")[2].strip().decode()
        if name != known:
            return name


def publish(told: Notice) -> None:
    """Hand it over from a thread, whose connection to the database goes with it."""
    hand(BannerChannel(), told)
    connection.close()


def ask(line: Line, method: str = "GET", path: str = bell.PATH) -> http.client.HTTPResponse:
    with closing(http.client.HTTPConnection("127.0.0.1", line.port, timeout=PATIENCE)) as asking:
        asking.request(method, path)
        return asking.getresponse()


@pytest.mark.django_db(transaction=True)
def test_a_thousand_open_pages_hear_of_a_change_at_once_and_leave_nothing_behind(
    line: Line,
) -> None:
    told = notice()
    alone = line.open_files

    async def crowd() -> set[str]:
        async with AsyncExitStack() as pages, asyncio.timeout(2 * PATIENCE):
            readers = []
            for _page in range(PAGES):
                reader, writer = await listen(line.port)
                pages.callback(writer.close)
                readers.append(reader)
            [before] = {await change(reader) for reader in readers}
            # Sooner than the latest name is said again whether it is new or not.
            async with asyncio.timeout(live.EVERY / 2):
                await asyncio.to_thread(publish, told)
                return {await change(reader, before) for reader in readers}

    assert len(asyncio.run(crowd())) == 1
    wait_until(lambda: line.open_files <= alone, "the line to let go")


def test_while_the_bell_cannot_be_heard_nobody_is_left_to_believe_that_all_is_well(
    tmp_path: Path,
) -> None:
    server, url = broker.server(tmp_path)

    async def page(line: Line) -> bytes:
        reader, writer = await listen(line.port)
        await change(reader)
        server.kill()
        async with asyncio.timeout(PATIENCE):
            rest = await reader.read()
        writer.close()
        return rest

    with alive(server), started_line(tmp_path, url) as line:
        wait_until(lambda: ask(line).status == 200, "the line to open")
        assert b"data" not in asyncio.run(page(line))
        assert ask(line).status == 503
        server.start()
        wait_until(lambda: ask(line).status == 200, "the line to open again")


def test_the_line_answers_for_itself_alone(line: Line) -> None:
    assert ask(line, path="/").status == 404
    assert ask(line, "POST").status == 405
    answer = ask(line)
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"


class Visit:
    """A page on the line, without a network between them."""

    def __init__(self, line: live.Line) -> None:
        self.status = 0
        self._answered, self._left = asyncio.Event(), asyncio.Event()
        scope = {"type": "http", "method": "GET", "path": bell.PATH}
        self._stays = asyncio.create_task(line(scope, self._receive, self._send))

    @classmethod
    async def to(cls, line: live.Line) -> Visit:
        """Come, and wait for the answer."""
        visit = cls(line)
        await visit._answered.wait()
        return visit

    async def leave(self) -> None:
        self._left.set()
        await self._stays

    async def _receive(self) -> live.Message:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: live.Message) -> None:
        self.status = message.get("status", self.status)
        self._answered.set()


@asynccontextmanager
async def living(line: live.Line) -> AsyncIterator[None]:
    """The process's life."""
    told: asyncio.Queue[live.Message] = asyncio.Queue()
    said: asyncio.Queue[live.Message] = asyncio.Queue()
    life = asyncio.create_task(line({"type": "lifespan"}, told.get, said.put))
    await told.put({"type": "lifespan.startup"})
    await said.get()
    yield
    await told.put({"type": "lifespan.shutdown"})
    await life


@pytest.mark.usefixtures("redis")
def test_whoever_comes_when_it_is_full_is_sent_to_ask_by_themselves(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST", 2)

    async def statuses() -> list[int]:
        line = live.Line(redis_url, bell.channel())
        async with asyncio.timeout(PATIENCE), living(line):
            while (first := await Visit.to(line)).status != 200:
                pass
            second, third = await Visit.to(line), await Visit.to(line)
            await first.leave()
            fourth = await Visit.to(line)
            await asyncio.gather(second.leave(), fourth.leave())
        return [visit.status for visit in (first, second, third, fourth)]

    assert asyncio.run(statuses()) == [200, 200, 503, 200]
