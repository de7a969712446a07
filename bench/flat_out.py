"""What the stand-in itself costs, so that nobody takes its limit for ours."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from bench import control
from bench.bare import BODY
from bench.hammer import hammer, post
from bench.house import House

REQUESTS = 20_000


@dataclass(frozen=True, slots=True)
class FlatOut:
    """Driven by a client that costs next to nothing: requests per second, and its own CPU for each."""

    rate: float
    cpu_microseconds: float


def flat_out(house: House) -> FlatOut:
    """Drive the stand-in as fast as it goes."""
    form = {"To": "+46701740605", "From": "+46766860000", "Body": BODY, "StatusCallback": "x"}
    one = post("/2010-04-01/Accounts/AC/Messages.json", "bench", urlencode(form).encode())
    address = urlsplit(house.provider_url)
    control.behave(house.provider_url)
    before = control.counted(house.provider_url)
    strokes = asyncio.run(
        hammer("127.0.0.1", address.port or 80, [one] * REQUESTS, connections=50, pipelined=4)
    )
    cpu = control.counted(house.provider_url).cpu - before.cpu
    return FlatOut(strokes.statuses[201] / strokes.seconds, cpu / REQUESTS * 1e6)
