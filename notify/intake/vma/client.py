"""Asking for the list of warnings: politely, and never for long."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import aiohttp

SECONDS = 20
"""How long an answer may take in all."""
LARGEST = 2_000_000
"""How large it may be, in bytes: a list of everything in force is some kilobytes."""


class Unanswered(Exception):
    """There was no answer to work with. ``str()`` says why, in few words, for the log."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. body: None if nothing has changed since; etag, modified: its validators, if it has any."""

    body: bytes | None
    etag: str = ""
    modified: str = ""


def ask(url: str, *, etag: str, modified: str) -> Answer:
    """Ask for what there is, unless it is what these validators stand for. Raises Unanswered.

    Redirects are not followed: the address is the operator's, and goes nowhere else.
    """
    known = {"If-None-Match": etag, "If-Modified-Since": modified}
    try:
        return asyncio.run(_ask(url, {name: value for name, value in known.items() if value}))
    except TimeoutError:
        raise Unanswered(f"no answer within {SECONDS} s") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise Unanswered(type(error).__name__) from None


async def _ask(url: str, headers: dict[str, str]) -> Answer:
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    wanted = {"Accept": "application/json", "User-Agent": "Notify", **headers}
    async with (
        aiohttp.ClientSession(timeout=timeout, headers=wanted) as session,
        session.get(url, allow_redirects=False) as response,
    ):
        if response.status == 304:
            return Answer(None)
        if response.status != 200:
            raise Unanswered(f"HTTP {response.status}")
        body = b""
        async for piece in response.content.iter_chunked(65_536):
            body += piece
            if len(body) > LARGEST:
                raise Unanswered(f"more than {LARGEST} bytes")
        return Answer(
            body,
            response.headers.get("ETag", "")[:200],
            response.headers.get("Last-Modified", "")[:100],
        )
