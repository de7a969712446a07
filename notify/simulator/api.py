"""The REST API under /2010-04-01/Accounts/{sid}/Messages, as the official client calls it."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from .ledger import Page, page
from .messages import API_VERSION, FINAL, Message, resource
from .provider import Provider
from .validation import Refusal, not_found, server_error, too_many, unauthenticated

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TOKEN = re.compile(r"PA(SM[0-9a-f]{32})")


class MessagesApi:
    """The handlers; every one authenticates first."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        pair = f"{provider.account.sid}:{provider.account.token}".encode()
        self._authorization = b"Basic " + base64.b64encode(pair)

    def routes(self) -> list[web.RouteDef]:
        """The routes of the message list and of one message."""
        base = f"/{API_VERSION}/Accounts/{{account}}/Messages"
        return [
            web.post(f"{base}.json", self._guard(self._create)),
            web.get(f"{base}.json", self._guard(self._list)),
            web.get(f"{base}/{{sid}}.json", self._guard(self._fetch)),
            web.post(f"{base}/{{sid}}.json", self._guard(self._update)),
            web.delete(f"{base}/{{sid}}.json", self._guard(self._delete)),
            web.route("*", f"/{API_VERSION}/{{rest:.*}}", self._guard(self._unknown)),
        ]

    def _guard(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if self._provider.faults.hits("down"):
                return hang_up(request)
            try:
                self._authenticate(request)
                return await handler(request)
            except Refusal as refusal:
                self._provider.refusals[refusal.code] += 1
                return _json(refusal.document(), refusal.status, refusal.headers)

        return guarded

    def _authenticate(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "").encode()
        right_account = (
            request.match_info.get("account", self._provider.account.sid)
            == self._provider.account.sid
        )
        if not hmac.compare_digest(given, self._authorization) or not right_account:
            raise unauthenticated()

    async def _create(self, request: web.Request) -> web.StreamResponse:
        faults = self._provider.faults
        form = await form_of(request)
        if faults.latency_ms:
            await asyncio.sleep(faults.latency_ms / 1000)
        if faults.hits("refuse"):
            return hang_up(request)
        if faults.hits("answer_429"):
            raise too_many(faults.retry_after)
        if faults.hits("answer_500"):
            raise server_error()
        message = self._provider.accept(form)
        answer = resource(message)
        if faults.hits("early"):
            await self._provider.start_early(message)
        else:
            self._provider.start(message)
        return await self._answer_accepted(request, answer)

    async def _answer_accepted(
        self, request: web.Request, answer: dict[str, Any]
    ) -> web.StreamResponse:
        """Answer 201, unless a fault keeps the caller from learning that the message was accepted."""
        faults = self._provider.faults
        if faults.hits("accept_then_500"):
            raise server_error()
        if faults.hits("accept_then_hang"):
            await asyncio.sleep(faults.hang_ms / 1000)
            return hang_up(request)
        if faults.hits("accept_then_hang_up"):
            return hang_up(request)
        return _json(answer, 201)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        size = min(_positive(query.get("PageSize"), DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE)
        number = _positive(query.get("Page"), 0)
        wanted = _wanted(query)
        before = self._position(query.get("PageToken"))
        ledger = self._provider.ledger
        found = page(
            lambda below: ledger.newest_first(query.get("To"), below), wanted, size, before
        )
        return _json(_list_document(request.path, query, found, number, size))

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        return _json(resource(self._message(request)))

    async def _update(self, request: web.Request) -> web.StreamResponse:
        """Cancel a scheduled message (Status=canceled) or redact a finished one (an empty Body)."""
        message = self._message(request)
        form = await form_of(request)
        if form.get("Status") == "canceled":
            self._provider.cancel(message)
        elif form.get("Body") == "":
            if message.status not in FINAL:
                raise Refusal(400, 20009, "Cannot redact a message that is not finished.")
            message.redacted = True
        else:
            raise Refusal(
                400, 20001, "Only Status=canceled or an empty Body can be posted to a message."
            )
        return _json(resource(message))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        message = self._message(request)
        if message.status not in FINAL:
            raise Refusal(409, 20009, "Cannot delete a message that is not finished.")
        message.deleted = True
        return web.Response(status=204)

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        raise not_found(request.path)

    def _message(self, request: web.Request) -> Message:
        message = self._provider.ledger.get(request.match_info["sid"])
        if message is None or message.deleted or message.provider != "twilio":
            raise not_found(request.path)
        return message

    def _position(self, token: str | None) -> int | None:
        """The ledger number that the page asked for lies below; None for the first page."""
        if token is None:
            return None
        match = _TOKEN.fullmatch(token)
        message = self._provider.ledger.get(match[1]) if match else None
        if message is None:
            raise Refusal(400, 20006, "The page token is not one of this list.")
        return message.number


def _list_document(
    path: str, query: Mapping[str, str], found: Page, number: int, size: int
) -> dict[str, Any]:
    """A page in Twilio's list format; the client follows ``next_page_uri`` until it is null."""
    kept = {
        name: value
        for name, value in query.items()
        if name not in {"Page", "PageToken", "PageSize"}
    }

    def uri(page_number: int, token: str | None = None) -> str:
        parts = {
            **kept,
            "PageSize": str(size),
            "Page": str(page_number),
            **({"PageToken": token} if token else {}),
        }
        return f"{path}?{urlencode(parts)}"

    older = uri(number + 1, f"PA{found.messages[-1].sid}") if found.older else None
    start = number * size
    return {
        "first_page_uri": uri(0),
        "end": start + max(len(found.messages) - 1, 0),
        "previous_page_uri": None,
        "messages": [resource(message) for message in found.messages],
        "uri": uri(number, query.get("PageToken")),
        "page_size": size,
        "start": start,
        "next_page_uri": older,
        "page": number,
    }


def _wanted(query: Mapping[str, str]) -> Callable[[Message], bool]:
    """The list's filters. A message that is not sent yet counts from when it was created."""
    sender = query.get("From")
    ranges = [
        _range(query[name], side)
        for name, side in (("DateSent", 0), ("DateSent<", -1), ("DateSent>", 1))
        if query.get(name)
    ]

    def wanted(message: Message) -> bool:
        moment = int(message.sent or message.created)
        return (
            message.provider == "twilio"
            and not message.deleted
            and (not sender or message.sender == sender)
            and all(low <= moment <= high for low, high in ranges)
        )

    return wanted


def _range(text: str, side: int) -> tuple[float, float]:
    """The POSIX seconds that a DateSent filter admits: the whole day (side 0), up to it (-1) or from it (1).

    The client writes dates as times; a plain date with ``<=`` takes in that whole day.
    """
    try:
        if _DATE.fullmatch(text):
            first = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            last = first + timedelta(days=1, seconds=-1)
        else:
            moment = datetime.fromisoformat(text)
            first = last = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        if side == 0:
            first = first.replace(hour=0, minute=0, second=0, microsecond=0)
            last = first + timedelta(days=1, seconds=-1)
        low, high = first.timestamp(), last.timestamp()
    except (ValueError, OverflowError):
        raise Refusal(
            400, 20001, "DateSent must be YYYY-MM-DD or an ISO 8601 time in GMT."
        ) from None
    return (float("-inf"), high) if side < 0 else (low, float("inf")) if side > 0 else (low, high)


async def form_of(request: web.Request) -> dict[str, str]:
    """The posted form; repeated fields keep their last value, files are ignored."""
    try:
        form = await request.post()
    except (ValueError, LookupError):
        raise Refusal(400, 20001, "The body is not a form in UTF-8.") from None
    return {name: value for name, value in form.items() if isinstance(value, str)}


def hang_up(request: web.Request) -> web.Response:
    """Cut the connection; the response is never written."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _positive(text: str | None, default: int) -> int:
    if text is None or not re.fullmatch(r"[0-9]{1,9}", text):
        return default
    return int(text) or default


def _json(
    document: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    body = json.dumps(document, ensure_ascii=False).encode()
    return web.Response(
        body=body, status=status, headers=headers, content_type="application/json", charset="utf-8"
    )
