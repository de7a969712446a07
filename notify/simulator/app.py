"""Puts the parts together: one aiohttp application with the REST API, the control API and the phones pages."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from .api import MessagesApi
from .control import ControlApi, same_origin_only
from .inbound import Inbound
from .pages import PhonePages
from .provider import Account, Provider


def build(account: Account, inbound_url: str | None = None) -> web.Application:
    """The application for one account. Its webhooks open and close with it."""
    provider = Provider(account)
    inbound = Inbound(provider, inbound_url)
    app = web.Application(middlewares=[same_origin_only])
    app.add_routes(MessagesApi(provider).routes())
    app.add_routes(ControlApi(provider, inbound).routes())
    app.add_routes(PhonePages(provider, inbound).routes())

    async def webhooks(app: web.Application) -> AsyncIterator[None]:
        await provider.webhooks.open()
        yield
        await provider.webhooks.close()

    app.cleanup_ctx.append(webhooks)
    return app
