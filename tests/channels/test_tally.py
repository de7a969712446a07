"""Counts that any process adds to and any may read."""

from __future__ import annotations

import socket
import time

import pytest
from pytest_django import Settings
from redis import Redis

from notify.channels import tally


@pytest.fixture(autouse=True)
def nobody_found_redis_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """No circuit is left open by another test."""
    monkeypatch.setattr(tally, "_avoided_until", 0.0)


def test_each_is_counted_for_itself(redis: Redis) -> None:
    for which in ("twilio", "46elks", "twilio"):
        tally.add(tally.TOO_FAST, which)
    tally.add(tally.UNKNOWN_STATUS, "teleported")

    assert dict(tally.counts(tally.TOO_FAST)) == {"46elks": 1, "twilio": 2}
    assert dict(tally.counts(tally.UNKNOWN_STATUS)) == {"teleported": 1}


def test_without_redis_only_the_first_waits_and_nobody_fails(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        for _time in range(20):
            tally.add(tally.TOO_FAST, "twilio")

    assert time.monotonic() - began < 2
    assert caplog.text.count("Redis is away") == 1


def test_where_the_broker_is_no_redis_nothing_is_counted(settings: Settings) -> None:
    settings.REDIS_URL = "memory://"
    tally.add(tally.TOO_FAST, "twilio")

    assert list(tally.counts(tally.TOO_FAST)) == []
