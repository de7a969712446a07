"""What one message costs from publishing to the provider's last word, and what a crash leaves."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import cast

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from notify.channels.base import Outcome, Receipt, Recipient
from notify.channels.memory import MemoryChannel
from notify.channels.notice import Notice
from notify.channels.registry import channels
from notify.channels.signals import status_reported
from notify.dispatch import inbox, tasks
from notify.dispatch.models import Delivery, State
from notify.dispatch.send import RECORD_AFTER, send_next_batch
from tests.dispatch import world
from tests.dispatch.conftest import Bells

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_message_costs_a_tenth_of_a_statement_at_most_all_the_way(
    redis_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL, settings.REDIS_KEY_PREFIX = redis_url, f"{uuid.uuid4().hex}:"
    monkeypatch.setattr(MemoryChannel, "handful", 500)
    world.crowd(1500)

    with CaptureQueriesContext(connection) as captured:
        dispatch = world.fan_out()
        for key in dispatch.deliveries.values_list("pk", flat=True):
            receipt = Receipt(f"d{key}", Outcome.DELIVERED)
            status_reported.send(sender=None, reference=receipt.reference, receipt=receipt)
        assert inbox.fold() == 1500

    assert world.states(dispatch) == [State.DELIVERED] * 1500
    assert len(captured) <= 150


class Dying(MemoryChannel):
    """Slow, and at its third message its worker dies."""

    clock: time_machine.Traveller

    def send(self, notice: Notice, recipients: Iterable[Recipient]) -> Iterator[Receipt]:
        for count, receipt in enumerate(super().send(notice, recipients)):
            if count == 2:
                # Nothing runs any more in a process that was killed.
                self.seen = sorted(Delivery.objects.values_list("state", flat=True))
            self.clock.shift(RECORD_AFTER)
            yield receipt

    seen: Sequence[str] = ()


def test_in_the_middle_of_a_slow_handful_what_is_known_is_put_down(
    settings: Settings, clock: time_machine.Traveller
) -> None:
    settings.NOTIFY_CHANNELS = [f"{__name__}.Dying"]
    channel = cast(Dying, channels()["memory"])
    channel.clock = clock
    world.crowd(4)
    world.expanded()

    send_next_batch("urgent")

    assert channel.seen == [State.SENDING, State.SENDING, State.SENT, State.SENT]


def test_every_task_that_comes_twice_tells_everybody_once(
    bells: Bells, clock: time_machine.Traveller, memory: MemoryChannel
) -> None:
    known: dict[str, Callable[..., object]] = {
        task.name: task for task in (tasks.expand_dispatch, tasks.send_batch)
    }
    people = world.crowd(7)
    world.say()

    while heard := bells.heard():
        for _queue, name, arguments in heard:
            known[name](*arguments)
            known[name](*arguments)

    assert len(memory.sent) == len(people)


@pytest.mark.postgres
def test_a_change_of_state_touches_no_index() -> None:
    world.crowd(100)
    dispatch = world.fan_out()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = %s", [Delivery._meta.db_table]
        )
        indexes = " ".join(definition for (definition,) in cursor.fetchall())
        cursor.execute(
            "SELECT reloptions FROM pg_class WHERE relname = %s", [Delivery._meta.db_table]
        )
        [options] = cursor.fetchone() or [None]
    assert dispatch.deliveries.count() == 100
    assert not [name for name in ("state", "_at", "provider", "error") if name in indexes]
    assert options == ["fillfactor=50"]
