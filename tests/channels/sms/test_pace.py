"""Turns: in order, urgent first, at the provider's limit and never above it."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

import pytest
from pytest_django import Settings

from notify.channels.base import Outcome, Receipt, Recipient, Text
from notify.channels.sms import pace as paces
from notify.channels.sms.bucket import Bucket
from notify.channels.sms.channel import SmsChannel
from notify.channels.sms.pace import NotYet, Pace
from tests.channels.notices import notice
from tests.simulator_fixture import Simulator

T = TypeVar("T")


def alone(use: Callable[[Pace], Awaitable[T]], per_second: float) -> T:
    """A pace without Redis, as this process keeps it by itself."""

    async def run() -> T:
        return await use(Pace(Bucket(None, "x", per_second, processes=1)))

    return asyncio.run(run())


def test_turns_come_in_the_order_they_were_asked_for_and_at_the_rate() -> None:
    async def use(pace: Pace) -> tuple[list[int], float]:
        came: list[int] = []

        async def one(number: int) -> None:
            await pace.turn(1, urgent=False)
            came.append(number)

        began = time.monotonic()
        await asyncio.gather(*(one(number) for number in range(100)))
        return came, time.monotonic() - began

    came, seconds = alone(use, 200)
    assert came == list(range(100))
    assert seconds >= 0.49


def test_without_a_limit_nobody_waits() -> None:
    async def use(pace: Pace) -> float:
        began = time.monotonic()
        for _ in range(1000):
            await pace.turn(6, urgent=False)
        return time.monotonic() - began

    assert alone(use, 0) < 0.5


def test_who_gave_up_waiting_holds_up_nobody() -> None:
    async def use(pace: Pace) -> None:
        waiting = [asyncio.ensure_future(pace.turn(1, urgent=False)) for _ in range(20)]
        await asyncio.sleep(0)
        for one in waiting[:10]:
            one.cancel()
        await asyncio.gather(*waiting[10:])

    alone(use, 500)


@pytest.mark.parametrize("per_second", [0, 100])
def test_a_long_silence_sends_everybody_away_with_the_time(per_second: float) -> None:
    async def use(pace: Pace) -> list[BaseException | None]:
        assert await pace.slow_down(60) == 60
        turns = [pace.turn(1, urgent=one) for one in (True, False, False)]
        return await asyncio.gather(*turns, return_exceptions=True)

    for error in alone(use, per_second):
        assert isinstance(error, NotYet)
        assert 55 < error.retry_after <= 60


def test_a_short_silence_is_waited_out() -> None:
    async def use(pace: Pace) -> float:
        began = time.monotonic()
        await pace.slow_down(0.3)
        await pace.turn(1, urgent=False)
        return time.monotonic() - began

    assert alone(use, 100) >= 0.2


def test_without_a_time_it_backs_off_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paces, "FIRST_BACK_OFF", 0.05)

    async def use(pace: Pace) -> list[float]:
        waits = []
        for _ in range(3):
            waits.append(await pace.slow_down(None))
            at_the_same_time = await pace.slow_down(None)
            assert at_the_same_time <= waits[-1]
            await asyncio.sleep(waits[-1] + 0.01)
        return waits

    first, second, third = alone(use, 100)
    assert (second, third) == (first * 2, first * 4)


# --- at the provider --------------------------------------------------------------------------


@pytest.fixture
def shared(account: Simulator, redis_url: str, settings: Settings) -> Simulator:
    """Redis shares out the pace of a sender that nobody used yet."""
    settings.REDIS_URL = redis_url
    settings.REDIS_KEY_PREFIX = f"{uuid.uuid4().hex}:"
    settings.SMS_WORKERS = 2
    return account


@pytest.fixture
def two(shared: Simulator) -> Iterator[list[SmsChannel]]:
    """Makes two channels, each with an event loop of its own, as two processes have them."""
    made: list[SmsChannel] = []
    yield made
    for channel in made:
        channel.close()


def by_the_handful(channel: SmsChannel, people: list[Recipient], severity: str) -> list[Receipt]:
    """As a worker does it."""
    return list(channel.send(notice(severity=severity), iter(people)))


def people(count: int, first: int = 0) -> list[Recipient]:
    return [Recipient(f"+4670{n:07}", f"d{n}", "sv") for n in range(first, first + count)]


def times(simulator: Simulator) -> list[float]:
    return [
        datetime.fromisoformat(one["history"][0]["at"]).timestamp() for one in simulator.ledger()
    ]


def test_two_workers_use_the_whole_limit_and_never_break_it(
    shared: Simulator, two: list[SmsChannel], settings: Settings
) -> None:
    rate = 200
    settings.SMS_SEGMENTS_PER_SECOND = rate
    two += [SmsChannel(), SmsChannel()]

    def used() -> float:
        """The part of the limit that was used; a machine that stood still meanwhile makes it less."""
        shared.reset()
        shared.set_faults(segments_per_second=rate, latency_ms=30)
        with ThreadPoolExecutor(2) as pool:
            jobs = [
                pool.submit(by_the_handful, channel, people(150, first), "Minor")
                for first, channel in zip((0, 1000), two, strict=True)
            ]
            receipts = [receipt for job in jobs for receipt in job.result()]
        assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}
        assert shared.stats()["refusals"] == {}, "not one 429"
        at = times(shared)
        return 2 * (len(at) - 1) / (at[-1] - at[0]) / rate

    assert any(used() >= 0.98 for _attempt in range(4))


def test_urgent_words_overtake_a_routine_fan_out_that_goes_on_slowly(
    shared: Simulator, two: list[SmsChannel], settings: Settings
) -> None:
    settings.SMS_SEGMENTS_PER_SECOND = 200
    two += [SmsChannel(), SmsChannel()]
    with ThreadPoolExecutor(1) as pool:
        routine = pool.submit(by_the_handful, two[0], people(250), "Minor")
        shared.wait_for_messages("+46700000005")
        by_the_handful(two[1], people(150, 1000), "Severe")
        during = len(shared.ledger())
        assert {one.outcome for one in routine.result()} == {Outcome.ACCEPTED}
    assert during < 250, "routine ones stood back"


def test_a_text_to_one_person_waits_behind_no_fan_out(
    shared: Simulator, two: list[SmsChannel], settings: Settings
) -> None:
    settings.SMS_SEGMENTS_PER_SECOND = 50
    two += [SmsChannel(), SmsChannel()]
    with ThreadPoolExecutor(1) as pool:
        routine = pool.submit(by_the_handful, two[0], people(60), "Minor")
        shared.wait_for_messages("+46700000003")
        before = len(shared.ledger())
        [receipt] = two[1].send_texts([Text("+46701740610", "m1", "Hej", valid_for=600)])
        assert len(shared.ledger()) - before < 25, "of the other 57, half would take a second"
        assert receipt.outcome is Outcome.ACCEPTED
        routine.result()


def test_a_429_slows_everybody_and_loses_nobody(
    shared: Simulator, two: list[SmsChannel], settings: Settings
) -> None:
    settings.SMS_SEGMENTS_PER_SECOND = 1000
    shared.set_faults(answer_429=1, retry_after=30)
    two += [SmsChannel(), SmsChannel()]
    [refused] = two[0].send(notice(), people(1))
    assert (refused.outcome, refused.error) == (Outcome.FAILED_FOR_NOW, "20429")
    shared.set_faults(answer_429=0)
    [held] = two[1].send(notice(), people(1, 1))
    assert (held.outcome, held.error) == (Outcome.FAILED_FOR_NOW, "held_back")
    assert held.retry_after is not None
    assert 20 < held.retry_after <= 30
    assert shared.ledger() == []
