"""How long a message may leave: from when it was last known to be ours, by a clock that nobody sets."""

from __future__ import annotations

import pytest

from notify.channels import permit as permits
from notify.channels.permit import ALWAYS, LEAVES_WITHIN, Permit


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Holds what time it is."""
    time = [1_000_000.0]
    monkeypatch.setattr(permits, "now", lambda: time[0])
    return time


def test_nothing_leaves_before_it_is_known_to_be_ours() -> None:
    assert not Permit().holds


def test_a_permit_holds_for_its_time_and_no_longer(clock: list[float]) -> None:
    permit = Permit(clock[0])
    clock[0] += LEAVES_WITHIN - 0.1
    assert permit.holds
    clock[0] += 0.1
    assert not permit.holds


def test_it_counts_from_before_somebody_asked_whether_it_is_still_theirs(
    clock: list[float],
) -> None:
    permit = Permit(clock[0])
    asked = permits.now()
    clock[0] += LEAVES_WITHIN
    permit.renew(asked)
    assert not permit.holds
    permit.renew(permits.now())
    assert permit.holds


def test_what_nobody_else_sends_may_always_leave(clock: list[float]) -> None:
    clock[0] *= 1_000_000
    assert ALWAYS.holds


def test_the_clock_goes_on_and_on() -> None:
    assert permits.now() <= permits.now()
