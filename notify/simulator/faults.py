"""What goes wrong, and how often: by configuration, never by surprise.

A fresh :class:`Faults` breaks nothing. Every field below can be changed while the simulator runs, through
``POST /simulator/faults`` with a JSON object that names the fields to change.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .messages import FAILED, UNDELIVERED
from .validation import normalise_number

# Which final status each error code comes with. A code that is not here ends as "undelivered".
FAILED_CODES = frozenset({30001, 30002, 30008, 30036})

NO_CALLBACK = "no_callback"
STAYS_SENT = "stays_sent"

PROBABILITIES = (
    "down",
    "refuse",
    "answer_429",
    "answer_500",
    "accept_then_500",
    "accept_then_hang",
    "accept_then_hang_up",
    "undelivered",
    "failed",
    "duplicate",
    "reverse",
    "drop",
    "early",
)


class BadFaults(ValueError):
    """The control API was given a fault that does not exist or a value that makes no sense; says which."""


@dataclass(slots=True)
class Fate:
    """What always happens at one number.

    ``refuse`` is the API error code for every request to it; ``error_code`` is how the delivery ends; ``silent`` means
    that no callback is ever made (the status can still be fetched); ``stays_sent`` means that no receipt ever comes.
    """

    refuse: int | None = None
    error_code: int | None = None
    silent: bool = False
    stays_sent: bool = False


@dataclass(slots=True)
class Faults:
    """The fault modes. Times are milliseconds; the modes named in ``PROBABILITIES`` are chances from 0 to 1.

    How the API answers:

    - ``latency_ms``: wait before every answer.
    - ``down``: the connection of any request is cut, of one that only asks too; nothing is accepted.
    - ``refuse``: the connection is reset before anything is accepted.
    - ``answer_429``: 20429 with ``Retry-After: retry_after``; certain not to have been accepted.
    - ``answer_500``: an error 500, nothing accepted.
    - ``accept_then_500``, ``accept_then_hang`` (for ``hang_ms``, then the connection is cut), ``accept_then_hang_up``:
      the message IS accepted and will be delivered, but the caller never learns its SID.
    - ``segments_per_second``: above this rate per sender the API answers 429. 0 is no limit.
    - ``disabled_regions``: E.164 prefixes that are refused with 21408.

    How messages travel:

    - ``sent_ms``, ``delivered_ms``: time from accepted to sent, and from sent to the final status.
    - ``queue_segments_per_second``: Twilio's own queue per sender: messages wait their turn as ``queued``, and expire
      with 30036 when their ValidityPeriod ends first. 0 is no queue.
    - ``undelivered``, ``failed``: chance of ending as undelivered 30003 or as failed 30008.
    - ``fates``: per number, see :class:`Fate`. In JSON: an error code (30003 …, or 21614 … to refuse at once),
      "no_callback", "stays_sent", or null to take the fate away.

    How callbacks arrive: ``duplicate`` (each twice), ``reverse`` (the final status before "sent"), ``drop`` (never),
    ``early`` (the "sent" callback is answered before the API answers the request that created the message).

    ``seed`` makes the chances repeatable.
    """

    latency_ms: float = 0
    down: float = 0
    refuse: float = 0
    answer_429: float = 0
    answer_500: float = 0
    accept_then_500: float = 0
    accept_then_hang: float = 0
    accept_then_hang_up: float = 0
    undelivered: float = 0
    failed: float = 0
    duplicate: float = 0
    reverse: float = 0
    drop: float = 0
    early: float = 0
    hang_ms: float = 60_000
    retry_after: int = 1
    segments_per_second: float = 0
    queue_segments_per_second: float = 0
    sent_ms: float = 20
    delivered_ms: float = 40
    seed: int | None = None
    disabled_regions: list[str] = field(default_factory=list)
    fates: dict[str, Fate] = field(default_factory=dict)
    _chance: random.Random = field(default_factory=random.Random, repr=False)

    def hits(self, mode: str) -> bool:
        """Draw once for a mode named in ``PROBABILITIES``. Costs no random number when the mode is off."""
        probability: float = getattr(self, mode)
        return probability > 0 and self._chance.random() < probability

    def fate(self, number: str) -> Fate:
        """What is decided for this number; an empty fate when nothing is."""
        return self.fates.get(number) or Fate()

    def outcome(self, number: str) -> tuple[str, int] | None:
        """The failure (status, error code) that a delivery to this number ends in, or None when it is delivered."""
        code = self.fate(number).error_code
        if code is None:
            code = 30003 if self.hits("undelivered") else 30008 if self.hits("failed") else None
        if code is None:
            return None
        return (FAILED if code in FAILED_CODES else UNDELIVERED), code

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Set the fields named in ``wanted``; fates are merged by number. Raises BadFaults and then changes nothing."""
        parsed = {name: _parse(name, value) for name, value in wanted.items()}
        fates = parsed.pop("fates", None)
        for name, value in parsed.items():
            setattr(self, name, value)
        if "seed" in parsed:
            self._chance = random.Random(self.seed)
        for number, fate in (fates or {}).items():
            if fate is None:
                self.fates.pop(number, None)
            else:
                self.fates[number] = fate

    def document(self) -> dict[str, Any]:
        """The present settings as JSON, fates in the same short form in which they were given."""
        shown = {
            item.name: getattr(self, item.name)
            for item in fields(self)
            if not item.name.startswith("_")
        }
        shown["fates"] = {number: _short(fate) for number, fate in self.fates.items()}
        return shown


class RateLimit:
    """A token bucket per sender, in segments, that holds one second's worth."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, sender: str, segments: int, per_second: float) -> bool:
        """Take ``segments`` from the sender's bucket; False when there is not that much in it. 0 is no limit."""
        if per_second <= 0:
            return True
        now = time.monotonic()
        capacity = max(per_second, segments)
        left, since = self._buckets.get(sender, (capacity, now))
        left = min(capacity, left + (now - since) * per_second)
        allowed = left >= segments
        self._buckets[sender] = (left - segments if allowed else left, now)
        return allowed


class SenderQueue:
    """When each sender is free again: Twilio sends a sender's messages one after the other at its rate."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}

    def wait(self, sender: str, segments: int, per_second: float) -> float:
        """Seconds until a message that joins the sender's queue now may be sent. 0 per second is no queue."""
        if per_second <= 0:
            return 0.0
        now = time.monotonic()
        turn = max(now, self._free_at.get(sender, now))
        self._free_at[sender] = turn + segments / per_second
        return turn - now


def _parse(name: str, value: Any) -> Any:
    if name == "fates":
        return _fates(value)
    if name == "disabled_regions":
        return _prefixes(value)
    known = {item.name for item in fields(Faults) if not item.name.startswith("_")}
    if name not in known:
        raise BadFaults(
            f"There is no fault called {name!r}. There are: {', '.join(sorted(known))}."
        )
    if name == "seed" and value is None:
        return None
    number = float(value) if isinstance(value, bool) and name in PROBABILITIES else value
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number < 1e12:
        raise BadFaults(f"{name} must be a number that is not negative.")
    if name in PROBABILITIES and number > 1:
        raise BadFaults(f"{name} is a chance: give a number from 0 to 1.")
    return int(number) if name in {"seed", "retry_after"} else number


def _prefixes(value: Any) -> list[str]:
    if isinstance(value, list) and all(isinstance(prefix, str) and prefix for prefix in value):
        return value
    raise BadFaults('disabled_regions must be a list of prefixes such as ["+7"].')


def _fates(value: Any) -> dict[str, Fate | None]:
    if not isinstance(value, dict):
        raise BadFaults("fates must be an object of number: fate.")
    return {normalise_number(number): _fate(number, fate) for number, fate in value.items()}


def _fate(number: str, value: Any) -> Fate | None:
    if value is None:
        return None
    if value == NO_CALLBACK:
        return Fate(silent=True)
    if value == STAYS_SENT:
        return Fate(stays_sent=True)
    if isinstance(value, int) and 21000 <= value < 22000:
        return Fate(refuse=value)
    if isinstance(value, int) and 30000 <= value < 31000:
        return Fate(error_code=value)
    raise BadFaults(
        f"The fate of {number} must be an error code from 21000 or from 30000, {NO_CALLBACK!r}, {STAYS_SENT!r} or null."
    )


def _short(fate: Fate) -> int | str:
    if fate.silent:
        return NO_CALLBACK
    if fate.stays_sent:
        return STAYS_SENT
    return fate.refuse or fate.error_code or 0
