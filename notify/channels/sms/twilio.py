"""Twilio: the only module that imports twilio. One account, one client in one event loop."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from hmac import compare_digest
from typing import Any

from django.conf import settings
from django.urls import reverse
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from notify.channels.base import Outcome, Receipt
from notify.channels.permit import ALWAYS
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

NAME = "twilio"
CALLBACK_RETRIES = "#rc=5&rp=ct,rt,5xx"
"""Connection overrides: a callback that our server failed to take is made again, five times."""
_PERMIT = ContextVar("permit", default=ALWAYS)
"""Of the message that is handed over: Twilio's client has no place for it on the way to the transport."""


class _Busy(Exception):
    """The answer was 429, the only one that is certain not to have been processed."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__()
        self.retry_after = retry_after


class _Http(AsyncTwilioHttpClient):  # type: ignore[misc]  # twilio publishes no types
    """The transport of Twilio's own client, with five things that the original lacks.

    It tells a connection that could not be made from an answer that did not come; it hands on
    Retry-After, which the client's exceptions drop; it sends nothing whose permit is over; it logs
    nothing, since its log holds phone numbers; and it costs half: the original builds a form
    writer, a request object, a log record and an authorisation for each message.
    """

    def __init__(self) -> None:
        super().__init__(pool_connections=False)
        pair = f"{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_AUTH_TOKEN}"
        self.session = open_session(
            headers={"Authorization": "Basic " + b64encode(pair.encode()).decode()}
        )

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        **_options: Any,
    ) -> Response:
        """As the original; raises _Busy for a 429."""
        form = Form(data, _PERMIT.get()) if data else None
        async with self.session.request(
            method, url, params=params, data=form, headers=headers, allow_redirects=False
        ) as answer:
            if answer.status == 429:
                raise _Busy(seconds(answer.headers.get("Retry-After")))
            text = (await answer.read()).decode("utf-8", "replace")
        return Response(answer.status, text, answer.headers)


class Twilio:
    """The account of the settings, opened by ``connect`` in the event loop that it is used in."""

    name = NAME

    def __init__(self, http: AsyncTwilioHttpClient) -> None:
        client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=http)
        if settings.TWILIO_API_URL:
            client.api.base_url = settings.TWILIO_API_URL
        self._messages = client.messages
        self._sender = _sender(settings.TWILIO_SENDER)
        self._callback = f"{settings.PUBLIC_URL}{reverse('sms:status')}?ref="
        self._refusals = Refusals(NAME)
        self.sender = f"{NAME}:{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_SENDER}"

    async def create(self, message: Outgoing) -> Receipt:
        """Hand over one SMS. Never raises: whatever happens is the receipt's outcome."""
        _PERMIT.set(message.permit)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                made = await self._messages.create_async(
                    to=message.address,
                    body=message.body,
                    status_callback=f"{self._callback}{message.reference}{CALLBACK_RETRIES}",
                    validity_period=message.valid_for,
                    **self._sender,
                )
        except Exception as error:  # noqa: BLE001 - one SMS that goes wrong must not end the others
            return self._failure(message, error)
        return Receipt(
            message.reference,
            Outcome.ACCEPTED,
            provider=NAME,
            provider_id=made.sid,
            # A messaging service has not chosen a sender yet, and says 0.
            units=int(made.num_segments or 0) or message.units,
        )

    async def find(self, message: Outgoing) -> Receipt:
        """Ask whether the provider has this SMS, and what became of it. Never raises.

        ABSENT is said only after the whole list was read back to before it can have been sent.
        """
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await self._look_for(message)
        except Exception as error:  # noqa: BLE001 - not knowing is an answer here
            return self._refusals.doubt(message.reference, _judge(error)[1], error)
        if found is None:
            return Receipt(message.reference, Outcome.ABSENT, NAME)
        outcome = outcome_of(found.status)
        code = str(found.error_code or "") if outcome is Outcome.FAILED else ""
        return Receipt(
            message.reference,
            outcome,
            provider=NAME,
            provider_id=found.sid,
            error=code,
            units=message.units,
            opted_out=errors.meaning(code) is errors.Meaning.OPTED_OUT,
        )

    async def _look_for(self, message: Outgoing) -> Any:
        """The newest outbound message to the number with exactly these words from our sender.

        The list is not narrowed by DateSent: a message that still waits in the provider's queue
        has none, and would be taken for absent and sent twice. It comes newest first.
        """
        async for found in await self._messages.stream_async(to=message.address, page_size=100):
            if found.date_created < message.since - LOOK_BACK:
                return None
            if self._is(message, found):
                return found
        return None

    def _is(self, message: Outgoing, found: Any) -> bool:
        return bool(
            found.direction == "outbound-api"
            and found.body == message.body
            and found.sid not in message.earlier
            and all(getattr(found, name) == value for name, value in self._sender.items())
        )

    def _failure(self, message: Outgoing, error: Exception) -> Receipt:
        outcome, code, retry_after = _judge(error)
        return self._refusals.receipt(
            message.reference, outcome, code, retry_after=retry_after, error=error
        )


@asynccontextmanager
async def connect() -> AsyncIterator[Twilio]:
    """A client for the event loop that runs; its connections close at the end."""
    http = _Http()
    try:
        yield Twilio(http)
    finally:
        await http.close()


def signed(url: str, form: Any, signature: str) -> bool:
    """Whether Twilio signed this form for this URL with our auth token.

    Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
    """
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    # Twilio may sign with or without the port, so validate() always computes both; mostly one will do.
    if compare_digest(validator.compute_signature(url, form).encode(), signature.encode()):
        return True
    return bool(validator.validate(url, form, signature))


def _judge(error: Exception) -> tuple[Outcome, str, float | None]:
    """What an exception says about the message: the outcome, a code, and seconds to wait if told."""
    if isinstance(error, _Busy):
        return Outcome.FAILED_FOR_NOW, "20429", error.retry_after
    if never_connected(error):
        return Outcome.FAILED_FOR_NOW, errors.UNREACHABLE, None
    if too_late(error):
        return Outcome.FAILED_FOR_NOW, errors.STOOD_STILL, 0.0
    if isinstance(error, (TwilioRestException, TwilioServiceException)):
        # 408 says that the provider gave up reading or working, not that it did nothing.
        if 400 <= error.status < 500 and error.status != 408:
            return Outcome.FAILED, str(error.code or error.status), None
        return Outcome.IN_DOUBT, str(error.code or error.status), None
    return Outcome.IN_DOUBT, errors.NO_ANSWER, None


def is_service(sender: str) -> bool:
    """Whether it is the SID of a messaging service, which chooses a sender of its own."""
    return sender.startswith("MG") and len(sender) == 34


def _sender(sender: str) -> dict[str, str]:
    """A messaging service, a number or a name, as the API wants it."""
    if is_service(sender):
        return {"messaging_service_sid": sender}
    return {"from_": sender}
