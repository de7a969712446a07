from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from notify.channels.notice import Notice, Place, Words
from notify.channels.sms.compose import compose
from notify.channels.sms.text import Encoding, measure
from tests.channels.notices import (
    BORÅS,
    FRISTAD,
    ÄSPERED,
    all_clear_of,
    cancel_of,
    notice,
    update_of,
)

# A Monday, 10.00 in Borås.
SENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def told(**changes: Any) -> Notice:
    return notice(**({"sent": SENT, "onset": SENT, "expires": SENT + timedelta(hours=4)} | changes))


def first_line(told: Notice, language: str = "sv") -> str:
    return compose(told, language).split("\n")[0]


def line_of(told: Notice, start: str, language: str = "sv") -> str:
    """The line that begins so, or ""."""
    lines = compose(told, language).split("\n")
    return next((line for line in lines if line.startswith(start)), "")


def test_it_says_who_what_why_what_to_do_until_when_and_where_to_read_more() -> None:
    assert compose(told(), "sv").split("\n") == [
        "Borås stad: Vattenavbrott i Äspered",
        "En vattenledning har gått sönder vid skolan.",
        "Hämta vatten vid tankbilen på skolgården.",
        "Väntas vara klart kl. 14.00.",
        "http://testserver/test123.1",
    ]


def test_it_says_so_in_english() -> None:
    assert compose(told(), "en").split("\n") == [
        "Borås stad: Water outage in Äspered",
        "A water main has burst by the school.",
        "Fetch water from the tanker in the school yard.",
        "Expected to be over at 14:00.",
        "http://testserver/test123.1",
    ]


def test_the_editors_own_language_changes_nothing() -> None:
    with override("en"):
        assert "Väntas vara klart" in compose(told(), "sv")


def test_no_sms_mixes_two_languages() -> None:
    swedish = told(words={"sv": Words("Vattenavbrott i Äspered")})
    assert compose(swedish, "en") == compose(swedish, "sv")


@pytest.mark.parametrize(
    ("news", "swedish", "english"),
    [
        (told(), "Borås stad: V", "Borås stad: W"),
        (update_of(told()), "Borås stad: Uppdatering: V", "Borås stad: Update: W"),
        (all_clear_of(told()), "Borås stad: Avhjälpt: V", "Borås stad: Fixed: W"),
        (cancel_of(told()), "Borås stad: Återkallat: V", "Borås stad: Cancelled: W"),
    ],
)
def test_the_first_words_tell_what_kind_of_news_it_is(
    news: Notice, swedish: str, english: str
) -> None:
    assert first_line(news, "sv").startswith(swedish)
    assert first_line(news, "en").startswith(english)


def test_planned_work_has_words_of_its_own() -> None:
    planned = told(urgency="Future")
    kinds = [planned, update_of(planned), all_clear_of(planned), cancel_of(planned)]
    assert [first_line(news).split(": ")[1] for news in kinds] == [
        "Planerat arbete",
        "Uppdatering",
        "Klart",
        "Inställt",
    ]
    assert [first_line(news, "en").split(": ")[1] for news in kinds] == [
        "Planned work",
        "Update",
        "Finished",
        "Called off",
    ]


@pytest.mark.parametrize(
    ("news", "headline"),
    [
        (all_clear_of(told()), "Störningen i Äspered är avhjälpt"),
        (told(urgency="Future"), "Planerad vattenavstängning i Äspered"),
        (all_clear_of(told(urgency="Future")), "Arbetet i Äspered är klart"),
        (cancel_of(told(urgency="Future")), "Arbetet i Äspered är inställt"),
    ],
)
def test_a_headline_that_says_it_itself_is_not_told_twice(news: Notice, headline: str) -> None:
    said = replace(news, words={"sv": Words(headline)})
    assert first_line(said) == f"Borås stad: {headline}"


def test_the_end_on_another_day_says_which() -> None:
    tomorrow = told(expires=SENT + timedelta(days=1, hours=4))
    assert line_of(tomorrow, "Väntas") == "Väntas vara klart tis 24 nov kl. 14.00."
    assert line_of(tomorrow, "Exp", "en") == "Expected to be over Tue 24 Nov at 14:00."


def test_the_day_is_the_citys_and_not_utcs() -> None:
    late = told(expires=datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    assert line_of(late, "Väntas") == "Väntas vara klart tis 24 nov kl. 00.30."


def test_summer_time_is_told_as_clocks_show_it() -> None:
    summer = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
    assert line_of(told(sent=summer, onset=summer, expires=summer), "Väntas").endswith("10.00.")


@pytest.mark.parametrize(
    ("start", "end", "line"),
    [
        ((24, 8), (24, 15), "Från tis 24 nov kl. 09.00 till 16.00."),
        ((24, 21), (25, 5), "Från tis 24 nov kl. 22.00 till ons 25 nov kl. 06.00."),
        ((23, 12), (23, 15), "Från kl. 13.00 till 16.00."),
        ((24, 8), None, "Från tis 24 nov kl. 09.00."),
    ],
)
def test_planned_work_says_from_when_to_when(
    start: tuple[int, int], end: tuple[int, int] | None, line: str
) -> None:
    planned = told(
        urgency="Future",
        onset=datetime(2026, 11, *start, tzinfo=UTC),
        expires=end and datetime(2026, 11, *end, tzinfo=UTC),
    )
    assert line_of(planned, "Från") == line


def test_what_is_over_is_not_expected_to_end() -> None:
    assert "Väntas" not in compose(all_clear_of(told()), "sv")
    assert "Väntas" not in compose(cancel_of(told()), "sv")
    assert "Väntas" not in compose(told(expires=None), "sv")


@pytest.mark.parametrize(
    ("headline", "places", "line"),
    [
        ("Vattenavbrott i Äspered", (ÄSPERED,), ""),
        ("Äspereds vatten är avstängt", (ÄSPERED,), ""),
        ("VATTENAVBROTT I A\u0308SPERED", (ÄSPERED,), ""),
        ("Vattenavbrott", (ÄSPERED,), "Gäller Äspered."),
        ("Vattenavbrott i Äspered", (ÄSPERED, FRISTAD), "Gäller Äspered, Fristad."),
        ("Boråsarnas vatten", (BORÅS,), "Gäller Borås."),
    ],
)
def test_places_are_named_unless_the_headline_names_them_all(
    headline: str, places: tuple[Place, ...], line: str
) -> None:
    assert line_of(told(words={"sv": Words(headline)}, places=places), "Gäller") == line


def test_many_places_are_counted() -> None:
    many = tuple(Place(str(number), f"Ort{number}", f"/{number}/") for number in range(9))
    news = told(places=many)
    assert line_of(news, "Gäller") == "Gäller Ort0, Ort1, Ort2, Ort3, Ort4, Ort5 och 3 till."
    assert line_of(news, "Concerns", "en").endswith("Ort5 and 3 more.")
    assert line_of(told(places=many[:7]), "Gäller").endswith("Ort5, Ort6.")


def test_empty_words_leave_no_empty_lines() -> None:
    bare = told(words={"sv": Words("Vattenavbrott i Äspered")}, expires=None)
    assert compose(bare, "sv") == (
        "Borås stad: Vattenavbrott i Äspered\nhttp://testserver/test123.1"
    )


def test_typography_does_not_make_it_dear() -> None:
    fine = Words("Vattenavbrott i A\u0308spered", "Kl. 16–18…", "Läs “mer” här")
    news = told(words={"sv": fine}, publisher="Borås\u00a0stad")
    assert measure(compose(news, "sv")).encoding is Encoding.GSM_7


def test_a_notice_from_before_there_was_a_page_for_its_sms_leads_to_the_alerts() -> None:
    """It must be composed as it was sent, to be found again at the provider."""
    assert compose(told(sms_url=""), "sv").endswith("\nhttp://testserver/a/test123/")
