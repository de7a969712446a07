from __future__ import annotations

import time

from notify.channels.sms.handful import Handful


def test_without_a_limit_a_handful_is_as_large_as_may_be() -> None:
    handful = Handful(500, 0, 4)
    handful.took(500, time.monotonic() - 1000)
    assert handful.size == 500


def test_the_first_handful_goes_by_the_rate() -> None:
    assert Handful(500, 10, 4).size == 3, "2.5 segments a second, 2 each, for 3 seconds"
    assert Handful(500, 10_000, 2).size == 500


def test_it_follows_the_speed_that_is_measured() -> None:
    handful = Handful(500, 1000, 1)
    handful.took(100, time.monotonic() - 10)
    assert 28 <= handful.size <= 30


def test_it_grows_step_by_step_and_never_vanishes() -> None:
    handful = Handful(500, 10, 1)
    handful.took(1, time.monotonic() - 100)
    assert handful.size == 1
    for expected in (2, 4, 8):
        handful.took(100, time.monotonic())
        assert handful.size == expected
