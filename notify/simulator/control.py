"""The control API under /simulator: what was accepted, what shall go wrong, and what a person writes.

Bad input is answered with ``{"error": "…"}`` and status 400. It has no login: it listens where the simulator does,
on the loopback address unless told otherwise, and refuses what a page of another origin posts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from .faults import BadFaults
from .inbound import CannotReply, Inbound
from .ledger import entry
from .provider import Provider
from .validation import is_phone_number, normalise_number

MAX_LIMIT = 10_000


class ControlApi:
    """The handlers of ``/simulator/…``."""

    def __init__(
        self, provider: Provider, inbound: Inbound, others: Mapping[str, Provider] | None = None
    ) -> None:
        """others: the providers besides Twilio, by name; they share its ledger."""
        self._provider = provider
        self._inbound = inbound
        self._others = dict(others or {})

    def routes(self) -> list[web.RouteDef]:
        """The routes, all JSON."""
        return [
            web.get("/simulator/health", self._health),
            web.get("/simulator/ledger", self._ledger),
            web.get("/simulator/stats", self._stats),
            web.get("/simulator/faults", self._faults),
            web.post("/simulator/faults", self._change_faults),
            web.post("/simulator/inbound-url", self._set_inbound_url),
            web.post("/simulator/phones/{number}/reply", self._reply),
            web.post("/simulator/reset", self._reset),
        ]

    async def _health(self, request: web.Request) -> web.Response:
        """200 as soon as messages can be posted."""
        uptime = time.time() - self._provider.started
        return web.json_response({"status": "ok", "uptime_seconds": round(uptime, 3)})

    async def _ledger(self, request: web.Request) -> web.Response:
        """``?to=``, ``?since=`` (a ledger number; follow ``next_since``), ``?limit=`` (1000; at most 10000)."""
        since = _whole(request.query, "since", 0)
        limit = min(_whole(request.query, "limit", 1000), MAX_LIMIT)
        # A plus sign that was not escaped in the query arrives as a space.
        to = request.query.get("to", "").replace(" ", "+", 1)
        found = self._provider.ledger.since(since, limit + 1, normalise_number(to) if to else None)
        entries = [entry(message) for message in found[:limit]]
        more = len(found) > limit
        next_since = entries[-1]["number"] if entries else since
        return web.json_response({"messages": entries, "more": more, "next_since": next_since})

    async def _stats(self, request: web.Request) -> web.Response:
        """Totals, refusals by code, opt-outs, the callbacks' counts and the latest faults of the account's webhooks.

        The others' refusals and callbacks stand under their names.
        """
        return web.json_response(
            {
                **self._provider.ledger.counts(),
                **_fared(self._provider),
                "opted_out": len(self._provider.opted_out),
                "inbound_url": self._inbound.url,
                **{name: _fared(other) for name, other in self._others.items()},
            }
        )

    async def _faults(self, request: web.Request) -> web.Response:
        """All faults: Twilio's by their names, and the others' under the name of the provider."""
        others = {name: other.faults.document() for name, other in self._others.items()}
        return web.json_response({**self._provider.faults.document(), **others})

    async def _change_faults(self, request: web.Request) -> web.Response:
        """Change the faults that the object names and answer with all of them; an unknown one changes nothing.

        They are Twilio's, unless ``"provider"`` in the object names another one.
        """
        wanted = await _object(request)
        providers = {"twilio": self._provider, **self._others}
        name = wanted.pop("provider", "twilio")
        if not isinstance(name, str) or name not in providers:
            raise _bad(f"There is no such provider. There are: {', '.join(providers)}.")
        try:
            providers[name].faults.change(wanted)
        except BadFaults as error:
            raise _bad(str(error)) from None
        return await self._faults(request)

    async def _set_inbound_url(self, request: web.Request) -> web.Response:
        """``{"url": "http…"}``, or null for no inbound webhook."""
        url = (await _object(request)).get("url")
        if url is not None and (
            not isinstance(url, str) or urlsplit(url).scheme not in {"http", "https"}
        ):
            raise _bad("url must be an http or https address, or null.")
        self._inbound.url = url
        return web.json_response({"inbound_url": url})

    async def _reply(self, request: web.Request) -> web.Response:
        """``{"body": "…", "to": optional}``: a person writes. Answers when the inbound webhook has answered."""
        phone = normalise_number(request.match_info["number"])
        wanted = await _object(request)
        body, to = wanted.get("body"), wanted.get("to")
        if not is_phone_number(phone):
            raise _bad("The phone's number must be in E.164 form, such as +46701740605.")
        if not isinstance(body, str) or not (to is None or isinstance(to, str)):
            raise _bad("body must be the text to send, and to (optional) the number to send it to.")
        try:
            reply = await self._inbound.receive(phone, body, to)
        except CannotReply as error:
            raise _bad(str(error)) from None
        return web.json_response(
            {
                "message": entry(reply.message),
                "webhook_status": reply.webhook_status,
                "replies": [entry(message) for message in reply.replies],
            }
        )

    async def _reset(self, request: web.Request) -> web.Response:
        """Forget messages, opt-outs, faults and waiting callbacks. The inbound address stays."""
        for provider in (self._provider, *self._others.values()):
            provider.reset()
        return web.json_response({"status": "reset"})


@web.middleware
async def same_origin_only(request: web.Request, handler: Any) -> web.StreamResponse:
    """Refuse what a browser posts from a page of another origin; programs send no Origin header."""
    origin = request.headers.get("Origin")
    if (
        request.method not in {"GET", "HEAD"}
        and origin is not None
        and urlsplit(origin).netloc != request.host
    ):
        return web.json_response({"error": "Pages of other origins may not post here."}, status=403)
    response: web.StreamResponse = await handler(request)
    return response


def _fared(provider: Provider) -> dict[str, Any]:
    """How a provider's requests and webhooks fared."""
    webhooks = provider.webhooks
    return {
        "refusals": {str(code): n for code, n in provider.refusals.items()},
        "webhooks": {"waiting": webhooks.waiting, **webhooks.counts},
        "debugger": list(webhooks.debugger),
    }


def _bad(text: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"error": text}), content_type="application/json")


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        document = json.loads(await request.text())
    except ValueError:
        raise _bad("The body is not JSON.") from None
    if not isinstance(document, dict):
        raise _bad("The body must be a JSON object.")
    return document


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise _bad(f"{name} must be a whole number.")
    return int(text)
