"""A worker that is told to stop: it ends with its handful, and another goes on at once."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection
from pytest_django import Settings
from redis import Redis

from notify.channels.memory import MemoryChannel
from notify.demo.children import ROOT, Child, alive
from notify.dispatch import bell, send, stopping
from notify.dispatch import expand as expanding
from notify.dispatch.models import Batch, Delivery, State
from tests.dispatch import world
from tests.dispatch.conftest import Bells

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told() -> Iterator[None]:
    """This process was told to stop."""
    stopping.stop()
    yield
    stopping.start()


def database_url() -> str:
    """The test database's address, for another process."""
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{of['NAME']}"
    return f"postgres://{of['USER']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"still waiting for {what}"
        time.sleep(0.05)


def worker(folder: Path, name: str, redis_url: str, seconds_each: float) -> Child:
    """A real worker of the routine queue with the slow channel."""
    command = [sys.executable, "-m", "celery", "-A", "config.worker", "worker"]
    command += ["--concurrency", "1", "--without-mingle", "--without-gossip", "--queues", "routine"]
    environment = {
        "DATABASE_URL": database_url(),
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "tests.dispatch.slow",
        "SECONDS_EACH": str(seconds_each),
        "PYTHONPATH": str(ROOT),
    }
    return Child(
        [*command, "--hostname", f"{name}@%h"],
        folder / f"{name}.log",
        lambda child: child.said(" ready."),
        os.environ | environment,
    )


@pytest.fixture
def real_bells(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Bells that real workers hear."""
    with monkeypatch.context() as patch, Redis.from_url(redis_url) as redis:
        redis.flushdb()
        patch.setattr(current_app.conf, "broker_write_url", redis_url)
        yield
        redis.flushdb()


@pytest.mark.usefixtures("real_bells")
def test_a_deploy_in_mid_send_ends_with_the_handful_and_another_worker_goes_on(
    redis_url: str, settings: Settings, tmp_path: Path
) -> None:
    settings.NOTIFY_CHANNELS = ["tests.dispatch.slow.SlowChannel"]
    world.crowd(80)
    dispatch = world.expanded(severity="Minor")
    told = worker(tmp_path, "told", redis_url, seconds_each=0.4)

    with alive(told):
        bell.ring(bell.SEND_BATCH, "routine", queue="routine")
        wait_until(lambda: State.SENT in world.states(dispatch), "the first handful")
        told.process.send_signal(signal.SIGTERM)
        told.process.wait(15)

    batch = Batch.objects.get()
    states = world.states(dispatch)
    assert (batch.leased_by, batch.leased_until, batch.done_at) == ("", None, None)
    assert set(states) == {State.SENT, State.QUEUED}
    assert states.count(State.QUEUED) > len(states) / 2

    # No sweep and no new bell: the one that the first worker rang as it went.
    with alive(worker(tmp_path, "next", redis_url, seconds_each=0)):
        wait_until(lambda: set(world.states(dispatch)) == {State.SENT}, "the rest")
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.usefixtures("told")
def test_who_was_told_to_stop_begins_nothing_and_rings_for_another(
    bells: Bells, memory: MemoryChannel
) -> None:
    world.crowd(1)
    world.expanded()
    bells.heard()

    assert not send.send_next_batch("urgent")

    assert bells.names() == ["send_batch"]
    assert memory.sent == []


@pytest.mark.usefixtures("told")
def test_expansion_stops_between_two_chunks(bells: Bells, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "FIRST_CHUNK", 2)
    world.crowd(5)
    dispatch = world.say()
    bells.heard()

    expanding.expand(dispatch.pk)

    assert dispatch.deliveries.count() == 2
    assert "expand" in bells.names()
    stopping.start()
    expanding.expand(dispatch.pk)
    assert dispatch.deliveries.count() == 5


def test_a_long_batch_lets_others_have_a_turn(
    bells: Bells, memory: MemoryChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryChannel, "handful", 2)
    monkeypatch.setattr(send, "TURN", 0.0)
    world.crowd(6)
    world.expanded()
    bells.heard()

    assert send.send_next_batch("urgent")

    assert len(memory.sent) == 2
    assert bells.names() == ["send_batch"]
    world.work()
    assert len(memory.sent) == 6
