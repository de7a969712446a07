"""The provider that does not answer, refuses, is busy, or calls back as it likes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from notify.demo.children import free_port
from tests.faults.conftest import Publish
from tests.faults.house import House, configured
from tests.faults.promise import Person, assert_the_promise_holds
from tests.faults.scale import SCALE
from tests.simulator_fixture import wait_until


def test_the_provider_accepts_and_then_hangs_fails_or_hangs_up(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    # It says nothing of them for a while, so that whoever sends again without asking is found out.
    late = {"sent_ms": SCALE.latency_ms * 40}
    house.provider.set_faults(
        accept_then_hang=0.1, accept_then_500=0.1, accept_then_hang_up=0.1, **late
    )
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


def test_callbacks_never_come(house: House, crowd: list[Person], publish: Publish) -> None:
    house.provider.set_faults(drop=0.5)
    _alert, dispatch = publish()
    ours = assert_the_promise_holds(house, dispatch, crowd)
    assert {one.state for one in ours} == {"delivered"}


def test_the_primary_provider_is_down_for_good(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    nobody_listens = f"http://127.0.0.1:{free_port()}"
    with second_provider(house, TWILIO_API_URL=nobody_listens):
        _alert, dispatch = publish()
        ours = assert_the_promise_holds(house, dispatch, crowd)
        assert {(one.state, one.provider) for one in ours} == {("delivered", "46elks")}


def test_the_primary_provider_goes_down_in_mid_send_and_comes_back(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    with second_provider(house):
        # Slow, so that most have not left when it goes.
        house.provider.set_faults(latency_ms=SCALE.latency_ms * 4)
        _alert, dispatch = publish()
        house.wait_for_accepted(dispatch, 1)
        # Connections are cut with the requests under way, and whoever asks hears nothing either.
        house.provider.set_faults(down=1)
        gave_up = wait_until(lambda: saying(house, GAVE_UP), "a breaker to open", SCALE.patience)
        wait_until(lambda: "46elks" in carriers(house, dispatch), "the other", SCALE.patience)
        house.provider.set_faults(down=0, latency_ms=SCALE.latency_ms)
        ours = assert_the_promise_holds(house, dispatch, crowd)
        assert {one.state for one in ours} == {"delivered"}
        assert carriers(house, dispatch) == {"twilio", "46elks"}

        def all_went_back() -> bool:
            _alert, later = publish()
            assert_the_promise_holds(house, later, crowd)
            return set(gave_up) <= set(saying(house, WENT_BACK))

        wait_until(all_went_back, "the breakers to close", SCALE.patience)


GAVE_UP = "twilio does not answer: another stands in for it"
WENT_BACK = "twilio answers again"


def saying(house: House, words: str) -> list[str]:
    """The names of the senders that have said so since they were started."""
    return [one.log.name for one in house.senders if one.said(words)]


def carriers(house: House, dispatch: int) -> set[str]:
    """The providers that have taken a message of the dispatch, as our ledger has it."""
    return {one.provider for one in house.ours.sms(dispatch)} - {""}


@contextmanager
def second_provider(house: House, **variables: str) -> Iterator[None]:
    """Let 46elks stand in for Twilio in every process. variables: further settings of ours."""
    second = {
        "ELKS_USERNAME": "u0123456789",
        "ELKS_PASSWORD": "only-for-faults",
        "ELKS_SENDER": "Notify",
        "ELKS_API_URL": f"{house.stack.simulator_url}/a1",
    }
    ours = ("web", "worker-urgent", "worker-urgent-2", "worker-routine")
    with (
        configured(house, "simulator", **second),
        configured(house, *ours, **second, **variables),
    ):
        # A simulator that was started again knows nothing of what it took before.
        house.theirs.forget()
        house.provider.set_faults(latency_ms=SCALE.latency_ms)
        yield
