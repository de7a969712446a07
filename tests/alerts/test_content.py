"""What an editor hands in: what is refused, in which field, and how the words are stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone as clock
from django.utils import translation
from hypothesis import given as examples
from hypothesis import settings as effort
from hypothesis import strategies as st
from lxml import etree

from notify.alerts.content import LONGEST, PARTS, AlertContent
from notify.alerts.models import Area, Service
from notify.alerts.vocabulary import Severity, Urgency
from tests import given

pytestmark = pytest.mark.django_db


def refused(
    content: AlertContent,
    *,
    publishing: bool = True,
    ending: bool = False,
    standing: AlertContent | None = None,
) -> set[str]:
    """The fields that are refused; none when it may go out."""
    try:
        content.check(publishing=publishing, ending=ending, standing=standing)
    except ValidationError as error:
        return set(error.message_dict)
    return set()


def in_hours(hours: float) -> datetime:
    return clock.now() + timedelta(hours=hours)


def test_what_is_whole_may_go_out() -> None:
    assert refused(given.content()) == set()


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"areas": []}, {"areas"}),
        ({"severity": "severe"}, {"severity"}),
        ({"urgency": "Past"}, {"urgency"}),
        ({"certainty": ""}, {"certainty"}),
        ({"words": {}}, {"words"}),
        ({"words": {"en": {"headline": "Water"}}}, {"words"}),
        ({"words": {"sv": {"headline": " \n\x00"}}}, {"words"}),
        ({"words": {"sv": {"headline": "x"}, "en": {"description": "y"}}}, {"words"}),
        ({"words": {"sv": {"headline": "x"}, "fi": {"headline": "y"}}}, {"words"}),
        ({"urgency": Urgency.FUTURE, "expires": None}, {"expires"}),
        ({"advice": {"drink": "sip"}}, {"advice"}),
        ({"advice": {"fly": "yes"}}, {"advice"}),
        ({"advice": {"bin": "yes"}}, {"advice"}),
        ({"help_at": [f"Plats {number}" for number in range(13)]}, {"help_at"}),
        ({"severity": "x", "areas": [], "words": {}}, {"severity", "areas", "words"}),
    ],
)
def test_what_is_missing_or_unknown_is_said_by_its_field(
    changes: dict[str, Any], fields: set[str]
) -> None:
    assert refused(given.content(**changes)) == fields


def test_the_end_comes_after_the_beginning() -> None:
    assert refused(given.content(onset=in_hours(2), expires=in_hours(1))) == {"expires"}
    moment = in_hours(1)
    assert refused(given.content(onset=moment, expires=moment)) == {"expires"}
    assert refused(given.content(expires=None)) == set()


def test_only_what_is_published_must_end_later_than_now() -> None:
    past = given.content(onset=in_hours(-2), expires=in_hours(-1))

    assert refused(past, publishing=True) == {"expires"}
    assert refused(past, publishing=False) == set()


@pytest.mark.parametrize(
    "time",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12))),
        datetime(2000, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        datetime(2100, 1, 1, tzinfo=UTC),
    ],
)
def test_a_year_that_must_be_a_slip_is_refused(time: datetime) -> None:
    assert refused(given.content(onset=time, expires=None)) == {"onset"}
    assert "expires" in refused(given.content(expires=time))


def test_what_is_out_of_use_is_refused_unless_the_alert_ends() -> None:
    area, service = given.city()["Äspered"], given.service()
    area.active = service.active = False
    content = given.content(areas=[area], service=service)

    assert refused(content) == {"areas", "service"}
    assert refused(content, publishing=False, ending=True) == set()


def test_an_update_may_keep_what_has_gone_out_of_use_but_not_take_it_up() -> None:
    places, service = given.city(), given.service()
    places["Äspered"].active = places["Fristad"].active = service.active = False
    standing = given.content(areas=[places["Äspered"]], service=service)

    assert refused(standing, standing=standing) == set()
    more = replace(standing, areas=[places["Äspered"], places["Fristad"]])
    assert refused(more, standing=standing) == {"areas"}
    power = given.service("power")
    power.active = False
    assert refused(replace(standing, service=power), standing=standing) == {"service"}


def test_an_end_lets_people_do_again_and_forbids_nothing() -> None:
    assert refused(given.content(advice={"drink": "yes"}), ending=True) == set()
    for key in ("boil", "no"):
        assert refused(given.content(advice={"drink": key})) == set()
        assert refused(given.content(advice={"drink": key}), ending=True) == {"advice"}


def test_an_update_may_keep_advice_that_its_service_no_longer_gives() -> None:
    service = given.service()
    standing = given.content(service=service, advice={"drink": "boil"})
    service.advice = []

    assert refused(standing) == {"advice"}
    assert refused(standing, standing=standing) == set()


def test_what_held_while_it_lasted_does_not_follow_into_its_last_words() -> None:
    alert = given.draft(advice={"drink": "boil"})

    assert AlertContent.of(alert).advice == {"drink": "boil"}
    assert AlertContent.over(alert).advice == {}
    assert AlertContent.over(alert).words == AlertContent.of(alert).words


def test_a_promise_of_news_lies_ahead_and_is_not_made_of_what_is_over() -> None:
    assert refused(given.content(news_by=in_hours(1))) == set()
    assert refused(given.content(news_by=in_hours(-1))) == {"news_by"}
    assert refused(given.content(news_by=in_hours(-1)), publishing=False) == set()
    assert refused(given.content(news_by=in_hours(1)), ending=True) == {"news_by"}
    assert refused(given.content(news_by=datetime(2100, 1, 1, tzinfo=UTC))) == {"news_by"}


def test_news_keeps_a_promise_whose_time_has_come() -> None:
    ahead, past = (given.draft(news_by=in_hours(hours)) for hours in (1, -1))

    assert AlertContent.onward(ahead).news_by == ahead.news_by
    assert AlertContent.onward(past).news_by is None
    assert AlertContent.over(ahead).news_by is None


def test_where_help_is_to_be_had_stands_until_it_is_over() -> None:
    alert = given.draft(help_at=["  Torget ", "", "torget"])
    assert alert.help_at == ["Torget"]
    assert AlertContent.onward(alert).help_at == ["Torget"]
    assert AlertContent.over(alert).help_at == ()
    assert refused(AlertContent.of(alert), ending=True) == {"help_at"}
    assert refused(AlertContent.over(alert), publishing=False, ending=True) == set()


STOCKHOLM = ZoneInfo("Europe/Stockholm")
TWICE = datetime(2027, 10, 31, 2, 10, tzinfo=STOCKHOLM)
"""Ten past two, in the night in which two o'clock comes twice."""


def test_the_end_comes_after_the_beginning_also_in_the_hour_that_comes_twice() -> None:
    first, second = TWICE, TWICE.replace(minute=5, fold=1)

    assert refused(given.content(onset=first, expires=second)) == set()
    assert refused(given.content(onset=second, expires=TWICE.replace(minute=40))) == {"expires"}
    assert refused(given.content(onset=first, expires=first.replace(fold=1))) == set()


@pytest.mark.parametrize("part", PARTS)
def test_each_part_has_its_longest_length(part: str) -> None:
    longest = {"headline": "x"} | {part: "å" * LONGEST[part]}
    longer = longest | {part: "å" * (LONGEST[part] + 1)}

    assert refused(given.content(words={"sv": longest})) == set()
    assert refused(given.content(words={"sv": longer})) == {"words"}


def test_the_sentences_come_in_one_order_and_in_the_persons_language() -> None:
    content = given.content(words={"en": {"description": "x"}})

    with pytest.raises(ValidationError) as first, translation.override("sv"):
        content.check(publishing=True)
    with pytest.raises(ValidationError) as second, translation.override("en"):
        content.check(publishing=True)

    assert second.value.message_dict["words"] == [
        "Write a headline in Swedish.",
        "Write a headline in English.",
    ]
    assert first.value.message_dict["words"] != second.value.message_dict["words"]


def test_every_refusal_is_a_sentence() -> None:
    words = {"sv": {"headline": "x" * 101}, "fi": {"headline": "y"}}
    content = given.content(areas=[], severity="x", urgency="", certainty="", words=words)

    with pytest.raises(ValidationError) as refusal:
        content.check(publishing=True)

    assert len(refusal.value.messages) == 6
    assert all(sentence.endswith(".") for sentence in refusal.value.messages)


def test_words_are_stored_tidy_and_whole() -> None:
    words = {
        "sv": {
            "headline": "  Vatten\r\navbrott \t nu ",
            "description": "rad 1\r\nrad 2\rrad 3\f\n",
        },
        "en": {"headline": " ", "description": "\x00"},
    }

    assert given.content(words=words).frozen_words() == {
        "sv": {
            "headline": "Vatten avbrott nu",
            "description": "rad 1\nrad 2\nrad 3",
            "instruction": "",
        }
    }


TEXTS = st.text(st.characters(), max_size=40)
WORDS = st.dictionaries(
    st.sampled_from(["sv", "en"]), st.dictionaries(st.sampled_from(PARTS), TEXTS), max_size=2
)


@effort(max_examples=200, deadline=None)
@examples(words=WORDS)
def test_whatever_is_typed_what_is_stored_can_be_published(
    words: dict[str, dict[str, str]],
) -> None:
    content = AlertContent(
        service=Service(slug="water", names={"sv": "Vatten"}),
        areas=[Area(code="1490", name="Borås", path="/1490/")],
        severity=Severity.MINOR,
        urgency=Urgency.IMMEDIATE,
        onset=clock.now(),
        expires=None,
        words=words,
    )

    frozen = content.frozen_words()

    for texts in frozen.values():
        assert set(texts) == set(PARTS)
        assert any(texts.values())
        assert "\n" not in texts["headline"]
        for text in texts.values():
            assert text == text.strip()
            # As a feed carries it: lxml raises for what XML forbids, UTF-8 for half characters.
            element = etree.Element("title")
            element.text = text
            assert etree.fromstring(etree.tostring(element, encoding="utf-8")).text == (
                text or None
            )
    again = AlertContent(content.service, content.areas, "", "", content.onset, None, words=frozen)
    assert again.frozen_words() == frozen
    assert ("words" in refused(content)) == (
        any(not texts["headline"] for texts in frozen.values()) or "sv" not in frozen
    )
