"""Times as people say them, in the site's own time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from notify.portal.templatetags.moments import lasting_moment, moment, said

NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "swedish", "english"),
    [
        (datetime(2026, 11, 25, 13, 30, tzinfo=UTC), "i dag kl. 14.30", "today at 14:30"),
        # Already the next day in Stockholm, though not yet in UTC.
        (datetime(2026, 11, 25, 23, 5, tzinfo=UTC), "i morgon kl. 00.05", "tomorrow at 00:05"),
        (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), "i går kl. 23.59", "yesterday at 23:59"),
        (
            datetime(2026, 12, 1, 7, 0, tzinfo=UTC),
            "tisdag 1 december kl. 08.00",
            "Tuesday 1 December at 08:00",
        ),
        (
            datetime(2027, 1, 4, 7, 0, tzinfo=UTC),
            "måndag 4 januari 2027 kl. 08.00",
            "Monday 4 January 2027 at 08:00",
        ),
        # Summer time.
        (
            datetime(2026, 7, 1, 7, 0, tzinfo=UTC),
            "onsdag 1 juli kl. 09.00",
            "Wednesday 1 July at 09:00",
        ),
    ],
)
@time_machine.travel(NOON, tick=False)
def test_a_time_is_said_as_people_say_it(at: datetime, swedish: str, english: str) -> None:
    for language, words in (("sv", swedish), ("en", english)):
        with translation.override(language):
            day, time = words.rsplit(" ", 1)
            assert said(at) == f"{day}\N{NO-BREAK SPACE}{time}"


@time_machine.travel(NOON, tick=False)
def test_machines_get_the_time_with_its_offset() -> None:
    with translation.override("sv"):
        element = moment(datetime(2026, 11, 25, 13, 30, tzinfo=UTC))

    shown = "i dag kl.\N{NO-BREAK SPACE}14.30"
    assert element == f'<time datetime="2026-11-25T14:30+01:00">{shown}</time>'


@time_machine.travel("2026-11-25T14:30:00+01:00", tick=False)
def test_on_paper_a_near_day_stands_by_its_date() -> None:
    today, far = timezone.now(), timezone.now() + timedelta(days=20)
    with translation.override("sv"):
        assert lasting_moment(today).endswith(
            '<span class="on-paper" aria-hidden="true">onsdag 25 november kl.\N{NO-BREAK SPACE}14.30</span>'
        )
        assert lasting_moment(far) == moment(far)
