"""Handing over one SMS: chooses the provider, waits its turn, and stands in when one is down.

Only what a provider certainly did not take goes to the next one. What is in doubt never does: that
is asked about first, at the provider that may have it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from django.conf import settings

from notify.channels.base import Outcome, Receipt
from notify.channels.sms import elks, errors, twilio
from notify.channels.sms.breaker import Breaker
from notify.channels.sms.bucket import Bucket, open_redis
from notify.channels.sms.outgoing import Outgoing
from notify.channels.sms.pace import NotYet, Pace
from notify.channels.sms.provider import Provider

TAKEN = frozenset({Outcome.ACCEPTED, Outcome.DELIVERED, Outcome.FAILED})


class Route:
    """One provider, with its pace and its breakers.

    Whether it takes messages and whether it answers questions about them are two things: while it
    takes none, answers settle the doubts that it left, and those who are absent go to another.
    """

    def __init__(self, provider: Provider, pace: Pace) -> None:
        self.provider = provider
        self.breaker = Breaker(f"The SMS provider {provider.name}", "another stands in for it")
        self._asking = Breaker(f"{provider.name}'s list of messages", "what is in doubt waits")
        self._pace = pace

    async def create(self, message: Outgoing, *, alone: bool) -> Receipt:
        """Send it when its turn has come, unless the provider is found to be down meanwhile.

        alone: there is no other provider, so this one is tried whatever its breaker says.
        """
        try:
            await self._pace.turn(message.units, urgent=message.urgent)
        except NotYet as later:
            return self._unsent(message, errors.HELD_BACK, later.retry_after)
        if not alone and not self.breaker.admits():
            return self._unsent(message, errors.UNREACHABLE, self.breaker.resting)
        return await self._learn(await self.provider.create(message))

    async def find(self, message: Outgoing) -> Receipt:
        """Ask what became of it; IN_DOUBT without asking while questions are not answered.

        Each that hangs costs whoever sweeps 20 s, and there may be thousands of them.
        """
        if not self._asking.admits():
            return Receipt(
                message.reference, Outcome.IN_DOUBT, self.provider.name, error=errors.NO_ANSWER
            )
        receipt = await self.provider.find(message)
        if receipt.outcome is Outcome.IN_DOUBT:
            self._asking.failed()
        else:
            self._asking.succeeded()
        return receipt

    async def _learn(self, receipt: Receipt) -> Receipt:
        """Remember what it says of the provider; returns it with the wait, if that was up to us."""
        if receipt.outcome in TAKEN:
            self.breaker.succeeded()
        elif receipt.outcome is Outcome.IN_DOUBT or receipt.error == errors.UNREACHABLE:
            self.breaker.failed()
        if receipt.error in errors.TOO_FAST:
            wait = await self._pace.slow_down(receipt.retry_after)
            return replace(receipt, retry_after=wait)
        return receipt

    def _unsent(self, message: Outgoing, error: str, wait: float) -> Receipt:
        return Receipt(
            message.reference,
            Outcome.FAILED_FOR_NOW,
            provider=self.provider.name,
            error=error,
            retry_after=wait,
        )


class Carrier:
    """The providers of the settings, the first that works first. Belongs to one event loop."""

    def __init__(self, routes: Sequence[Route]) -> None:
        """routes: at least one."""
        self._routes = routes

    async def create(self, message: Outgoing) -> Receipt:
        """Send it through the first provider that may take it. Never raises: see the outcome."""
        alone = len(self._routes) == 1
        # Those that rest come last: their pace is not used up, nor waited for, for nothing.
        for route in sorted(self._routes, key=lambda one: one.breaker.resting > 0):
            receipt = await route.create(message, alone=alone)
            refused = receipt.outcome is Outcome.FAILED_FOR_NOW
            if not refused or not errors.elsewhere(receipt.error):
                break
        return receipt

    async def find(self, message: Outgoing) -> Receipt:
        """Ask whoever may have it what became of it. Never raises.

        ABSENT is said only when every provider that may have it has said so.
        """
        asked = [one for one in self._routes if message.provider in ("", one.provider.name)]
        # Nobody can ask a provider that is not configured any more.
        least = Receipt(message.reference, Outcome.ABSENT if asked else Outcome.IN_DOUBT)
        for route in asked:
            receipt = await route.find(message)
            if receipt.outcome is Outcome.IN_DOUBT:
                # Who has it is not known yet, so the next to ask must ask everybody again.
                least = Receipt(
                    message.reference, receipt.outcome, message.provider, error=receipt.error
                )
            elif receipt.outcome is not Outcome.ABSENT:
                return receipt
            elif least.outcome is Outcome.ABSENT:
                least = receipt
        return least


@asynccontextmanager
async def connect() -> AsyncIterator[Carrier]:
    """The carrier of the settings, for the event loop that runs; its connections close at the end."""
    async with AsyncExitStack() as opened:
        redis = open_redis()
        if redis is not None:
            opened.push_async_callback(redis.aclose)
        providers: list[Provider] = []
        if settings.TWILIO_ACCOUNT_SID:
            providers.append(await opened.enter_async_context(twilio.connect()))
        if settings.ELKS_USERNAME:
            providers.append(await opened.enter_async_context(elks.connect()))
        rate, processes = settings.SMS_SEGMENTS_PER_SECOND, settings.SMS_WORKERS
        routes: list[Route] = []
        for one in providers:
            pace = Pace(Bucket(redis, one.sender, rate, processes))
            opened.push_async_callback(pace.close)
            routes.append(Route(one, pace))
        yield Carrier(routes)
