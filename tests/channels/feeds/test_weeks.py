from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as example
from hypothesis import settings
from hypothesis import strategies as st

from notify.channels.feeds.weeks import Week

MOMENTS = st.integers(1_000_000_000, 29_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


def test_weeks_go_by_the_sites_clock() -> None:
    # Half past midnight on Monday in Sweden is still Sunday in UTC.
    assert str(Week.of(datetime(2026, 11, 22, 23, 30, tzinfo=UTC))) == "2026-W48"
    assert str(Week.of(datetime(2026, 11, 22, 22, 30, tzinfo=UTC))) == "2026-W47"
    assert Week.parse("2026-W47").begins == datetime(2026, 11, 15, 23, tzinfo=UTC)


def test_a_week_in_which_the_clock_changes_is_an_hour_longer() -> None:
    autumn = Week.parse("2026-W43")
    assert autumn.ends.astimezone(UTC) - autumn.begins.astimezone(UTC) == timedelta(days=7, hours=1)


def test_years_turn_as_iso_says() -> None:
    assert str(Week.parse("2026-W53").next) == "2027-W01"
    assert str(Week.parse("2027-W01").previous) == "2026-W53"


@pytest.mark.parametrize(
    "text", ["2027-W53", "2026-W00", "2026-47", "W47", "1999-W01", "2026-W47x", "٢026-W01"]
)
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Week.parse(text)


def test_a_week_settles_an_hour_after_its_end() -> None:
    monday = datetime(2026, 11, 23, 0, 59, tzinfo=UTC) - timedelta(hours=1)
    assert str(Week.last_settled(monday)) == "2026-W46"
    assert str(Week.last_settled(monday + timedelta(minutes=1))) == "2026-W47"


@settings(max_examples=40, deadline=None)
@example(MOMENTS)
def test_every_moment_lies_in_one_week_and_weeks_follow_each_other(moment: datetime) -> None:
    week = Week.of(moment)
    assert week.begins <= moment < week.ends
    assert week.next.begins == week.ends
    assert week.next.previous == week.previous.next == week == Week.parse(str(week))
    assert week.previous < week < week.next
    assert Week.last_settled(moment).settles <= moment < Week.last_settled(moment).next.settles
