"""Bells: after the commit, on the right queue, and never in anybody's way."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from celery import current_app
from django.db import transaction
from django.utils import timezone

from notify.dispatch import bell, tasks
from notify.dispatch.models import UPKEEP, Queue
from tests import given
from tests.dispatch.conftest import Bells

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hanging() -> Iterator[str]:
    """The address of a broker that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def refusing() -> str:
    """The address of a broker that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"


@pytest.fixture(params=["hanging", "refusing"])
def away(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The broker is away, in one way or the other."""
    with monkeypatch.context() as patch:
        patch.setattr(current_app.conf, "broker_write_url", request.getfixturevalue(request.param))
        yield


def test_it_wakes_as_many_workers_as_asked(bells: Bells) -> None:
    bell.ring(bell.SEND_BATCH, "urgent", queue=Queue.URGENT, times=3)
    bell.ring(bell.EXPAND, 7, queue=Queue.ROUTINE)

    assert bells.heard() == [
        *[("urgent", bell.SEND_BATCH, ["urgent"])] * 3,
        ("routine", bell.EXPAND, [7]),
    ]


def test_it_may_be_heard_later(bells: Bells) -> None:
    bell.ring(bell.FOLD, queue=UPKEEP)
    bell.ring(bell.FOLD, queue=UPKEEP, after=60)

    at_once, later = bells.times()
    assert at_once is None
    assert later is not None
    assert 30 < (later - timezone.now()).total_seconds() <= 60


def test_none_is_none(bells: Bells) -> None:
    bell.ring(bell.SEND_BATCH, "urgent", queue=Queue.URGENT, times=0)

    assert bells.heard() == []


def test_it_waits_for_the_outermost_commit(bells: Bells) -> None:
    with transaction.atomic():
        with transaction.atomic():
            bell.ring(bell.EXPAND, 1, queue=Queue.URGENT)
        assert bells.heard() == []

    assert bells.names() == ["expand"]


def test_what_is_rolled_back_inside_is_not_rung(bells: Bells) -> None:
    with transaction.atomic():
        bell.ring(bell.EXPAND, 1, queue=Queue.URGENT)
        with transaction.atomic():
            bell.ring(bell.EXPAND, 2, queue=Queue.URGENT)
            transaction.set_rollback(True)

    assert [arguments for _queue, _task, arguments in bells.heard()] == [[1]]


@pytest.mark.usefixtures("away")
def test_a_broker_that_is_away_costs_two_seconds_at_most_and_is_said_to_be(
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun = time.monotonic()

    with transaction.atomic():
        bell.ring(bell.SEND_BATCH, "urgent", queue=Queue.URGENT, times=50)

    assert time.monotonic() - begun < 2
    assert "the broker is away" in caplog.text


def test_even_a_bell_that_cannot_be_rung_leaves_what_is_written(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with transaction.atomic():
        person = given.subscriber()
        bell.ring(bell.EXPAND, 1, queue="a queue that nobody declared")

    person.refresh_from_db()
    assert "a queue that nobody declared" in caplog.text


def test_a_real_broker_hears_it(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(current_app.conf, "broker_write_url", redis_url)
        listening = Bells()
        listening.heard()

        bell.ring(bell.SEND_BATCH, "routine", queue=Queue.ROUTINE, times=2)

        assert listening.heard() == [("routine", bell.SEND_BATCH, ["routine"])] * 2


def test_every_bell_has_a_task_and_every_queue_is_declared() -> None:
    known = {
        tasks.expand_dispatch.name,
        tasks.send_batch.name,
        tasks.send_direct.name,
        tasks.fold.name,
    }

    assert {bell.EXPAND, bell.SEND_BATCH, bell.SEND_DIRECT, bell.FOLD} == known
    assert set(current_app.conf.task_queues) == {*Queue.values, UPKEEP}
    assert tasks.sweep.name in {one["task"] for one in current_app.conf.beat_schedule.values()}
