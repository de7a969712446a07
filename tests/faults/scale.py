"""How hard the faults hit: shortened for every run of the suite, whole with ``script/test --faults``."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """What differs between the two forms. Seconds, unless it says otherwise.

    crowd, leavers: residents who hear of an alert. kills: of workers in one fan-out. frozen: how
    long Redis stands still. latency_ms: of the provider, so that there is a middle to break into.
    patience: for everything to be final. lost_lease: what a dead worker's
    lease costs. retry_after: what the provider asks for with a 429. segments_per_second: what it takes, where
    that matters. hasty: whether workers run with shortened waits.
    """

    crowd: int
    leavers: int
    kills: int
    frozen: float
    latency_ms: int
    patience: float
    lost_lease: float
    retry_after: int
    segments_per_second: int
    hasty: bool


SHORT = Scale(
    crowd=80,
    leavers=80,
    kills=3,
    frozen=6,
    latency_ms=150,
    patience=40,
    lost_lease=6,
    retry_after=0,
    segments_per_second=20,
    hasty=True,
)
WHOLE = Scale(
    crowd=2_000,
    leavers=2_000,
    kills=12,
    frozen=60,
    latency_ms=1_000,
    patience=1_200,
    lost_lease=60,
    retry_after=1,
    segments_per_second=60,
    hasty=False,
)
IS_WHOLE = os.environ.get("TEST_FAULTS") == "1"
SCALE = WHOLE if IS_WHOLE else SHORT
