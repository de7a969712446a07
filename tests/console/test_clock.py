"""Times as an editor reads them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils.translation import override

from notify.console.clock import age, said

NIGHT = datetime.fromisoformat("2026-11-24T03:40:00+01:00")


@pytest.mark.parametrize(
    ("at", "swedish", "english"),
    [
        ("2026-11-24T07:05:00+01:00", "i dag kl. 07.05", "today 07:05"),
        ("2026-11-23T23:59:00+01:00", "i går kl. 23.59", "yesterday 23:59"),
        ("2026-11-25T00:00:00+01:00", "i morgon kl. 00.00", "tomorrow 00:00"),
        # Half past midnight in Borås is still yesterday in UTC.
        ("2026-11-23T23:30:00+00:00", "i dag kl. 00.30", "today 00:30"),
        (
            "2026-11-26T08:00:00+01:00",
            "torsdag 26 november kl. 08.00",
            "Thursday 26 November 08:00",
        ),
        ("2027-01-02T08:00:00+01:00", "2 januari 2027 kl. 08.00", "2 January 2027 08:00"),
    ],
)
def test_near_days_have_names(at: str, swedish: str, english: str) -> None:
    with time_machine.travel(NIGHT, tick=False):
        for language, words in (("sv", swedish), ("en", english)):
            with override(language):
                day, time = words.rsplit(" ", 1)
                assert said(datetime.fromisoformat(at)) == f"{day}\N{NO-BREAK SPACE}{time}"


def test_an_age_is_its_largest_unit() -> None:
    with time_machine.travel(NIGHT, tick=False), override("sv"):
        assert age(NIGHT - timedelta(seconds=20)) == "mindre än en minut"
        assert age(NIGHT - timedelta(hours=2, minutes=50)).replace("\xa0", " ") == "2 timmar"
