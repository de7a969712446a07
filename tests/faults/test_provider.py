"""The provider that does not answer, refuses, is busy, or calls back as it likes."""

from __future__ import annotations

from tests.faults.conftest import Publish
from tests.faults.house import House
from tests.faults.promise import Person, assert_the_promise_holds
from tests.simulator_fixture import wait_until


def test_the_provider_accepts_and_then_hangs_fails_or_hangs_up(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    house.provider.set_faults(accept_then_hang=0.1, accept_then_500=0.1, accept_then_hang_up=0.1)
    _alert, dispatch = publish()
    ours = assert_the_promise_holds(house, dispatch, crowd)
    assert {one.state for one in ours} == {"delivered"}


def test_the_provider_fails_before_it_accepts(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    # The same answers as above, but nothing was taken: to believe them accepted would lose these.
    house.provider.set_faults(answer_500=0.1, refuse=0.1)
    _alert, dispatch = publish()
    ours = assert_the_promise_holds(house, dispatch, crowd)
    assert {one.state for one in ours} == {"delivered"}


def test_half_of_the_requests_are_too_many(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    house.provider.set_faults(answer_429=0.5, latency_ms=0)
    _alert, dispatch = publish()
    ours = assert_the_promise_holds(house, dispatch, crowd)
    assert {one.state for one in ours} == {"delivered"}


def test_callbacks_come_twice_backwards_or_before_the_answer(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    house.provider.set_faults(duplicate=0.5, reverse=0.5, early=0.3)
    _alert, dispatch = publish()
    assert_the_promise_holds(house, dispatch, crowd)
    # What is still on its way moves nothing back.
    wait_until(lambda: not house.provider.stats()["webhooks"]["waiting"], "the last callbacks")
    ours = assert_the_promise_holds(house, dispatch, crowd)
    assert {one.state for one in ours} == {"delivered"}
