"""46elks: its API under /a1/sms, with the same ledger and the same fault modes as Twilio's.

Sources: https://46elks.com/docs/send-sms, https://46elks.com/docs/sms-history,
https://46elks.com/docs/sms-delivery-reports.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import urldefrag

from aiohttp import web

from . import messages as m
from .api import form_of, hang_up
from .callbacks import Answer, Callback, Webhooks
from .messages import Message
from .provider import Provider
from .validation import Refusal, can_be_answered, is_phone_number

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

NAME = "elks"
MAX_LIMIT = 100
LONGEST_NAME = 11
RETRIES = "#rc=5&rp=all"
"""A callback is tried at least five times; really for six hours, which nobody here waits for."""
WORDS = {m.QUEUED: "created", m.SENT: "sent", m.DELIVERED: "delivered"}
"""Their words for a status; any other is failed, and never why."""
COST = 3500
"""Per segment, in ten-thousandths of a krona. A plausible figure, not a tariff."""


class ElksProvider(Provider):
    """Takes messages in as 46elks does; they then live as any other."""

    def accept(self, form: Mapping[str, str]) -> Message:
        """Take in a message, or raise the Refusal that 46elks would answer. The caller starts it."""
        message = self._message(form)
        fate = self.faults.fate(message.to)
        if fate.refuse is not None:
            raise _bad('Invalid "to" number')
        rate = self.faults.segments_per_second
        if not self._rate.take(message.sender or "", message.measure.segments, rate):
            raise _too_many(self.faults.retry_after)
        self.ledger.add(message)
        return message

    def _message(self, form: Mapping[str, str]) -> Message:
        sender, to, body = (form.get(name, "") for name in ("from", "to", "message"))
        for name, value in (("from", sender), ("to", to), ("message", body)):
            if not value:
                raise _bad(f"Missing key {name}")
        if not is_phone_number(to):
            raise _bad('Invalid "to" number')
        name_is_fine = sender.isascii() and sender.isalnum() and len(sender) <= LONGEST_NAME
        if not can_be_answered(sender) and not (name_is_fine and sender[0].isalpha()):
            raise _bad("Invalid from")
        return Message(
            sid=f"s{secrets.token_hex(16)}",
            account_sid=self.account.sid,
            to=to,
            sender=sender,
            # One text goes to thousands of phones: keep it once.
            body=sys.intern(body),
            direction=m.OUTBOUND_API,
            status=m.QUEUED,
            callback_url=form.get("whendelivered") or None,
            provider=NAME,
        )

    def _open_webhooks(self) -> Webhooks:
        return Webhooks(auth_token=None)

    def _callback_to(
        self, url: str, message: Message, done: Callable[[Answer], None]
    ) -> Callback | None:
        params = {"id": message.sid, "status": _word(message)}
        if message.status == m.DELIVERED:
            params["delivered"] = _iso(message.updated)
        return Callback(urldefrag(url)[0] + RETRIES, params, done)


class ElksApi:
    """The handlers; every one authenticates first."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        pair = f"{provider.account.sid}:{provider.account.token}".encode()
        self._authorization = b"Basic " + base64.b64encode(pair)

    def routes(self) -> list[web.RouteDef]:
        """Sending, and the history."""
        return [
            web.post("/a1/sms", self._guard(self._create)),
            web.get("/a1/sms", self._guard(self._history)),
        ]

    def _guard(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if self._provider.faults.hits("down"):
                return hang_up(request)
            try:
                given = request.headers.get("Authorization", "").encode()
                if not hmac.compare_digest(given, self._authorization):
                    raise Refusal(401, 401, "API access requires Basic HTTP authentication")
                return await handler(request)
            except Refusal as refusal:
                self._provider.refusals[refusal.code] += 1
                return web.Response(
                    text=refusal.message, status=refusal.status, headers=refusal.headers
                )

        return guarded

    async def _create(self, request: web.Request) -> web.StreamResponse:
        faults = self._provider.faults
        form = await form_of(request)
        if faults.latency_ms:
            await asyncio.sleep(faults.latency_ms / 1000)
        if faults.hits("refuse"):
            return hang_up(request)
        if faults.hits("answer_429"):
            raise _too_many(faults.retry_after)
        if faults.hits("answer_500"):
            raise _broken()
        message = self._provider.accept(form)
        answer = {**_resource(message), "parts": message.measure.segments}
        if faults.hits("early"):
            await self._provider.start_early(message)
        else:
            self._provider.start(message)
        return await self._answer_accepted(request, answer)

    async def _answer_accepted(
        self, request: web.Request, answer: dict[str, Any]
    ) -> web.StreamResponse:
        """Answer 200, unless a fault keeps the caller from learning that the message was accepted."""
        faults = self._provider.faults
        if faults.hits("accept_then_500"):
            raise _broken()
        if faults.hits("accept_then_hang"):
            await asyncio.sleep(faults.hang_ms / 1000)
            return hang_up(request)
        if faults.hits("accept_then_hang_up"):
            return hang_up(request)
        return _json(answer)

    async def _history(self, request: web.Request) -> web.StreamResponse:
        """Newest first: before ``start``, after ``end``, to ``to``, at most ``limit``; "next" is the next start."""
        query = request.query
        before = _moment(query.get("start"), time.time() + 1)
        after = _moment(query.get("end"), 0.0)
        given = query.get("limit", "")
        limit = min(int(given) if given.isascii() and given.isdigit() else MAX_LIMIT, MAX_LIMIT)
        found = (
            message
            for message in self._provider.ledger.newest_first(query.get("to"))
            if message.provider == NAME and after < round(message.created, 6) < before
        )
        page = list(islice(found, limit + 1))
        document: dict[str, Any] = {"data": [_resource(one) for one in page[:limit]]}
        if len(page) > limit:
            document["next"] = _iso(page[limit - 1].created)
        return _json(document)


def _resource(message: Message) -> dict[str, Any]:
    shown = {
        "id": message.sid,
        "created": _iso(message.created),
        "direction": "outgoing",
        "from": message.sender,
        "to": message.to,
        "message": message.body,
        "status": _word(message),
        "cost": COST * message.measure.segments,
    }
    if message.status == m.DELIVERED:
        shown["delivered"] = _iso(message.updated)
    return shown


def _word(message: Message) -> str:
    return WORDS.get(message.status, "failed")


def _iso(moment: float) -> str:
    """A time as 46elks writes it: UTC, without saying so."""
    return (
        datetime.fromtimestamp(moment, UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    )


def _moment(written: str | None, default: float) -> float:
    if not written:
        return default
    try:
        return datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise _bad("start and end must be times such as 2018-02-14T09:52:07.302000") from None


def _bad(text: str) -> Refusal:
    return Refusal(400, 400, text)


def _too_many(retry_after: int) -> Refusal:
    return Refusal(429, 429, "Too many requests", {"Retry-After": str(retry_after)})


def _broken() -> Refusal:
    return Refusal(500, 500, "Internal server error")


def _json(document: dict[str, Any]) -> web.Response:
    body = json.dumps(document, ensure_ascii=False).encode()
    return web.Response(body=body, content_type="application/json", charset="utf-8")
