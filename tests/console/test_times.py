"""Times as a wall clock in Borås shows them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from notify.console.forms.times import LocalTimeField


def instant(written: str, *, later: bool = False) -> datetime:
    found = LocalTimeField(later=later).clean(written)
    assert isinstance(found, datetime)
    return found.astimezone(UTC)


def sentence(written: str) -> str:
    with override("sv"), pytest.raises(ValidationError) as refusal:
        LocalTimeField().clean(written)
    return str(refusal.value.messages[0])


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-11-23T14:30", "2026-11-23T13:30"),
        ("2026-07-01T14:30", "2026-07-01T12:30"),
        ("2026-07-01T14:30:59", "2026-07-01T12:30:59"),
        (" 2026-07-01 14:30 ", "2026-07-01T12:30"),
        ("2026-07-01 14.30", "2026-07-01T12:30"),
    ],
)
def test_local_times_are_those_of_the_site(written: str, utc: str) -> None:
    assert instant(written) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first_for_a_beginning_and_the_second_for_an_end() -> None:
    assert instant("2026-10-25T02:30").hour == 0
    assert instant("2026-10-25T02:30", later=True).hour == 1
    assert instant("2026-10-25T03:30", later=True).hour == 2


@pytest.mark.parametrize(
    ("written", "next_time"), [("2026-03-29T02:00", "03:00"), ("2026-03-29T02:59", "03:59")]
)
def test_a_time_that_never_comes_names_the_next(written: str, next_time: str) -> None:
    said = sentence(written)
    assert said == f"Klockan ställs fram den natten: {written[-5:]} finns inte. Välj {next_time}."


@pytest.mark.parametrize(
    "written", ["nu", "2026-11-23", "14:30", "2026-13-01T10:00", "2026-02-30T10:00", "23/11/2026"]
)
def test_anything_else_says_how_to_write_it(written: str) -> None:
    assert sentence(written) == "Skriv datum och tid så här: 2026-11-23 14:30."


@pytest.mark.parametrize("written", ["0001-01-01T00:00", "1999-12-31T23:59", "9999-12-31T23:59"])
def test_a_year_far_off_is_a_slip(written: str) -> None:
    assert sentence(written) == "Kontrollera årtalet."


def test_nothing_is_nothing() -> None:
    assert LocalTimeField(required=False).clean("") is None
