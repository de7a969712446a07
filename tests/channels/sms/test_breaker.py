"""When a provider counts as down, and when it is tried again."""

from __future__ import annotations

import pytest

from notify.channels.sms import breaker as breakers
from notify.channels.sms.breaker import FAILURES, Breaker


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Breaker:
    """A breaker that opened, and whose rest is over at once."""
    monkeypatch.setattr(breakers, "REST", 0.0)
    breaker = Breaker("The SMS provider twilio", "another stands in for it")
    for _ in range(FAILURES):
        breaker.failed()
    monkeypatch.setattr(breakers, "REST", 15.0)
    return breaker


def test_failures_in_a_row_open_it() -> None:
    breaker = Breaker("The SMS provider twilio", "another stands in for it")
    for _ in range(FAILURES - 1):
        breaker.failed()
    assert breaker.admits()
    breaker.failed()
    assert not breaker.admits()
    assert 0 < breaker.resting <= breakers.REST


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = Breaker("The SMS provider twilio", "another stands in for it")
    for _ in range(3):
        for _ in range(FAILURES - 1):
            breaker.failed()
        breaker.succeeded()
    assert breaker.admits()


def test_after_a_rest_one_message_tries_and_its_success_closes_it(opened: Breaker) -> None:
    opened._rest = 15.0
    assert opened.admits()
    assert not opened.admits(), "one at a time"
    opened.succeeded()
    assert opened.admits()
    assert opened.admits()


def test_a_failed_try_makes_the_next_rest_longer(opened: Breaker) -> None:
    opened._rest = 15.0
    assert opened.admits()
    opened.failed()
    assert not opened.admits()
    assert 25 < opened.resting <= 30


def test_those_that_were_in_flight_when_it_opened_say_nothing_new() -> None:
    breaker = Breaker("The SMS provider twilio", "another stands in for it")
    for _ in range(100):
        breaker.failed()
    assert breaker.resting <= breakers.REST
