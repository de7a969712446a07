"""Numbers as people write them become E.164, or a sentence that says what to write instead."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from notify.residents.phones import any_phone, holds_a_number, masked, parse_phone, spaced

E164 = "+46701740605"


@pytest.mark.parametrize(
    "written",
    [
        "070-174 06 05",
        "0701740605",
        "070 174 06 05",
        " 070-174 06 05 ",
        "070.174.06.05",
        "(070) 174 06 05",
        "+46701740605",
        "+46 70 174 06 05",
        "+46 (0)70-174 06 05",
        "0046 70 174 06 05",
        "070–174 06 05",
        "070\N{NO-BREAK SPACE}174\N{NO-BREAK SPACE}06\N{NO-BREAK SPACE}05",
        "０７０１７４０６０５",
    ],
)
def test_a_swedish_mobile_number_may_be_written_in_many_ways(written: str) -> None:
    assert parse_phone(written) == E164


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("", "That is not a phone number"),
        ("   ", "That is not a phone number"),
        ("-", "That is not a phone number"),
        ("07", "There is no such phone number"),
        ("070-174 06", "There is no such phone number"),
        ("070-174 06 05 07 08", "There is no such phone number"),
        ("+", "That is not a phone number"),
        ("0" * 1000, "That is not a phone number"),
        ("ring mig", "A phone number has no letters"),
        ("070-174 O6 05", "A phone number has no letters"),
        ("033-35 70 00", "That is not a mobile number"),
        ("08-123 456 78", "That is not a mobile number"),
        ("+47 406 12 345", "We can only send to numbers that begin with +46"),
        ("+1 201 555 0123", "We can only send to numbers that begin with +46"),
    ],
)
def test_anything_else_gets_a_sentence_that_says_what_to_do(written: str, sentence: str) -> None:
    with (
        translation.override("en"),
        pytest.raises(ValidationError, match=sentence.replace("+", r"\+")),
    ):
        parse_phone(written)


def test_the_sentence_is_in_the_persons_language() -> None:
    with translation.override("sv"), pytest.raises(ValidationError, match="inget mobilnummer"):
        parse_phone("033-35 70 00")


def test_the_city_decides_which_countries_it_pays_for(settings: Settings) -> None:
    settings.PHONE_PREFIXES = ["+46", "+47"]

    assert parse_phone("+47 406 12 345") == "+4740612345"


@given(st.text(max_size=60))
def test_whatever_is_typed_gives_a_reachable_number_or_a_refusal(written: str) -> None:
    try:
        number = parse_phone(written)
    except ValidationError:
        return
    assert number.startswith("+467")
    assert number[1:].isascii()
    assert number[1:].isdigit()


@given(
    st.integers(0, 99),
    st.lists(st.sampled_from(["", " ", "-", "\N{NO-BREAK SPACE}"]), min_size=9, max_size=9),
)
def test_spaces_and_dashes_never_change_the_number(last: int, gaps: list[str]) -> None:
    digits = f"07017406{last:02d}"
    written = digits[0] + "".join(gap + digit for gap, digit in zip(gaps, digits[1:], strict=True))

    assert parse_phone(written) == f"+467017406{last:02d}"


@given(st.integers(0, 99))
def test_a_parsed_number_is_parsed_to_itself(last: int) -> None:
    number = f"+467017406{last:02d}"

    assert parse_phone(parse_phone(number)) == number


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (E164, "+46 ••• •• 05"),
        ("+4740612345", "+47 ••• •• 45"),
        ("+358401234567", "+358 ••• •• 67"),
        ("+12015550123", "+1 ••• •• 23"),
    ],
)
def test_a_masked_number_shows_its_country_and_two_digits(number: str, shown: str) -> None:
    assert masked(number).replace("\N{NO-BREAK SPACE}", " ") == shown


@pytest.mark.parametrize(
    ("written", "number"),
    [("070-174 06 05", E164), ("033-35 70 00", "+4633357000"), ("+47 406 12 345", "+4740612345")],
)
def test_a_number_that_exists_can_be_named_also_when_we_may_not_write_to_it(
    written: str, number: str
) -> None:
    assert any_phone(written) == number


def test_a_whole_number_is_spaced_as_it_is_read_out() -> None:
    assert spaced(E164) == "+46 70 174 06 05"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("Ringde från 070-174 06 05 i dag", True),
        (E164, True),
        ("Ärende 2026-11-25-1234", False),
        ("KS 2026/0123", False),
        ("INC0012345", False),
        ("", False),
    ],
)
def test_a_number_in_a_sentence_is_told_from_a_date(text: str, holds: bool) -> None:
    assert holds_a_number(text) is holds
