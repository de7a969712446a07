"""The broker that loses, dies, freezes and repeats: it is a bell, and the database is the truth."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.error import URLError

import pytest
import redis

from tests.faults.conftest import BURST, Publish, dispatch_of
from tests.faults.house import House, frozen, kill, restart, stays_so_for
from tests.faults.promise import Person, assert_the_promise_holds
from tests.faults.scale import SCALE
from tests.simulator_fixture import wait_until
from tests.stories.people import Editor
from tests.stories.places import ÄSPERED

PUBLISHING_SECONDS = 5.0
"""An editor waits no longer, whatever is wrong with Redis."""


def bells(house: House, queue: str) -> list[bytes]:
    """Take every task out of a queue, as a worker does that dies before it has read them."""
    environment = house.stack.environment
    with redis.Redis.from_url(environment["REDIS_URL"]) as line:
        name = environment["REDIS_KEY_PREFIX"] + queue
        taken = []
        while task := line.rpop(name):
            taken.append(task)
    return taken


def test_a_task_is_lost_between_the_broker_and_the_worker(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    kill(*house.senders)
    _alert, dispatch = publish()
    lost = bells(house, "urgent")
    assert any(b"tasks.expand" in task for task in lost)
    restart(*house.senders)
    assert_the_promise_holds(house, dispatch, crowd)


def test_the_broker_is_killed_in_mid_send_and_comes_back_empty(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    _alert, dispatch = publish()
    house.wait_for_accepted(dispatch, 1)
    bell = house.child("broker")
    kill(bell)
    restart(bell)
    assert_the_promise_holds(house, dispatch, crowd)
    assert all(one.process.poll() is None for one in house.senders), "a worker did not survive it"


def test_the_broker_freezes_and_publishing_goes_on(
    house: House, crowd: list[Person], editor: Editor
) -> None:
    draft = editor.drafts(ÄSPERED, BURST)
    with frozen(house.child("broker")):
        began = time.monotonic()
        alert = editor.publishes(draft)
        assert time.monotonic() - began < PUBLISHING_SECONDS
        stays_so_for(SCALE.frozen)
    # Nobody starts anything again: the workers find their way back by themselves.
    assert_the_promise_holds(house, dispatch_of(house, alert), crowd)


def test_the_web_server_dies_between_commit_and_bell(
    house: House, crowd: list[Person], editor: Editor
) -> None:
    draft = editor.drafts(ÄSPERED, BURST)
    form = editor.publishing(draft)
    # The web server waits for a frozen broker after it has committed: that is the moment.
    with ThreadPoolExecutor(max_workers=1) as hand, frozen(house.child("broker")):
        pressed = hand.submit(editor.visitor.send, form)
        dispatch = wait_until(lambda: house.ours.dispatch(draft.code, 1), "the commit")
        kill(house.child("web"))
        with pytest.raises((URLError, OSError)):
            pressed.result()
        restart(house.child("web"))
    assert dispatch is not None
    # The editor saw it fail, and presses again.
    assert editor.visitor.send(form).status == 200
    assert_the_promise_holds(house, dispatch, crowd)


@contextmanager
def every_task_twice(house: House) -> Iterator[None]:
    """Let workers get each task once more; see ``tests.faults.worker``."""
    switch = house.stack.folder / "twice"
    switch.touch()
    try:
        yield
    finally:
        switch.unlink()


def test_every_task_is_delivered_twice(house: House, crowd: list[Person], publish: Publish) -> None:
    with every_task_twice(house):
        _alert, dispatch = publish()
        assert_the_promise_holds(house, dispatch, crowd)
    repeated = (house.stack.folder / "repeated").read_text().split()
    assert {"notify.dispatch.tasks.expand", "notify.dispatch.tasks.send_batch"} <= set(repeated)
