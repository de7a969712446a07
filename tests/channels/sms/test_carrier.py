"""Which provider is handed a message and which is asked about it, and what a route learns from that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from notify.channels.base import Outcome, Receipt
from notify.channels.sms import breaker as breakers
from notify.channels.sms import errors
from notify.channels.sms.breaker import FAILURES
from notify.channels.sms.bucket import Bucket
from notify.channels.sms.carrier import Route
from notify.channels.sms.outgoing import Outgoing
from notify.channels.sms.pace import FIRST_BACK_OFF, Pace

MESSAGE = Outgoing("+46701740610", "d1", "Hej", 60, 1, datetime.now(UTC))


class Scripted:
    """A provider that answers as it is told, and counts what it is asked."""

    name = "scripted"
    sender = "scripted:us"

    def __init__(self, takes: Outcome = Outcome.ACCEPTED, knows: Outcome = Outcome.ABSENT) -> None:
        self.takes = Receipt("d1", takes, self.name)
        self.knows = knows
        self.asked = 0

    async def create(self, message: Outgoing) -> Receipt:
        return self.takes

    async def find(self, message: Outgoing) -> Receipt:
        self.asked += 1
        return Receipt(message.reference, self.knows, self.name)


def on_its_route(provider: Scripted, use: Callable[[Route], Awaitable[None]]) -> None:
    async def run() -> None:
        await use(Route(provider, Pace(Bucket(None, "x", 0, processes=1))))

    asyncio.run(run())


def test_while_it_does_not_answer_questions_it_is_not_asked_them() -> None:
    provider = Scripted(knows=Outcome.IN_DOUBT)

    async def use(route: Route) -> None:
        for _ in range(FAILURES + 10):
            assert (await route.find(MESSAGE)).outcome is Outcome.IN_DOUBT

    on_its_route(provider, use)
    assert provider.asked == FAILURES


def test_after_a_rest_one_question_tries_and_its_answer_lets_the_others_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(breakers, "REST", 0.0)
    provider = Scripted(knows=Outcome.IN_DOUBT)

    async def use(route: Route) -> None:
        for _ in range(FAILURES):
            await route.find(MESSAGE)
        provider.knows = Outcome.ABSENT
        assert [(await route.find(MESSAGE)).outcome for _ in range(3)] == [Outcome.ABSENT] * 3

    on_its_route(provider, use)


def test_what_it_answers_to_questions_says_nothing_of_whether_it_takes_messages() -> None:
    provider = Scripted(takes=Outcome.IN_DOUBT)

    async def use(route: Route) -> None:
        for _ in range(FAILURES):
            await route.create(MESSAGE, alone=False)
        assert (await route.find(MESSAGE)).outcome is Outcome.ABSENT, "its doubts can be settled"
        refused = await route.create(MESSAGE, alone=False)
        assert (refused.outcome, refused.error) == (Outcome.FAILED_FOR_NOW, errors.UNREACHABLE)
        provider.takes = Receipt("d1", Outcome.ACCEPTED)
        await route.create(MESSAGE, alone=True)
        assert not route.breaker.resting, "what it takes closes it"

    on_its_route(provider, use)


def test_who_is_busy_and_does_not_say_until_when_is_left_alone_for_as_long_as_we_chose() -> None:
    provider = Scripted()
    provider.takes = Receipt("d1", Outcome.FAILED_FOR_NOW, provider.name, error="20429")

    async def use(route: Route) -> None:
        first = await route.create(MESSAGE, alone=True)
        assert first.retry_after == FIRST_BACK_OFF

    on_its_route(provider, use)


def test_who_says_until_when_is_taken_at_their_word() -> None:
    provider = Scripted()
    provider.takes = Receipt(
        "d1", Outcome.FAILED_FOR_NOW, provider.name, error="20429", retry_after=7.0
    )

    async def use(route: Route) -> None:
        assert (await route.create(MESSAGE, alone=True)).retry_after == 7.0

    on_its_route(provider, use)
