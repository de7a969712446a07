"""The phones pages."""
from __future__ import annotations

from aiohttp import web

from .inbound import Inbound
from .provider import Provider


class PhonePages:
    """Placeholder."""

    def __init__(self, provider: Provider, inbound: Inbound) -> None:
        self._provider = provider
        self._inbound = inbound

    def routes(self) -> list[web.RouteDef]:
        """None yet."""
        return []
