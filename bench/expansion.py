"""How fast a dispatch becomes deliveries when nothing else is done."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bench.fanout import clear, publish
from bench.house import House
from bench.observer import Work
from bench.seed import Town
from notify.dispatch.expand import expand


@dataclass(frozen=True, slots=True)
class Expansion:
    """recipients: deliveries written in so many seconds, by one process."""

    recipients: int
    seconds: float
    work: Work

    @property
    def rate(self) -> float:
        """Deliveries per second."""
        return self.recipients / self.seconds


def expansion(house: House, town: Town, size: int) -> Expansion:
    """Publish and expand here, with no worker running; leaves nothing to be sent behind."""
    clear(house)
    dispatch = publish(town, town.areas(size), urgent=False, headline="Expansion")
    house.observer.forget()
    began = time.perf_counter()
    expand(dispatch.pk)
    seconds = time.perf_counter() - began
    written = dispatch.deliveries.filter(channel="sms").count()
    result = Expansion(written, seconds, house.observer.work())
    clear(house)
    return result
