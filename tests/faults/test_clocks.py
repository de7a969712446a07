"""Two who watch the clock, and a clock that is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from notify.demo.children import alive
from tests.faults.conftest import Publish
from tests.faults.house import House, second_of_its_kind
from tests.faults.promise import Person, assert_the_promise_holds
from tests.faults.scale import SCALE

HOUR = 3600


def test_two_beats_do_no_harm(house: House, crowd: list[Person], publish: Publish) -> None:
    # Doubts and refusals give both of them something to find.
    house.provider.set_faults(accept_then_hang_up=0.1, answer_429=0.1)
    with alive(second_of_its_kind(house.child("beat"), "beat-2")):
        _alert, dispatch = publish()
        assert_the_promise_holds(house, dispatch, crowd)


@pytest.fixture(params=[HOUR, -HOUR], ids=["an-hour-ahead", "an-hour-behind"])
def jump(house: House, request: pytest.FixtureRequest) -> Iterator[int]:
    """Seconds by which a clock jumps in the test; right again afterwards."""
    yield request.param
    for file in house.stack.folder.glob("clock-*"):
        file.unlink()


@pytest.mark.parametrize("worker", ["urgent-2", "routine"])
def test_the_clock_of_one_worker_jumps_in_mid_send(
    house: House, crowd: list[Person], publish: Publish, jump: int, worker: str
) -> None:
    # "routine" is the worker that sweeps, and so judges which leases of others have run out. Requests
    # are long on their way, so that it would ask about some that the provider does not have yet.
    house.provider.set_faults(latency_ms=SCALE.latency_ms * 8)
    _alert, dispatch = publish()
    house.wait_for_accepted(1)
    (house.stack.folder / f"clock-{worker}").write_text(str(jump))
    assert_the_promise_holds(house, dispatch, crowd)
