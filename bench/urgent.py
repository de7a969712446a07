"""An urgent alert while a large routine fan-out runs: how long its readers wait."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bench import control
from bench.fanout import clear, publish
from bench.house import House, beat, workers
from bench.seed import URGENT, Town

BEFORE = 0.05
"""The share of the routine fan-out that is sent when the urgent alert is published."""
ROUTINE, ALARM = "Spolning", "Kokningsrekommendation"
LONGEST = 600.0


@dataclass(frozen=True, slots=True)
class Overtaking:
    """Times are seconds after the urgent alert was published.

    rate_before: routine messages per second until then. middle: when half of the urgent ones were accepted.
    routine_left: routine messages still to be sent when the last urgent one was accepted.
    """

    routine: int
    urgent: int
    rate_before: float
    first: float
    middle: float
    last: float
    routine_left: int


def overtaking(house: House, town: Town, size: int, processes: int) -> Overtaking:
    """Both queues with workers of their own, as deployed: so many processes each."""
    clear(house)
    control.behave(house.provider_url)
    each = ("--concurrency", str(processes))
    with (
        workers(house, "routine", "--queues", "routine", *each),
        workers(house, "urgent", "--queues", "urgent", *each),
        beat(house),
    ):
        wanted = min(URGENT, size)
        publish(town, town.areas(size), urgent=False, headline=ROUTINE)
        _until(house, ROUTINE, max(1, int(size * BEFORE)))
        counted = control.counted(house.provider_url).said(ROUTINE)
        assert counted is not None
        rate = counted.accepted / max(counted.last - counted.first, 1e-6)
        began = time.time()
        publish(town, [town.urgent], urgent=True, headline=ALARM)
        _until(house, ALARM, wanted)
        both = control.counted(house.provider_url)
    routine, alarm = both.said(ROUTINE), both.said(ALARM)
    assert routine is not None
    assert alarm is not None
    return Overtaking(
        routine=size,
        urgent=alarm.accepted,
        rate_before=rate,
        first=alarm.first - began,
        middle=alarm.times[len(alarm.times) // 2] - began,
        last=alarm.last - began,
        routine_left=size - routine.accepted,
    )


def _until(house: House, words: str, count: int) -> None:
    """Return when so many of that text were accepted. Raises TimeoutError."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        text = control.counted(house.provider_url).said(words)
        if text is not None and text.accepted >= count:
            return
        time.sleep(0.05)
    raise TimeoutError(f"The stand-in did not accept {count} of {words!r} in {LONGEST:.0f} s.")
