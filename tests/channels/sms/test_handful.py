from __future__ import annotations

import time

from notify.channels.sms.handful import Handful


def test_without_a_limit_a_handful_is_as_large_as_may_be() -> None:
    handful = Handful(500, 0, 4)
    handful.took(500, time.monotonic() - 1000)
    assert handful.size == 500


def test_the_first_handful_goes_by_the_rate() -> None:
    assert Handful(500, 10, 4).size == 2, "2.5 segments a second, 2 each, for 2 seconds"
    assert Handful(500, 10_000, 2).size == 500


def test_it_follows_the_speed_that_is_measured() -> None:
    handful = Handful(500, 100, 1)
    handful.took(100, time.monotonic() - 5)
    assert 39 <= handful.size <= 40


def test_it_grows_step_by_step_and_shrinks_to_a_quarter_of_the_share_at_most() -> None:
    handful = Handful(500, 16, 1)
    handful.took(1, time.monotonic() - 100)
    assert handful.size == 4, "a provider that answers late must not be asked ever less"
    for expected in (8, 16, 32):
        handful.took(100, time.monotonic())
        assert handful.size == expected


def test_it_never_vanishes() -> None:
    handful = Handful(500, 1, 4)
    handful.took(1, time.monotonic() - 100)
    assert handful.size == 1
