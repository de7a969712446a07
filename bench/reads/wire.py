"""HTTP as far as a crowd of thousands needs it: one request at a time over a kept connection."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer. tag: its ETag, or ""."""

    status: int
    tag: str
    body: bytes

    @property
    def text(self) -> bytes:
        """The body, unpacked."""
        return gzip.decompress(self.body) if self.body[:2] == b"\x1f\x8b" else self.body


class Visitor:
    """A connection to a port of this machine."""

    def __init__(
        self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._host = f"127.0.0.1:{port}"
        self._reader, self._writer = reader, writer

    @classmethod
    async def come(cls, port: int) -> Self:
        """Connect. Raises OSError."""
        return cls(port, *await asyncio.open_connection("127.0.0.1", port, limit=2**20))

    async def ask(self, path: str) -> Heard:
        """One answer. Raises OSError or asyncio.IncompleteReadError when the connection breaks."""
        self._writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n"
            f"Accept-Language: sv\r\n\r\n".encode()
        )
        head = await self._head()
        length = int(_field(head, "content-length") or 0)
        if _field(head, "transfer-encoding") == "chunked":
            body = await self._chunks()
        else:
            body = await self._reader.readexactly(length)
        return Heard(int(head[9:12]), _field(head, "etag"), body)

    async def listen(self, path: str) -> None:
        """Ask for a stream, and read its head. Raises OSError."""
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode())
        await self._head()

    async def line(self) -> str:
        """The next line of a stream. Raises ConnectionError when it has ended."""
        if not (line := await self._reader.readline()):
            raise ConnectionResetError("The stream has ended.")
        return line.decode().strip()

    def leave(self) -> None:
        """Close the connection."""
        self._writer.close()

    async def _head(self) -> str:
        return (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")

    async def _chunks(self) -> bytes:
        parts = []
        while size := int(await self._reader.readline(), 16):
            parts.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return b"".join(parts)


def _field(head: str, name: str) -> str:
    for line in head.split("\r\n"):
        field, _colon, value = line.partition(":")
        if field.lower() == name:
            return value.strip()
    return ""
