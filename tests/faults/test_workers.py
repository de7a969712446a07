"""Workers that die: in the middle of a batch, between acceptance and record, and by a deploy."""

from __future__ import annotations

import time

from notify.demo.children import stop
from tests.faults.conftest import Publish
from tests.faults.house import House, configured, frozen, kill, restart
from tests.faults.promise import (
    Person,
    assert_some_were_accepted_and_not_recorded,
    assert_the_promise_holds,
    keeping_answers_back,
    says_nothing_of_half,
)
from tests.faults.scale import SCALE

STOPPING_SECONDS = 25.0
"""A handful in flight is waited for (20 s if the provider hangs), and then it is over."""


def test_workers_are_killed_in_mid_batch_again_and_again(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    # Few at once and slow, so that there is a middle for each of the kills.
    with configured(house, "worker-urgent", "worker-urgent-2", SMS_IN_FLIGHT="20"):
        house.provider.set_faults(
            latency_ms=SCALE.latency_ms * 8, fates=says_nothing_of_half(crowd)
        )
        _alert, dispatch = publish()
        accepted = 0
        for _turn in range(SCALE.kills):
            accepted = house.wait_for_accepted(dispatch, accepted + 1)
            assert accepted < len(crowd), "all were told before the last kill"
            kill(*house.senders)
            restart(*house.senders)
        house.provider.set_faults(latency_ms=0)
        assert_the_promise_holds(house, dispatch, crowd)


def test_a_worker_dies_after_the_provider_accepted_and_before_recording(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    with keeping_answers_back(house, crowd):
        _alert, dispatch = publish()
        house.wait_for_accepted(dispatch, 5)
        kill(*house.senders)
        assert_some_were_accepted_and_not_recorded(house, dispatch)
    restart(*house.senders)
    assert_the_promise_holds(house, dispatch, crowd)


def test_a_worker_stands_still_in_mid_send_and_goes_on(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    # As a machine does that is moved or has no memory left: the others finish what it had begun,
    # and when it wakes it still has messages in hand that it was about to send.
    house.provider.set_faults(latency_ms=SCALE.latency_ms * 6)
    _alert, dispatch = publish()
    house.wait_for_accepted(dispatch, 1)
    with frozen(house.senders[0]):
        house.provider.set_faults(latency_ms=0)
        assert_the_promise_holds(house, dispatch, crowd)
    # Nothing says that it has nothing more to send, but that it has taken up something new.
    house.wait_for_calm()
    kill(house.senders[1])
    _alert, later = publish()
    assert_the_promise_holds(house, later, crowd)
    assert_the_promise_holds(house, dispatch, crowd)


def test_a_deploy_in_mid_send_delays_nobody(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    _alert, dispatch = publish()
    house.wait_for_accepted(dispatch, 1)
    told = time.monotonic()
    stop(*(one.process for one in house.senders))
    assert time.monotonic() - told < STOPPING_SECONDS
    assert not house.ours.held(dispatch), "a lease was not handed back"
    assert not [one for one in house.ours.sms(dispatch) if one.state == "sending"]
    assert len(house.accepted(dispatch)) < len(crowd), "all were told before the deploy"
    restart(*house.senders)
    assert_the_promise_holds(house, dispatch, crowd)
