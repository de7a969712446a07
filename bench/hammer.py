"""A client that costs next to nothing: ready-made requests over kept connections."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice


@dataclass(frozen=True, slots=True)
class Strokes:
    """What came back: how many answers per HTTP status, and in how many seconds."""

    statuses: Counter[int]
    seconds: float


def post(path: str, host: str, form: bytes, headers: str = "") -> bytes:
    """A ready-made POST of a form. headers: further lines, each ended by CRLF."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
    ).encode() + form


async def hammer(
    host: str, port: int, requests: Iterable[bytes], *, connections: int, pipelined: int = 1
) -> Strokes:
    """Send every request and read every answer, ``pipelined`` at a time on each connection.

    A connection that the server closes is opened again; what was under way on it is sent once more.
    """
    todo, statuses = iter(requests), Counter[int]()
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_strike(host, port, todo, statuses, pipelined))
    return Strokes(statuses, time.perf_counter() - began)


async def _strike(
    host: str, port: int, todo: Iterator[bytes], statuses: Counter[int], pipelined: int
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        while some := list(islice(todo, pipelined)):
            while some:
                try:
                    writer.write(b"".join(some))
                    while some:
                        status, closes = await _read(reader)
                        statuses[status] += 1
                        some.pop(0)
                        if closes:
                            raise ConnectionResetError
                except (ConnectionError, asyncio.IncompleteReadError):
                    writer.close()
                    reader, writer = await asyncio.open_connection(host, port)
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """The next answer's status, and whether the server closes the connection after it."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    at = head.find(b"content-length:")
    if at >= 0:
        await reader.readexactly(int(head[at + 15 : head.find(b"\r\n", at)]))
    return int(head[9:12]), b"connection: close" in head
