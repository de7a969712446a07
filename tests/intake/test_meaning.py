"""What a message means here, and what of it is not carried on exactly."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone, translation

from notify.alerts.models import Service
from notify.alerts.vocabulary import Category
from notify.intake.cap.read import read
from notify.intake.meaning import Meaning, meaning
from tests import given
from tests.intake.documents import ÄSPERED, cap, info, moment, xml

pytestmark = pytest.mark.django_db
NOWHERE = {"areaDesc": "Någonstans"}


@pytest.fixture(autouse=True)
def _here(db: None) -> object:
    given.city()
    given.service()
    Service.objects.create(slug="roads", names={"sv": "Vägar"}, category=Category.TRANSPORT)
    given.service("power")
    with translation.override("en"):
        yield


def meant(*infos: dict[str, Any], **changes: Any) -> Meaning:
    return meaning(read(xml(cap(*infos, **changes))))


@pytest.mark.parametrize(
    ("changes", "remark"),
    [
        ({"severity": "Unknown"}, "Its severity is Unknown: Moderate stands in its place."),
        ({"certainty": "Unlikely"}, "Its certainty is Unlikely: Possible stands in its place."),
        ({"certainty": "Unknown"}, "Its certainty is Unknown: Possible stands in its place."),
        ({"urgency": "Expected"}, "Its urgency is Expected: Immediate stands in its place."),
        ({"urgency": "Past"}, "Its urgency is Past: Immediate stands in its place."),
        ({"responseType": ["Evacuate"]}, "What people should do (Evacuate) is carried on in words only."),
        ({"headline": None}, "There is no headline: the event stands in its place."),
        ({"headline": "a" * 101}, "The headline is too long, and cut."),
        ({"description": "a" * 2001}, "The description is too long, and cut."),
        ({"instruction": "a" * 1001}, "The instruction is too long, and cut."),
        ({"area": [ÄSPERED, NOWHERE]}, "Nobody can tell where this is: Någonstans."),
        (
            {"resource": [{"resourceDesc": "Karta", "mimeType": "image/png"}]},
            "Its pictures and files are left out.",
        ),
        ({"language": None}, "Nothing is said in the site’s own language: other words stand there."),
        (
            {"eventCode": None, "category": ["Transport"]},
            "The service is a guess: nothing but the category says it.",
        ),
    ],
)  # fmt: skip
def test_what_is_not_carried_exactly_is_remarked(changes: dict[str, Any], remark: str) -> None:
    assert [str(one) for one in meant(info(**changes)).remarks] == [remark]


@pytest.mark.parametrize(
    ("other", "remark"),
    [
        ({"language": "fi"}, "What is said in “fi” is left out."),
        ({"headline": "Igen"}, "Several <info> are in the same language: only the first is used."),
        (
            {"language": "en", "severity": "Minor"},
            "Its languages differ in more than words: the site’s own counts.",
        ),
    ],
)
def test_what_another_info_says_besides_is_remarked(other: dict[str, Any], remark: str) -> None:
    one = info()
    assert [str(each) for each in meant(one, one | other).remarks] == [remark]


def test_old_words_without_an_end_are_remarked() -> None:
    old = moment(timezone.now() - timedelta(hours=25))
    assert len(meant(info(expires=None), sent=old).remarks) == 1
    assert not meant(info(), sent=old).remarks
    assert not meant(info(expires=None)).remarks


@pytest.mark.parametrize("response", [None, ["Monitor"], ["Prepare"], ["None"]])
def test_what_we_say_ourselves_needs_no_remark(response: list[str] | None) -> None:
    assert not meant(info(responseType=response)).remarks


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"eventCode": [("urn:notify:service", "power")]}, "power"),
        ({"eventCode": [("SAME", "x")], "parameter": [("urn:notify:service", "roads")]}, "roads"),
        ({"eventCode": None, "event": "Dricksvatten"}, "water"),
        ({"eventCode": None, "event": "driftstörning: EL"}, "power"),
        ({"eventCode": None, "event": "Planned work: Electricity"}, "power"),
        ({"eventCode": None, "event": "Snö", "category": ["Met", "Transport"]}, "roads"),
    ],
)
def test_the_service_is_what_the_message_says(changes: dict[str, Any], slug: str) -> None:
    assert meant(info(**changes)).content.service.slug == slug


def test_what_is_cut_still_fits_and_says_so() -> None:
    words = meant(info(headline="å" * 200, description="b" * 5000)).content.words["sv"]
    assert [len(words[part]) for part in ("headline", "description")] == [100, 2000]
    assert words["headline"].endswith("å…")


def test_it_begins_at_its_onset_or_when_it_takes_effect_or_was_sent() -> None:
    at = timezone.now().replace(microsecond=0)
    early, late = moment(at - timedelta(hours=2)), moment(at - timedelta(hours=1))
    assert meant(info(onset=early, effective=late)).content.onset == at - timedelta(hours=2)
    assert meant(info(onset=None, effective=late)).content.onset == at - timedelta(hours=1)
    assert meant(info(onset=None), sent=moment(at)).content.onset == at


def test_the_message_in_the_documentation_is_carried_on_exactly() -> None:
    page = (settings.BASE_DIR / "docs" / "cap.md").read_text()
    [example] = re.findall(r"^```xml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    sent = re.sub("<sent>.*</sent>", f"<sent>{moment(timezone.now())}</sent>", example)
    read_as = meaning(read(sent.encode()))
    assert read_as.content.service.slug == "water"
    assert [area.code for area in read_as.content.areas] == ["1490TB121"]
    assert not read_as.remarks
