"""Two who watch the clock, and a clock that is wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from notify.demo.children import alive
from tests.faults.conftest import Publish
from tests.faults.house import House, second_of_its_kind, switched_on
from tests.faults.promise import Person, assert_the_promise_holds
from tests.faults.scale import IS_WHOLE, SCALE
from tests.simulator_fixture import wait_until
from tests.stories.places import DANNIKE

HOUR = 3600
AT_REST_SECONDS = 0.1
WORKERS = ["urgent", "urgent-2", "routine"]


def test_two_beats_do_no_harm(house: House, crowd: list[Person], publish: Publish) -> None:
    # Doubts and refusals give both of them something to find. What has not arrived must not be sent
    # again by each who hears so.
    house.provider.set_faults(accept_then_hang_up=0.1, refuse=0.2, answer_429=0.1)
    twin = second_of_its_kind(house.child("beat"), "beat-2")
    with alive(twin), switched_on(house, "dawdle"):
        _alert, dispatch = publish()
        assert_the_promise_holds(house, dispatch, crowd)


AHEAD, BEHIND = HOUR, -HOUR
JUMPS = [
    pytest.param(["routine"], AHEAD, id="who-sweeps-is-ahead"),
    pytest.param(WORKERS, AHEAD, id="all-are-ahead"),
]
if IS_WHOLE:
    JUMPS += [
        pytest.param(["routine"], BEHIND, id="who-sweeps-is-behind"),
        pytest.param(["urgent-2"], AHEAD, id="one-who-sends-is-ahead"),
        pytest.param(["urgent-2"], BEHIND, id="one-who-sends-is-behind"),
    ]


@pytest.mark.parametrize(("workers", "seconds"), JUMPS)
def test_a_clock_jumps_in_mid_send(
    house: House,
    subscribers: dict[str, list[Person]],
    publish: Publish,
    workers: list[str],
    seconds: int,
) -> None:
    # Requests are long on their way, so that a sweeper that thinks all leases have run out could
    # ask about some that the provider does not have yet; and the village is a single batch, so
    # that another worker is free to send them again.
    house.provider.set_faults(latency_ms=SCALE.latency_ms * 12)
    _alert, dispatch = publish(DANNIKE)
    wait_until_all_is_in_hand(house, dispatch)
    with wrong_clocks(house, workers, seconds):
        assert_the_promise_holds(house, dispatch, subscribers[DANNIKE])


def wait_until_all_is_in_hand(house: House, dispatch: int) -> None:
    """All is marked, and its worker has looked in vain for more: it renews its lease no more for a while.

    A lease that is renewed by a clock that has just jumped seems to run out for nobody whose has too.
    """
    held: set[object] = set()
    since = time.monotonic()

    def at_rest() -> bool:
        nonlocal held, since
        if (now := house.ours.leased_until(dispatch)) != held:
            held, since = now, time.monotonic()
        marked = {one.state for one in house.ours.sms(dispatch)} == {"sending"}
        return marked and time.monotonic() - since > AT_REST_SECONDS

    wait_until(at_rest, "all to be in hand", SCALE.patience)


@contextmanager
def wrong_clocks(house: House, workers: list[str], seconds: int) -> Iterator[None]:
    """Let the clocks of some workers jump by so much; right again when the block ends."""
    files = [house.stack.folder / f"clock-{worker}" for worker in workers]
    for file in files:
        file.write_text(str(seconds))
    try:
        yield
    finally:
        for file in files:
            file.unlink()
