"""The log of attempts: written in bulk, kept for as long as a delivery says to whom it went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from notify.channels.webhooks.event import Event
from notify.channels.webhooks.models import Attempt, Endpoint
from notify.channels.webhooks.post import Answer

AT_ONCE = 100


class Log:
    """Collects attempts and writes them so many at a time; the last ones when it is left, whatever happened."""

    def __init__(self) -> None:
        self._attempts: list[Attempt] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.write()

    def add(self, attempt: Attempt) -> None:
        """Write it, sooner or later."""
        self._attempts.append(attempt)
        if len(self._attempts) >= AT_ONCE:
            self.write()

    def write(self) -> None:
        """Write what there is now."""
        if self._attempts:
            Attempt.objects.bulk_create(self._attempts)
        self._attempts = []


def attempt(endpoint: Endpoint, event: Event, answer: Answer, reference: str = "") -> Attempt:
    """How it went, as it is kept. reference: the delivery's; empty for a test."""
    return Attempt(
        endpoint=endpoint,
        message=event.message,
        kind=event.kind,
        alert=event.alert,
        number=event.number,
        reference=reference,
        milliseconds=answer.milliseconds,
        status=answer.status,
        error=answer.error,
    )


def latest(endpoint: Endpoint, most: int) -> Sequence[Attempt]:
    """The last attempts, newest first. One statement."""
    return list(endpoint.attempts.order_by("-pk")[:most])


def forget(before: datetime, most: int) -> bool:
    """Delete attempts of before then, at most so many; returns whether there may be more."""
    # The first have the lowest keys, so that no index on the time is needed.
    first: Iterable[tuple[int, datetime]] = Attempt.objects.order_by("pk").values_list("pk", "at")[
        :most
    ]
    keys = [key for key, at in first if at <= before]
    Attempt.objects.filter(pk__in=keys).delete()
    return len(keys) == most
