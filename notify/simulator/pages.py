"""The phones pages: who got what, and a form to write back. GET changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from .inbound import CannotReply, Inbound
from .markup import not_found_page, phone_page, phones_page
from .provider import Provider
from .validation import can_be_answered, is_phone_number, normalise_number
from .words import words_for

PHONES_SHOWN = 100
MESSAGES_SHOWN = 100

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class PhonePages:
    """The handlers of ``/`` and ``/phones/{number}``."""

    def __init__(self, provider: Provider, inbound: Inbound) -> None:
        self._provider = provider
        self._inbound = inbound

    def routes(self) -> list[web.AbstractRouteDef]:
        """The pages and their static files. What is not found gets a page too."""
        return [
            web.get("/", self._phones),
            web.get("/phones", self._open),
            web.get("/phones/{number}", self._phone),
            web.post("/phones/{number}", self._reply),
            web.static("/static", Path(__file__).parent / "static"),
            web.get("/{rest:(?!simulator/).*}", self._not_found),
        ]

    async def _phones(self, request: web.Request) -> web.Response:
        return self._list(request)

    async def _open(self, request: web.Request) -> web.Response:
        written = request.query.get("number", "")
        number = normalise_number(written)
        if not is_phone_number(number):
            problem = _words(request)["bad_number"]
            return self._list(request, problem=problem, written=written, status=400)
        raise web.HTTPSeeOther(f"/phones/{number}")

    async def _phone(self, request: web.Request) -> web.Response:
        number = normalise_number(request.match_info["number"])
        if not is_phone_number(number):
            return _html(not_found_page(_words(request)), 404)
        return self._show(request, number)

    async def _reply(self, request: web.Request) -> web.Response:
        number = normalise_number(request.match_info["number"])
        form = await request.post()
        body, to = form.get("body"), form.get("to")
        if not is_phone_number(number):
            return _html(not_found_page(_words(request)), 404)
        text = body if isinstance(body, str) else ""
        try:
            await self._inbound.receive(number, text, to if isinstance(to, str) and to else None)
        except CannotReply:
            return self._show(
                request, number, problem=_words(request)["cannot_reply"], draft=text, status=400
            )
        raise web.HTTPSeeOther(f"/phones/{number}")

    async def _not_found(self, request: web.Request) -> web.Response:
        return _html(not_found_page(_words(request)), 404)

    def _list(
        self, request: web.Request, problem: str = "", written: str = "", status: int = 200
    ) -> web.Response:
        ledger = self._provider.ledger
        latest = ledger.phones(PHONES_SHOWN)
        total = ledger.phone_count()
        page = phones_page(_words(request), latest, total, problem=problem, written=written)
        return _html(page, status)

    def _show(
        self,
        request: web.Request,
        number: str,
        problem: str = "",
        draft: str = "",
        status: int = 200,
    ) -> web.Response:
        messages = self._provider.ledger.phone(number)
        text = request.query.get("before", "")
        end = (
            min(int(text), len(messages))
            if text.isascii() and text.isdigit() and len(text) < 10
            else len(messages)
        )
        start = max(0, end - MESSAGES_SHOWN)
        older = f"/phones/{number}?before={start}" if start else ""
        addresses = self._addresses(number)
        words = _words(request)
        page = phone_page(
            words,
            number,
            messages[start:end],
            older=older,
            addresses=addresses,
            problem=problem,
            draft=draft,
        )
        return _html(page, status)

    def _addresses(self, number: str) -> list[str]:
        """The numbers that this phone can write to: those that wrote to it, the latest first, and the account's own."""
        senders = [
            m.sender
            for m in reversed(self._provider.ledger.phone(number))
            if m.outbound and m.sender
        ]
        known = [sender for sender in senders if can_be_answered(sender)]
        return list(dict.fromkeys([*known, self._provider.account.number]))


def _words(request: web.Request) -> Mapping[str, str]:
    return words_for(request.headers.get("Accept-Language", ""))


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)
