"""The provider that does not answer, refuses, is busy, or calls back as it likes."""

from __future__ import annotations

import importlib.util

import pytest
from django.conf import settings

from notify.demo.children import free_port
from tests.faults.conftest import Publish
from tests.faults.house import House, configured
from tests.faults.promise import Person, assert_the_promise_holds
from tests.faults.scale import SCALE
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
    house.provider.set_faults(answer_429=0.5, latency_ms=0, retry_after=SCALE.retry_after)
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


@pytest.mark.skipif(
    importlib.util.find_spec("notify.dispatch.overdue") is None,
    reason="nobody asks about what stays sent yet",
)
def test_callbacks_never_come(house: House, crowd: list[Person], publish: Publish) -> None:
    house.provider.set_faults(drop=0.5)
    _alert, dispatch = publish()
    ours = assert_the_promise_holds(house, dispatch, crowd)
    assert {one.state for one in ours} == {"delivered"}


@pytest.mark.skipif(
    not hasattr(settings, "ELKS_USERNAME"), reason="there is no second provider yet"
)
def test_the_primary_provider_is_down_for_good(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    second = {
        "ELKS_USERNAME": "u0123456789",
        "ELKS_PASSWORD": "only-for-faults",
        "ELKS_SENDER": "Notify",
        "ELKS_API_URL": f"{house.stack.simulator_url}/a1",
    }
    nobody_listens = f"http://127.0.0.1:{free_port()}"
    with (
        configured(house, "simulator", **second),
        configured(
            house,
            "web",
            "worker-urgent",
            "worker-urgent-2",
            "worker-routine",
            TWILIO_API_URL=nobody_listens,
            **second,
        ),
    ):
        house.theirs.forget()
        _alert, dispatch = publish()
        ours = assert_the_promise_holds(house, dispatch, crowd)
        assert {(one.state, one.provider) for one in ours} == {("delivered", "46elks")}
