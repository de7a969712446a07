"""A provider that takes only so many segments a second: how much of that is used, and what it refuses."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from bench.fanout import fan_out
from bench.house import House, beat, workers
from bench.seed import Town

SETTING = "SMS_SEGMENTS_PER_SECOND"
SECONDS = 20
"""About how long the fan-out takes at the limit."""


@dataclass(frozen=True, slots=True)
class Limited:
    """segments_per_second: the limit. share: of it that was used after the first
    thousand messages: before, there is a second's worth saved up. refused: answers of 429.
    """

    segments_per_second: int
    messages: int
    seconds: float
    share: float
    refused: int


def limited(house: House, town: Town, size: int, processes: int) -> Limited | None:
    """Fan out to ``size`` people against such a limit; None while there is no pace to be set.

    size: more than a thousand.
    """
    if not hasattr(settings, SETTING):
        return None
    limit = max(10, size // SECONDS)
    options = ("--queues", "urgent,routine", "--concurrency", str(processes))
    variables = {SETTING: str(limit), "SMS_WORKERS": str(processes)}
    with workers(house, "paced", *options, **variables) as worker, beat(house):
        run = fan_out(house, town, worker, size, segments_per_second=limit)
    return Limited(limit, size, run.last - run.first, (run.steady or 0.0) / limit, run.refused)
