"""Dispatch with the in-memory channel, and a broker in memory whose bells can be counted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from queue import Empty
from typing import Any, cast

import pytest
import time_machine
from celery import current_app
from django.utils import timezone
from pytest_django import Settings

from notify.channels.memory import MemoryChannel
from notify.channels.registry import channels
from notify.dispatch.models import UPKEEP, Queue
from tests.dispatch.watched import Watched

MEMORY = "notify.channels.memory.MemoryChannel"


@pytest.fixture(autouse=True)
def memory(settings: Settings) -> MemoryChannel:
    """The only channel there is, empty. Callbacks go straight to the database."""
    settings.REDIS_URL = "memory://"
    settings.NOTIFY_CHANNELS = [MEMORY]
    return cast(MemoryChannel, channels()["memory"])


@pytest.fixture
def watched(settings: Settings) -> Watched:
    """Two recipients per handful, and somebody watching."""
    settings.NOTIFY_CHANNELS = [f"{Watched.__module__}.Watched"]
    return cast(Watched, channels()["memory"])


class Bells:
    """What was rung since somebody last listened."""

    def heard(self) -> list[tuple[str, str, list[object]]]:
        """Queue, task and arguments of each bell, and then they are gone."""
        return [
            (name, str(bell.headers["task"]), list(bell.payload[0])) for name, bell in self._taken()
        ]

    def times(self) -> list[datetime | None]:
        """When each bell is to be heard, None for at once; and then they are gone."""
        etas = [bell.headers["eta"] for _name, bell in self._taken()]
        return [datetime.fromisoformat(eta) if eta else None for eta in etas]

    def _taken(self) -> Iterator[tuple[str, Any]]:
        with current_app.connection_for_write() as line:
            for name in (*Queue.values, UPKEEP):
                with line.SimpleQueue(name) as queue, contextlib.suppress(Empty):
                    while True:
                        message = queue.get(block=False)
                        message.ack()
                        yield name, message

    def names(self) -> list[str]:
        """Only the last part of each task's name."""
        return [task.rpartition(".")[2] for _queue, task, _arguments in self.heard()]


@pytest.fixture(autouse=True)
def bells(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bells]:
    """A broker of this test's own, in memory, on whatever servers the others run."""
    monkeypatch.setattr(current_app.conf, "broker_write_url", "memory://")
    listening = Bells()
    listening.heard()
    yield listening
    listening.heard()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that only moves when it is told to."""
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller
