from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from notify.alerts.advice import BANK
from notify.channels.banners import picture
from notify.channels.banners.document import ranked_notices
from notify.channels.notice import Advice, Notice, Words
from tests.channels.notices import all_clear_of, notice

NOW = datetime(2026, 11, 25, 13, 5, tzinfo=UTC)


def words(language: str, *notices: Notice) -> str:
    drawn = picture.draw(ranked_notices(notices), language, NOW)
    return " ".join(etree.fromstring(drawn).itertext())


def test_it_says_the_worst_how_many_more_and_when_it_was_drawn() -> None:
    said = words("sv", notice(severity="Minor"), notice(), all_clear_of(notice()))
    for part in (
        "Allvarlig störning",
        "Vattenavbrott i Äspered",
        "Dricksvatten, Äspered",
        "Läget 25 november kl. 14.05",
        "och 2 till",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("headline", "place"),
    [
        ("Vattenavbrott i Äspered", True),
        ("Vattenavbrott i Äspered och i stora delar av Toarp", False),
    ],
)
def test_it_says_what_health_hangs_on_rather_than_where(headline: str, place: bool) -> None:
    no = Advice("drink", "no", {}, {"sv": "Drick inte vattnet, inte ens kokat."})
    said = words("sv", notice(words={"sv": Words(headline)}, advice=(no,)))
    assert said.count("Drick inte vattnet, inte ens kokat.") == 2  # seen, and in its title
    assert ("Dricksvatten, Äspered" in said) is place


def test_every_sentence_that_health_hangs_on_has_room() -> None:
    sentences = [one for phrase in BANK for one in phrase.sms_by_language().values()]
    assert sentences
    for sentence in sentences:
        assert picture.wrapped(sentence, picture.SMALL_LINE, 1) == [sentence]


def test_it_says_so_when_there_is_nothing() -> None:
    assert "There are no known disruptions right now." in words("en")
    assert "As of 25 November 14:05" in words("en")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
@example("]]></text><script>alert(1)</script>&lt;")
@example("\u202ebakvänt \ufffe\x00\x0c")
def test_whatever_is_said_it_is_well_formed(text: str) -> None:
    assert words("sv", notice(words={"sv": Words(text, text, text)}))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Kort", ["Kort"]),
        ("Vattnet är borta i norra Äspered", ["Vattnet är", "borta i norra…"]),
        ("Vattnet är borta hemma", ["Vattnet är", "borta hemma"]),
        ("Vattenledningsreparationsarbete pågår", ["Vattenlednings", "reparationsarb…"]),
        ("ALLT ÄR BORTA", ["ALLT ÄR", "BORTA"]),
        ("", [""]),
    ],
)
def test_a_headline_is_broken_between_words_and_ends_in_an_ellipsis(
    text: str, lines: list[str]
) -> None:
    assert picture.wrapped(text, 15, 2) == lines
