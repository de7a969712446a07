"""A worker outlives its broker, also when it holds a task whose time has not come."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery

from notify.demo import broker
from notify.demo.children import Child, alive
from tests.environment import ENVIRONMENT
from tests.provision import Missing, skip_for
from tests.simulator_fixture import wait_until


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[tuple[Child, str]]:
    """A broker that the test may kill, and its address."""
    try:
        child, url = broker.server(tmp_path)
    except broker.NoBroker as missing:
        skip_for(Missing(str(missing)))
    with alive(child):
        yield child, url


@pytest.fixture
def worker(bell: tuple[Child, str], tmp_path: Path) -> Iterator[Child]:
    """A worker as it is shipped."""
    _child, url = bell
    command = [sys.executable, "-m", "celery", "-A", "config.worker", "worker"]
    command += ["--concurrency", "1", "--queues", "urgent", "--without-mingle", "--without-gossip"]
    environment = {**os.environ, **ENVIRONMENT, "REDIS_URL": url, "REDIS_KEY_PREFIX": ""}
    child = Child(command, tmp_path / "worker.log", lambda one: one.said(" ready."), environment)
    with alive(child):
        yield child


def test_the_broker_dies_while_a_task_waits_for_its_time_and_the_worker_hears_the_next_one(
    bell: tuple[Child, str], worker: Child
) -> None:
    child, url = bell
    first = rung(url)
    wait_until(lambda: worker.said(first), "the first task to be received")

    child.kill()
    wait_until(lambda: worker.said("Connection to broker lost"), "the worker to notice")
    child.start()
    child.wait()

    second = rung(url)
    wait_until(lambda: worker.said(second), "another task to be received")
    assert worker.process.poll() is None


def rung(url: str) -> str:
    """The name of a call for a task that is to be run in an hour."""
    with Celery(broker=url, set_as_current=False) as app:
        call = app.send_task("notify.dispatch.tasks.fold", queue="urgent", countdown=3600)
    return str(call.id)
