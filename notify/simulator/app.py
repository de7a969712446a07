"""Puts the parts together: one aiohttp application with the REST APIs, the control API and the phones pages."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from .api import MessagesApi
from .control import ControlApi, same_origin_only
from .elks import ElksApi, ElksProvider
from .inbound import Inbound
from .pages import PhonePages
from .provider import Account, Provider


def build(
    account: Account, inbound_url: str | None = None, elks: Account | None = None
) -> web.Application:
    """The application for one account, and one at 46elks if given. Its webhooks open and close with it."""
    provider = Provider(account)
    others = {"elks": ElksProvider(elks, provider.ledger)} if elks else {}
    inbound = Inbound(provider, inbound_url)
    app = web.Application(middlewares=[same_origin_only])
    app.add_routes(MessagesApi(provider).routes())
    app.add_routes(ControlApi(provider, inbound, others).routes())
    for other in others.values():
        app.add_routes(ElksApi(other).routes())
    app.add_routes(PhonePages(provider, inbound).routes())

    async def webhooks(app: web.Application) -> AsyncIterator[None]:
        for one in (provider, *others.values()):
            await one.webhooks.open()
        yield
        for one in (provider, *others.values()):
            await one.webhooks.close()

    app.cleanup_ctx.append(webhooks)
    return app
