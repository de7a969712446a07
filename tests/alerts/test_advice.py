"""The phrase bank: every phrase has its sentence in every language and its drawing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.translation import override
from lxml import etree

from notify.alerts.advice import BANK, Kind, Phrase, Tone, objections, of_kind, phrases
from notify.channels.sms.text import Encoding, measure

EVERY_PHRASE = pytest.mark.parametrize("phrase", BANK, ids=lambda one: f"{one.kind}-{one.key}")
SVG = "{http://www.w3.org/2000/svg}"


def drawing(phrase: Phrase) -> etree._Element:
    found = finders.find(phrase.icon)
    assert isinstance(found, str)
    return etree.fromstring(Path(found).read_bytes())


@EVERY_PHRASE
def test_a_phrase_is_a_sentence_of_its_own_in_each_language(phrase: Phrase) -> None:
    said = phrase.by_language()

    assert list(said) == [code for code, _name in settings.LANGUAGES]
    assert len(set(said.values())) == len(said)
    assert all(sentence.endswith(".") for sentence in said.values())


@EVERY_PHRASE
def test_a_phrase_has_a_drawing_that_runs_and_fetches_nothing(phrase: Phrase) -> None:
    root = drawing(phrase)

    assert root.tag == f"{SVG}svg"
    for part in root.iter():
        assert part.tag in {f"{SVG}{name}" for name in ("svg", "g", "path", "circle")}
        assert not [name for name in part.attrib if name.startswith("on") or "href" in name]
        assert "style" not in part.attrib


def test_what_differs_in_tone_differs_in_shape_and_not_only_in_colour() -> None:
    grounds: dict[Tone, set[str]] = {tone: set() for tone in Tone}
    for phrase in BANK:
        ground = drawing(phrase)[0]
        grounds[phrase.tone].add(ground.get("d") or ground.tag)

    assert [len(shapes) for shapes in grounds.values()] == [1, 1, 1]
    assert len(set.union(*grounds.values())) == 3


def test_an_sms_holds_what_can_be_drunk_in_fewer_letters_and_leaves_the_rest_to_the_page() -> None:
    for phrase in BANK:
        short = phrase.sms_by_language()
        assert bool(short) == (phrase.kind == Kind.DRINK)
        for language, sentence in short.items():
            assert len(sentence) <= len(phrase.by_language()[language])
            assert measure(sentence).encoding is Encoding.GSM_7


def test_no_two_phrases_share_a_name_and_every_kind_has_one() -> None:
    assert len({(phrase.kind, phrase.key) for phrase in BANK}) == len(BANK)
    assert {phrase.kind for phrase in BANK} == set(Kind)


def test_what_was_chosen_is_read_in_the_banks_order() -> None:
    chosen = {"flush": "no", "drink": "boil", "gone": "x", "shower": "gone"}

    assert [(phrase.kind, phrase.key) for phrase in phrases(chosen)] == [
        ("drink", "boil"),
        ("flush", "no"),
    ]


def test_only_what_people_can_do_again_is_offered_for_an_end() -> None:
    assert [phrase.key for phrase in of_kind("drink")] == ["yes", "boil", "no"]
    assert [phrase.key for phrase in of_kind("drink", ending=True)] == ["yes"]


def test_an_objection_is_a_sentence_in_the_readers_language() -> None:
    with override("sv"):
        swedish = list(objections({"drink": "no", "fly": "yes"}, ending=True))
    with override("en"):
        english = list(objections({"drink": "no", "fly": "yes"}, ending=True))

    assert "Drick inte vattnet" in swedish[0]
    assert english == [
        "“Do not drink the water or cook with it. Boiling it does not help.” cannot be said when it is over.",
        "There is no advice “fly: yes”.",
    ]
