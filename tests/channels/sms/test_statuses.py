"""The providers' words for a status in ours, and the words that we do not know."""

from __future__ import annotations

import logging

import pytest
from redis import Redis

from notify.channels import tally
from notify.channels.base import Outcome
from notify.channels.sms import statuses
from notify.channels.sms.statuses import outcome_of


@pytest.fixture(autouse=True)
def nothing_happened_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No such word has come, and nobody has found Redis away."""
    monkeypatch.setattr(statuses, "_said_at", float("-inf"))
    monkeypatch.setattr(tally, "_avoided_until", 0.0)


def test_an_unknown_status_is_kept_and_counted(redis: Redis) -> None:
    for word in ("teleported", "delivered", "teleported", "on-its-way"):
        outcome_of(word)

    assert dict(tally.counts(tally.UNKNOWN_STATUS)) == {"on-its-way": 1, "teleported": 2}


def test_it_says_that_the_provider_has_the_message(redis: Redis) -> None:
    assert outcome_of("teleported") is Outcome.ACCEPTED


@pytest.mark.parametrize(
    "word", ["+46701740610", "46701740610", "två ord", "x" * 33, "\0", "Delivered", "a\nb", ""]
)
def test_what_may_be_of_a_person_is_counted_and_not_kept(
    redis: Redis, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    assert outcome_of(word) is Outcome.ACCEPTED

    assert dict(tally.counts(tally.UNKNOWN_STATUS)) == {"unreadable": 1}
    assert not word or word not in caplog.text


def test_the_log_says_so_once_a_minute(
    redis: Redis, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _time in range(5):
        outcome_of("teleported")
    assert caplog.text.count("do not know") == 1

    monkeypatch.setattr(statuses, "QUIET_SECONDS", 0.0)
    outcome_of("teleported")
    assert caplog.text.count("do not know") == 2
