from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.conf import settings as site
from hypothesis import given as generated
from hypothesis import settings as effort
from hypothesis import strategies as st
from lxml import etree
from pytest_django import Settings

from notify.alerts.vocabulary import Category, Certainty, Severity, Urgency
from notify.channels.feeds.cap.document import Said, document, moment, reference
from notify.channels.notice import Advice, Notice, Place, Words
from tests.channels.feeds.cap.reading import texts, valid
from tests.channels.notices import BORÅS, WORDS, ÄSPERED, all_clear_of, cancel_of, notice, update_of

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[12.5, 57.5], [13, 57.5], [13, 58], [12.5, 58], [12.5, 57.5]]],
}
BOIL = Advice("drink", "boil", {"sv": "Koka vattnet.", "en": "Boil the water."})


def written(told: Notice, *earlier: Notice) -> bytes:
    """The document's bytes, after what was said before."""
    said = [Said(one, reference(one)) for one in earlier]
    xml: bytes = etree.tostring(document(told, said, {ÄSPERED.code: SQUARE}))
    return xml


def read(told: Notice, *earlier: Notice) -> Any:
    return valid(written(told, *earlier))


# --- valid, whatever is said ------------------------------------------------------------------

MOVES = [
    lambda first: (first,),
    lambda first: (update_of(first), first),
    lambda first: (all_clear_of(first), first),
    lambda first: (cancel_of(first), first),
]


@pytest.mark.parametrize("move", MOVES, ids=["publish", "update", "resolve", "cancel"])
@pytest.mark.parametrize("languages", [("sv",), ("sv", "en")])
def test_every_move_of_every_kind_is_valid(move: Any, languages: tuple[str, ...]) -> None:
    words = {language: WORDS[language] for language in languages}
    for category, severity, urgency, certainty in product(Category, Severity, Urgency, Certainty):
        for expires in (None, datetime.now(UTC) + timedelta(hours=4)):
            first = notice(
                category=category.value,
                severity=severity.value,
                urgency=urgency.value,
                certainty=certainty.value,
                words=words,
                expires=expires,
                places=(BORÅS, ÄSPERED),
            )
            root = read(*move(first))
            assert texts(root, "info/language") == list(languages)


ANYTHING = st.text(max_size=60) | st.sampled_from(
    [
        "]]>",
        "<info/>",
        "&amp;",
        "\x00\x0c\x1b",
        "\u202e",
        "\ufffe",
        "\ud800",
        "å" * 10_000,
        " \r\n ",
    ]
)


@effort(max_examples=40)
@generated(
    words=st.tuples(ANYTHING, ANYTHING, ANYTHING),
    name=ANYTHING,
    service=ANYTHING,
    publisher=ANYTHING,
    advice=ANYTHING,
    help_at=st.lists(ANYTHING, max_size=2),
    languages=st.sampled_from([("sv",), ("sv", "en")]),
)
def test_hostile_text_is_carried_as_text(
    *,
    words: tuple[str, str, str],
    name: str,
    service: str,
    publisher: str,
    advice: str,
    help_at: list[str],
    languages: tuple[str, ...],
) -> None:
    told = notice(
        words=dict.fromkeys(languages, Words(*words)),
        places=(Place("x", name, "/x/"),),
        service_names={"sv": service, "en": service},
        publisher=publisher,
        advice=(Advice("drink", "boil", {"sv": advice, "en": advice}),),
        help_at=tuple(help_at),
        help_heading={"sv": "Hämta vatten här", "en": "Fetch water here"},
    )
    root = read(told)
    allowed = re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", words[0])
    headline = " ".join(allowed.split())
    assert texts(root, "info/headline") == ([headline] * len(languages) if headline else [])
    assert len(root.findall(".//{*}area")) == len(languages)


def test_nothing_is_written_empty() -> None:
    told = notice(words={"sv": Words("Vattenavbrott")}, expires=None)
    for element in read(told).iter():
        assert len(element) or element.text


def test_the_same_is_written_in_the_same_bytes() -> None:
    told = notice(advice=(BOIL,))
    assert written(told) == written(Notice.from_json(told.to_json()))


# --- who says it, and of what -----------------------------------------------------------------


def test_it_is_named_by_the_update_and_the_sender(settings: Settings) -> None:
    settings.CAP_SENDER = "drift@example.se"
    told = notice()
    root = read(told)
    assert texts(root, "identifier") == [told.update]
    assert texts(root, "sender") == ["drift@example.se"]
    assert texts(root, "msgType") == ["Alert"]
    assert texts(root, "status") == ["Actual"]
    assert texts(root, "scope") == ["Public"]
    assert not texts(root, "references")


def test_the_sender_is_our_host_unless_the_settings_say_another() -> None:
    assert site.CAP_SENDER == "testserver"


def test_it_refers_to_everything_said_before_oldest_first() -> None:
    first = notice()
    second = update_of(first)
    root = read(all_clear_of(second), first, second)
    assert texts(root, "msgType") == ["Update"]
    (references,) = texts(root, "references")
    assert [one.split(",") for one in references.split(" ")] == [
        ["testserver", first.update, moment(first.sent)],
        ["testserver", second.update, moment(second.sent)],
    ]


def test_an_update_of_nothing_said_here_is_an_alert() -> None:
    root = read(update_of(notice()))
    assert texts(root, "msgType") == ["Alert"]


@pytest.mark.parametrize(
    ("status", "note"),
    [
        ("Exercise", ["Detta är en övning. Inget har hänt."]),
        ("Test", ["Detta är ett test. Inget har hänt."]),
        ("System", []),
    ],
)
def test_an_exercise_says_so(settings: Settings, status: str, note: list[str]) -> None:
    settings.CAP_STATUS = status
    root = read(notice())
    assert texts(root, "status") == [status]
    assert texts(root, "note") == note


# --- what is said -----------------------------------------------------------------------------


def test_each_language_has_an_info_of_its_own_with_all_of_it() -> None:
    told = notice(
        advice=(BOIL,),
        help_at=("Äspereds skola",),
        help_heading={"sv": "Hämta vatten här", "en": "Fetch water here"},
    )
    swedish, english = read(told).findall("{*}info")
    assert texts(swedish, "language") == ["sv"]
    assert texts(swedish, "event") == ["Driftstörning: Dricksvatten"]
    assert texts(swedish, "headline") == ["Vattenavbrott i Äspered"]
    assert texts(swedish, "description") == ["En vattenledning har gått sönder vid skolan."]
    (instruction,) = texts(swedish, "instruction")
    assert instruction.split("\n\n") == [
        "Hämta vatten vid tankbilen på skolgården.",
        "Koka vattnet.",
        "Hämta vatten här:\nÄspereds skola",
    ]
    assert texts(english, "language") == ["en"]
    assert texts(english, "event") == ["Disruption: Drinking water"]
    assert texts(english, "headline") == ["Water outage in Äspered"]
    assert texts(english, "audience") == ["Everybody in the areas concerned"]
    for info in (swedish, english):
        assert texts(info, "senderName") == ["Borås stad"]
        assert texts(info, "web") == [told.url]
        assert texts(info, "eventCode/valueName") == ["urn:notify:service"]
        assert texts(info, "eventCode/value") == ["water"]


def test_a_paragraph_stays_a_paragraph() -> None:
    told = notice(words={"sv": Words("Rubrik", "Ett.\r\n\r\nTvå,\nrad två.")})
    assert texts(read(told), "info/description") == ["Ett.\n\nTvå,\nrad två."]


def test_whom_to_call_is_who_the_settings_name(settings: Settings) -> None:
    assert texts(read(notice()), "info/contact") == []
    settings.PUBLISHER_PHONE, settings.PUBLISHER_EMAIL = "033-35 70 00", "drift@example.se"
    assert texts(read(notice()), "info/contact")[0] == "033-35 70 00, drift@example.se"


def test_advice_about_drinking_makes_it_about_health_until_the_end() -> None:
    first = notice()
    boil = update_of(first, advice=(BOIL,))
    assert set(texts(read(first), "info/category")) == {"Infra"}
    assert texts(read(boil, first).find("{*}info"), "category") == ["Infra", "Health"]
    over = all_clear_of(boil, advice=())
    assert texts(read(over, first, boil).find("{*}info"), "category") == ["Infra", "Health"]


@pytest.mark.parametrize(
    ("end", "changes", "response", "urgency"),
    [
        (None, {}, "Monitor", "Immediate"),
        (None, {"urgency": "Future"}, "Prepare", "Future"),
        (all_clear_of, {}, "AllClear", "Past"),
        (cancel_of, {}, "None", "Past"),
    ],
)
def test_what_people_should_do_and_how_soon(
    end: Any, changes: dict[str, str], response: str, urgency: str
) -> None:
    first = notice(**changes)
    root = read(end(first), first) if end else read(first)
    assert set(texts(root, "info/responseType")) == {response}
    assert set(texts(root, "info/urgency")) == {urgency}


# --- when and where ---------------------------------------------------------------------------

WINTER = datetime(2026, 1, 15, 12, 0, 0, 987654, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "time", "text"),
    [
        ("Europe/Stockholm", WINTER, "2026-01-15T13:00:00+01:00"),
        ("Europe/Stockholm", SUMMER, "2026-07-15T14:00:00+02:00"),
        ("UTC", WINTER, "2026-01-15T12:00:00-00:00"),
        ("Europe/London", WINTER, "2026-01-15T12:00:00-00:00"),
        ("America/St_Johns", WINTER, "2026-01-15T08:30:00-03:30"),
    ],
)
def test_times_carry_the_sites_offset(
    settings: Settings, zone: str, time: datetime, text: str
) -> None:
    settings.TIME_ZONE = zone
    assert moment(time) == text
    root = read(notice(sent=time, expires=time + timedelta(hours=1)))
    assert texts(root, "sent") == [text]
    for name in ("effective", "onset"):
        assert set(texts(root, f"info/{name}")) == {text}


def test_it_expires_when_it_is_expected_to_be_over_and_its_end_a_week_later() -> None:
    first = notice(expires=SUMMER, sent=WINTER)
    assert set(texts(read(first), "info/expires")) == {moment(SUMMER)}
    over = all_clear_of(first)
    assert set(texts(read(over, first), "info/expires")) == {moment(over.sent + timedelta(days=7))}
    assert texts(read(replace(first, expires=None)), "info/expires") == []


def test_each_place_is_an_area_with_its_outline_and_its_code() -> None:
    info = read(notice(places=(BORÅS, ÄSPERED))).find("{*}info")
    borås, äspered = info.findall("{*}area")
    assert texts(borås, "areaDesc") == ["Borås"]
    assert texts(borås, "polygon") == []
    assert texts(borås, "geocode/valueName") == ["Kommun"]
    assert texts(borås, "geocode/value") == ["1490"]
    assert texts(äspered, "polygon") == ["57.5,12.5 57.5,13 58,13 58,12.5 57.5,12.5"]
    assert texts(äspered, "geocode/valueName") == ["Tätort"]
    assert texts(äspered, "geocode/value") == ["1490TB121"]
