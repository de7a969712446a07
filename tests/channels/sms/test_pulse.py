"""A process that stood still begins nothing before others were asked whether it still may."""

from __future__ import annotations

import asyncio
import time

import pytest

from notify.channels.sms import pace as paces
from notify.channels.sms import pulse as pulses
from notify.channels.sms.bucket import Bucket
from notify.channels.sms.pace import NotYet, Pace
from notify.channels.sms.pulse import Pulse


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beats of a hundredth of a second."""
    for name, seconds in {"BEAT": 0.01, "STOOD_STILL": 0.1, "STAND_BACK": 0.2}.items():
        monkeypatch.setattr(pulses, name, seconds)
    monkeypatch.setattr(paces, "STAND_BACK", 0.2)


def stand_still() -> None:
    """As the whole process does when it is stopped: the event loop does not turn."""
    time.sleep(0.15)


def test_who_runs_does_not_stand_back() -> None:
    async def run() -> bool:
        pulse = Pulse()
        await asyncio.sleep(0.3)
        return pulse.stands_back

    assert asyncio.run(run()) is False


@pytest.mark.parametrize("beats_first", [True, False])
def test_who_stood_still_stands_back_for_a_while(*, beats_first: bool) -> None:
    async def run() -> tuple[bool, bool]:
        pulse = Pulse()
        stand_still()
        if beats_first:
            await asyncio.sleep(0.02)
        at_first = pulse.stands_back
        await asyncio.sleep(0.25)
        return at_first, pulse.stands_back

    assert asyncio.run(run()) == (True, False)


@pytest.mark.parametrize("per_second", [0.0, 20.0])
def test_what_was_about_to_leave_goes_back_unsent(per_second: float) -> None:
    async def run() -> list[BaseException | None]:
        pace = Pace(Bucket(None, "x", per_second, processes=1))
        await pace.turn(1, urgent=True)
        waiting = [asyncio.ensure_future(pace.turn(1, urgent=True)) for _ in range(5)]
        if per_second:
            await asyncio.sleep(0)
        stand_still()
        said = await asyncio.gather(*waiting, return_exceptions=True)
        await pace.close()
        return said

    assert [type(one) for one in asyncio.run(run())] == [NotYet] * 5
