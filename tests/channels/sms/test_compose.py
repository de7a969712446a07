from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from notify.channels.notice import Advice, Notice, Place, Words
from notify.channels.sms.compose import brief, compose, fit
from notify.channels.sms.text import Encoding, measure, normalise, outside_gsm_7
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


# --- what somebody's health may hang on -------------------------------------------------------

BOIL = Advice(
    "drink",
    "boil",
    {"sv": "Koka vattnet innan du dricker det.", "en": "Boil the water before you drink it."},
    {"sv": "Koka dricksvattnet.", "en": "Boil your drinking water."},
)
FLUSH = Advice("flush", "no", {"sv": "Spola inte i toaletten.", "en": "Do not flush."})


@pytest.mark.parametrize(
    ("language", "sentence"), [("sv", "Koka dricksvattnet."), ("en", "Boil your drinking water.")]
)
def test_whether_the_water_can_be_drunk_stands_right_before_what_to_do(
    language: str, sentence: str
) -> None:
    lines = compose(told(advice=(BOIL, FLUSH)), language).split("\n")
    assert lines[2:4] == [sentence, told().in_language(language).instruction]
    assert len(lines) == len(compose(told(), language).split("\n")) + 1
    assert sentence in brief(told(advice=(BOIL,)), language, SENT)


@pytest.mark.parametrize(
    ("headline", "instruction", "times"),
    [
        ("KOKA DRICKSVATTNET i Äspered", "", 1),
        ("Smittat vatten i Äspered", "Koka dricksvattnet i en minut.", 1),
        ("Smittat vatten i Äspered", "Koka vattnet.", 1),
        ("Dricksvattnet i Äspered", "Du behöver inte koka.", 1),
    ],
)
def test_it_is_said_once_whoever_says_it(headline: str, instruction: str, times: int) -> None:
    said = told(words={"sv": Words(headline, "", instruction)}, advice=(BOIL,))
    assert compose(said, "sv").casefold().count("koka dricksvattnet") == times


def test_a_notice_from_before_an_sms_held_advice_is_composed_as_it_was_sent() -> None:
    plain = told(advice=(BOIL,)).to_json()
    del plain["advice"][0]["sms"]
    assert compose(Notice.from_json(plain), "sv") == compose(told(), "sv")


# --- what an all-clear asks, and where to leave -----------------------------------------------

QUESTION = {
    "sv": "Svara 1 om du fortfarande saknar vatten.",
    "en": "Reply 1 if you are still without water.",
}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_an_all_clear_can_ask_before_the_link(language: str) -> None:
    asking = all_clear_of(told(), question=QUESTION)
    assert compose(asking, language).split("\n")[-2:] == [
        QUESTION[language],
        "http://testserver/test123.1",
    ]


def test_a_message_that_nobody_can_reply_to_ends_with_where_to_leave() -> None:
    one_way = told(leave_url="http://testserver/manage/")
    assert compose(one_way, "sv").split("\n")[-2:] == [
        "http://testserver/test123.1",
        "Ändra eller avsluta: http://testserver/manage/",
    ]
    assert compose(one_way, "en").endswith("\nChange or end: http://testserver/manage/")


def test_a_notice_from_before_there_were_questions_is_composed_as_it_was_sent() -> None:
    plain = told().to_json()
    del plain["question"], plain["leave_url"]
    assert compose(Notice.from_json(plain), "sv") == compose(told(), "sv")


def test_in_brief_it_says_what_where_until_when_and_the_link() -> None:
    tomorrow = SENT + timedelta(days=1)
    outage = told(words={"sv": Words("Vattenavbrott", "Lång text.", "Koka.")}, expires=tomorrow)
    assert brief(outage, "sv", SENT).split("\n") == [
        "Vattenavbrott",
        "Gäller Äspered.",
        "Väntas vara klart tis 24 nov kl. 10.00.",
        "http://testserver/a/test123/",
    ]
    # Asked the next day, it is today.
    assert "Väntas vara klart kl. 10.00." in brief(outage, "sv", tomorrow - timedelta(hours=1))


# --- within its budget ------------------------------------------------------------------------

MOST = 6
swedish = st.text(alphabet="abcdeåäöÅÄÖé 0123456789.,-:\n", max_size=1500)
typography = st.text(alphabet="abå –’“…€[]\u00a0 ", max_size=600)
pictures = st.text(alphabet="abå šç😀👩\u200d ", max_size=500)
anything = st.text(max_size=600)
descriptions = st.one_of(swedish, typography, pictures, anything)
lines = st.one_of(
    st.text(alphabet="abcåäö €[]–", min_size=1, max_size=100),
    st.text(alphabet="abš😀 ", min_size=1, max_size=60),
)


@settings(deadline=None)
@given(headline=lines, description=descriptions, instruction=lines, asks=st.booleans())
def test_only_the_description_is_ever_cut_and_only_as_far_as_it_must(
    headline: str, description: str, instruction: str, asks: bool
) -> None:
    news = all_clear_of(
        told(
            words={"sv": Words(headline, description, instruction)},
            places=(ÄSPERED, FRISTAD),
            leave_url="http://testserver/manage/",
            advice=(BOIL,),
        ),
        question=QUESTION if asks else {},
    )
    fitted = fit(news, "sv")
    counted = measure(fitted.text)
    bare = measure(fit(replace(news, words={"sv": Words(headline, "", instruction)}), "sv").text)
    # What is never cut may be too long by itself: then it is all there is.
    assert counted.segments <= max(MOST, bare.segments)
    assert normalise(fitted.text) == fitted.text
    assert unicodedata.is_normalized("NFC", fitted.text)
    kept = ["Gäller Äspered, Fristad.", "http://testserver/test123.1", "http://testserver/manage/"]
    kept += [normalise(headline), normalise(instruction), *([QUESTION["sv"]] if asks else [])]
    kept.append("Koka dricksvattnet")
    assert all(part in fitted.text for part in kept)
    whole = replace(news, words={"sv": Words(headline, description, instruction)})
    if not fitted.shortened:
        assert normalise(description) in compose(whole, "sv")
    if counted.encoding is Encoding.UCS_2:
        assert outside_gsm_7(headline + description + instruction)


words_only = st.lists(
    st.text(alphabet="abcåäö€š", min_size=1, max_size=12), min_size=1, max_size=300
)


@settings(deadline=None)
@given(words_only)
def test_as_many_words_of_the_description_stand_as_fit(words: list[str]) -> None:
    news = told(words={"sv": Words("Vattenavbrott i Äspered", " ".join(words), "Koka vattnet.")})
    fitted = fit(news, "sv")
    before, after = "Borås stad: Vattenavbrott i Äspered\n", "\nKoka vattnet."
    kept = fitted.text.removeprefix(before).split(after)[0]
    if not fitted.shortened:
        assert kept == " ".join(words)
        return
    taken = kept.removesuffix("...").split(" ")
    assert taken == words[: len(taken)]
    one_more = " ".join(words[: len(taken) + 1]) + "..."
    assert measure(fitted.text.replace(kept + after, one_more + after)).segments > MOST


@pytest.mark.parametrize(
    ("description", "end"),
    [
        ("Vatten " * 200, "Vatten..."),
        ("Vattnet, " * 200, "Vattnet..."),
        ("Slut. " * 300, "Slut..."),
        # A link in the text is kept or left out, never half of it.
        ("ord " * 200 + "https://example.se/" + "x" * 300, "ord..."),
        ("x" * 1500, ""),
        ("😀" * 400, ""),
        # The 67th unit is half of a picture: it goes whole into the next segment, or not at all.
        ("😀😀 " * 120, "😀😀..."),
        ("€€€€ " * 300, "€€€€..."),
    ],
)
def test_where_a_long_description_is_cut(description: str, end: str) -> None:
    news = told(words={"sv": Words("Vattenavbrott i Äspered", description, "Koka vattnet.")})
    fitted = fit(news, "sv")
    assert fitted.shortened
    assert measure(fitted.text).segments <= MOST
    body = fitted.text.removeprefix("Borås stad: Vattenavbrott i Äspered\n")
    assert body.split("Koka vattnet.")[0].rstrip("\n").endswith(end)
    assert fitted.text.endswith("http://testserver/test123.1")


def test_paragraphs_survive_the_cut() -> None:
    text = "Vattnet är avstängt.\n\n" + "Vi lagar ledningen. " * 60
    fitted = fit(told(words={"sv": Words("Avbrott i Äspered", text)}), "sv")
    assert fitted.text.split("\n")[1:4] == ["Vattnet är avstängt.", "", fitted.text.split("\n")[3]]
    assert fitted.text.split("\n")[3].startswith("Vi lagar ledningen. Vi")


@pytest.mark.parametrize("length", range(700, 760))
def test_at_every_length_around_the_border_it_fits(length: int) -> None:
    text = ("En lång rad ord om vatten. " * 40)[:length]
    fitted = fit(told(words={"sv": Words("Avbrott i Äspered", text)}), "sv")
    assert measure(fitted.text).segments <= MOST
    assert fitted.shortened == (text.rstrip() not in fitted.text)
