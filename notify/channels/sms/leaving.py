"""How a request leaves: only while its permit holds, and not much later than it was written."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from django.conf import settings

from notify.channels.permit import Permit

CONNECT_SECONDS = 5.0
UNHEARD_SECONDS = 15.0
"""How long the kernel tries to bring over what was written. Else it would go on for minutes after we
have closed the connection, and a message could arrive that was proven absent and sent again."""


class TooLate(Exception):
    """The permit held no longer when the request was about to be written: nothing of it left."""


class Form(aiohttp.BytesPayload):
    """A form that is written only while its permit holds.

    A request waits for a connection, and a process may stand still at any moment of it. So the
    permit is looked at in the very step that hands the bytes to the kernel: aiohttp keeps back the
    head for the body, and neither it nor the loop waits in between. What the kernel has, it brings
    over even while the process is stopped.
    """

    def __init__(self, fields: Mapping[str, Any], permit: Permit) -> None:
        """fields: names and values."""
        encoded = urlencode(fields).encode()
        super().__init__(encoded, content_type="application/x-www-form-urlencoded")
        self._permit = permit

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """As its parent; raises TooLate."""
        if not self._permit.holds:
            raise TooLate
        await super().write_with_length(writer, content_length)


def too_late(error: Exception) -> bool:
    """Whether a request failed because its permit held no longer, so that nothing was sent."""
    return isinstance(error.__cause__, TooLate)


def never_connected(error: Exception) -> bool:
    """Whether no connection was made, so that nothing can have been sent."""
    return isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError))


def open_session(**options: Any) -> aiohttp.ClientSession:
    """A client for the event loop that runs, with a connection for each message that may be in flight."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=settings.SMS_IN_FLIGHT, socket_factory=_socket),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        **options,
    )


def _socket(address: Any) -> socket.socket:
    family, kind, protocol, *_rest = address
    made = socket.socket(family, kind, protocol)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(UNHEARD_SECONDS * 1000))
    return made
