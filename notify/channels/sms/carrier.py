"""Handing over one SMS: waits its turn, then goes to the provider. One carrier per event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.conf import settings

from notify.channels.base import Outcome, Receipt
from notify.channels.sms import errors, twilio
from notify.channels.sms.bucket import Bucket, open_redis
from notify.channels.sms.outgoing import Outgoing
from notify.channels.sms.pace import NotYet, Pace
from notify.channels.sms.twilio import Twilio


class Carrier:
    """A provider with its pace."""

    def __init__(self, provider: Twilio, pace: Pace) -> None:
        self._provider = provider
        self._pace = pace

    async def create(self, message: Outgoing) -> Receipt:
        """Send it when its turn has come. Never raises: whatever happens is the receipt's outcome."""
        try:
            await self._pace.turn(message.units, urgent=message.urgent)
        except NotYet as later:
            return Receipt(
                message.reference,
                Outcome.FAILED_FOR_NOW,
                provider=twilio.NAME,
                error=errors.HELD_BACK,
                retry_after=later.retry_after,
            )
        receipt = await self._provider.create(message)
        if receipt.error in errors.TOO_FAST:
            await self._pace.slow_down(receipt.retry_after)
        return receipt

    async def find(self, message: Outgoing) -> Receipt:
        """Ask whether the provider has it, and what became of it. Never raises."""
        return await self._provider.find(message)


@asynccontextmanager
async def connect() -> AsyncIterator[Carrier]:
    """The carrier of the settings, for the event loop that runs; its connections close at the end."""
    redis = open_redis()
    try:
        async with twilio.connect() as provider:
            sender = f"{twilio.NAME}:{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_SENDER}"
            rate, processes = settings.SMS_SEGMENTS_PER_SECOND, settings.SMS_WORKERS
            yield Carrier(provider, Pace(Bucket(redis, sender, rate, processes)))
    finally:
        if redis is not None:
            await redis.aclose()
