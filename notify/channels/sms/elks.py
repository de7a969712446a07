"""46elks, the second provider. One account, one client in one event loop.

Sources: https://46elks.com/docs/send-sms, https://46elks.com/docs/sms-history,
https://46elks.com/docs/sms-delivery-reports. It knows no validity period: what it has taken it
tries to deliver, stale or not.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from notify.channels.base import Outcome, Receipt
from notify.channels.sms import errors
from notify.channels.sms.leaving import Form, never_connected, open_session, too_late
from notify.channels.sms.outgoing import Outgoing
from notify.channels.sms.provider import (
    ANSWER_SECONDS,
    LOOK_BACK,
    Refusals,
    seconds,
)
from notify.channels.sms.statuses import outcome_of

NAME = "46elks"
API_URL = "https://api.46elks.com/a1"
PAGE = 100
"""Messages per page of the history: the most that it gives."""


class _Refused(Exception):
    """An answer that is no success: its status, what it says, and when to come back if it says so."""

    def __init__(self, status: int, text: str, retry_after: float | None) -> None:
        super().__init__()
        self.status = status
        self.text = text
        self.retry_after = retry_after


class Elks:
    """The account of the settings, opened by ``connect`` in the event loop that it is used in."""

    name = NAME

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        self._url = f"{settings.ELKS_API_URL or API_URL}/sms"
        self._from = settings.ELKS_SENDER
        self._refusals = Refusals(NAME)
        self.sender = f"{NAME}:{settings.ELKS_USERNAME}:{settings.ELKS_SENDER}"

    async def create(self, message: Outgoing) -> Receipt:
        """Hand over one SMS. Never raises: whatever happens is the receipt's outcome."""
        form = {
            "from": self._from,
            "to": message.address,
            "message": message.body,
            "whendelivered": callback_url(message.reference),
        }
        try:
            made = await self._ask("POST", data=Form(form, message.permit))
            name, parts = str(made["id"]), int(made.get("parts") or message.units)
        except Exception as error:  # noqa: BLE001 - one SMS that goes wrong must not end the others
            outcome, code, retry_after = _judge(error)
            return self._refusals.receipt(
                message.reference, outcome, code, retry_after=retry_after, error=error
            )
        return Receipt(message.reference, Outcome.ACCEPTED, NAME, name, units=parts)

    async def find(self, message: Outgoing) -> Receipt:
        """Ask whether the provider has this SMS, and what became of it. Never raises.

        ABSENT is said only after the whole history was read back to before it can have been sent.
        """
        try:
            found = await self._look_for(message)
        except Exception as error:  # noqa: BLE001 - not knowing is an answer here
            return self._refusals.doubt(message.reference, _judge(error)[1], error)
        if found is None:
            return Receipt(message.reference, Outcome.ABSENT, NAME)
        outcome = outcome_of(str(found.get("status", "")))
        code = errors.ELKS_FAILED if outcome is Outcome.FAILED else ""
        return Receipt(
            message.reference, outcome, NAME, str(found["id"]), error=code, units=message.units
        )

    async def _look_for(self, message: Outgoing) -> dict[str, Any] | None:
        """The newest message to the number with exactly these words from our sender.

        The history comes newest first; "start" is where its next page begins, going back.
        """
        query = {"to": message.address, "limit": str(PAGE)}
        while True:
            page = await self._ask("GET", params=query)
            for found in page["data"]:
                if _moment(found["created"]) < message.since - LOOK_BACK:
                    return None
                if self._is(message, found):
                    return dict(found)
            following = page.get("next")
            if not following:
                return None
            if following == query.get("start"):
                raise ValueError("the history does not go on")
            query["start"] = following

    def _is(self, message: Outgoing, found: dict[str, Any]) -> bool:
        if found.get("id") in message.earlier:
            return False
        wanted = ("outgoing", message.address, self._from, message.body)
        return tuple(found.get(name) for name in ("direction", "to", "from", "message")) == wanted

    async def _ask(self, method: str, **request: Any) -> Any:
        """The answer's JSON. Raises _Refused for any status but success."""
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            self._http.request(method, self._url, allow_redirects=False, **request) as response,
        ):
            if not 200 <= response.status < 300:
                text = (await response.content.read(1000)).decode("utf-8", "replace")
                wait = seconds(response.headers.get("Retry-After"))
                raise _Refused(response.status, text, wait)
            return await response.json(content_type=None)


@asynccontextmanager
async def connect() -> AsyncIterator[Elks]:
    """A client for the event loop that runs; its connections close at the end."""
    async with open_session(headers={"Authorization": _authorization()}) as http:
        yield Elks(http)


def callback_url(reference: str) -> str:
    """Where the status of that message is reported, with a key that is good for it alone.

    46elks signs nothing, so the key in the address is what tells its callbacks from forged ones.
    """
    query = urlencode({"ref": reference, "key": _key(reference)})
    return f"{settings.PUBLIC_URL}{reverse('sms:elks-status')}?{query}"


def genuine(reference: str, key: str) -> bool:
    """Whether the key is the one that we gave 46elks for that message."""
    return constant_time_compare(key, _key(reference))


def _key(reference: str) -> str:
    return salted_hmac(__name__, reference, algorithm="sha256").hexdigest()[:40]


def _authorization() -> str:
    pair = f"{settings.ELKS_USERNAME}:{settings.ELKS_PASSWORD}"
    return "Basic " + b64encode(pair.encode()).decode()


def _judge(error: Exception) -> tuple[Outcome, str, float | None]:
    """What an exception says about the message: the outcome, a code, and seconds to wait if told."""
    if never_connected(error):
        return Outcome.FAILED_FOR_NOW, errors.UNREACHABLE, None
    if too_late(error):
        return Outcome.FAILED_FOR_NOW, errors.STOOD_STILL, 0.0
    if not isinstance(error, _Refused):
        return Outcome.IN_DOUBT, errors.NO_ANSWER, None
    code = f"{NAME}-{error.status}"
    # 408 says that the provider gave up reading or working, not that it did nothing.
    if 400 <= error.status < 500 and error.status != 408:
        return Outcome.FAILED, _named(error) or code, error.retry_after
    return Outcome.IN_DOUBT, code, error.retry_after


def _named(error: _Refused) -> str:
    """What a 400 complains about: its text names the field, and nothing else tells them apart."""
    text = error.text.lower()
    if error.status != 400:
        return ""
    if "from" in text or "sender" in text:
        return errors.ELKS_SENDER
    return f"{NAME}-number" if "number" in text else ""


def _moment(written: str) -> datetime:
    """A time of the history: UTC, and does not say so."""
    moment = datetime.fromisoformat(written)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
