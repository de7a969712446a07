"""What we answer: short enough, in the reader's language, and true."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from time_machine import Traveller

from notify.alerts.models import Area
from notify.alerts.vocabulary import Move
from notify.channels.memory import MemoryChannel
from notify.channels.sms.text import Encoding, measure, normalise
from notify.dispatch import replies
from tests import given
from tests.dispatch import world
from tests.dispatch.phones import PHONE, answers, last_answer, write

pytestmark = pytest.mark.django_db


def places(*names: str) -> list[Area]:
    return [Area(code=str(number), name=name) for number, name in enumerate(names)]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_answer_is_plain_and_short(language: str) -> None:
    many = places("Äspered", "Fristad", "Dalsjöfors", "Sandhult", "Viskafors", "Rydboholm")
    with translation.override(language):
        said = [
            replies.goodbye(),
            replies.left(many, many),
            replies.welcome_back(many),
            replies.nothing_to_undo([]),
            replies.nothing_to_undo(many),
            replies.help_offered(),
            replies.noted(),
            replies.taken_back(),
            replies.what_holds([], many, timezone.now()),
        ]
    for words in said:
        counted = measure(normalise(words))
        assert (counted.encoding, counted.segments <= 2) == (Encoding.GSM_7, True), words


@pytest.mark.parametrize(
    ("names", "swedish", "english"),
    [
        (["Äspered"], "Äspered", "Äspered"),
        (["Äspered", "Fristad"], "Äspered och Fristad", "Äspered and Fristad"),
        (["A", "B", "C", "D"], "A, B, C och D", "A, B, C and D"),
        (["A", "B", "C", "D", "E"], "A, B, C och 2 platser till", "A, B, C and 2 more places"),
    ],
)
def test_places_are_listed_as_one_says_them(names: list[str], swedish: str, english: str) -> None:
    with translation.override("sv"):
        assert replies.listed(places(*names)) == swedish
    with translation.override("en"):
        assert replies.listed(places(*names)) == english


# --- INFO -------------------------------------------------------------------------------------


def test_info_says_what_holds_at_their_places(memory: MemoryChannel) -> None:
    city = given.city()
    given.subscriber(PHONE, areas=[city["Äspered"]])
    here = world.fan_out(areas=[city["Äspered"]])
    world.fan_out(areas=[city["Fristad"]])

    write("INFO")

    said = last_answer(memory).split("\n")
    assert said[:2] == ["Driftinformation: Det här gäller nu.", "Vattenavbrott i Äspered"]
    assert said[2].startswith("Väntas vara klart ")
    assert said[3:] == [f"http://testserver/a/{here.update.alert.code}/"]


def test_info_tells_the_latest_and_the_worst_first(memory: MemoryChannel) -> None:
    given.subscriber(PHONE, areas=[given.city()["Borås"]])
    planned: dict[str, Any] = {"urgency": "Future", "onset": timezone.now() + timedelta(hours=2)}
    headlines = {"first": "Arbete", "second": "Lågt tryck", "third": "Avbrott"}
    words = {name: {"sv": {"headline": text}} for name, text in headlines.items()}
    world.fan_out(words=words["first"], **planned)
    world.fan_out(words=words["second"], severity="Minor")
    worse = world.fan_out(severity="Moderate")
    update = given.content(severity="Extreme", words=words["third"])
    world.say(Move.UPDATE, world.alert_of(worse), update)

    write("info")

    said = last_answer(memory)
    assert [said.index(text) for text in ("Avbrott", "Lågt tryck", "Arbete")] == sorted(
        said.index(text) for text in headlines.values()
    )
    assert "Vattenavbrott" not in said


def test_info_tells_only_of_the_services_they_want(memory: MemoryChannel) -> None:
    given.subscriber(PHONE, services=[given.service("power")])
    world.fan_out(service=given.service("water"))

    write("INFO")

    assert last_answer(memory) == "Driftinformation: Inget att meddela just nu om Äspered."


def test_what_is_over_is_not_told(memory: MemoryChannel) -> None:
    given.subscriber(PHONE)
    first = world.fan_out()
    world.say(Move.RESOLVE, world.alert_of(first))

    write("INFO")

    assert "Inget att meddela" in last_answer(memory)


def test_info_is_in_the_readers_language(memory: MemoryChannel) -> None:
    given.subscriber(PHONE, language="en")
    world.fan_out()

    write("info please")

    assert last_answer(memory).startswith(
        "Driftinformation: This holds now.\nWater outage in Äspered\nExpected to be over "
    )


def test_more_than_fits_is_behind_the_link(memory: MemoryChannel) -> None:
    given.subscriber(PHONE)
    for number in range(12):
        headline = f"Störning {number} med en ganska lång rubrik som tar plats i meddelandet"
        world.fan_out(words={"sv": {"headline": headline}})

    write("INFO")

    said = last_answer(memory)
    assert measure(normalise(said)).segments == replies.MOST_SEGMENTS
    assert said.endswith("\nAllt: http://testserver")
    assert said.count("http://testserver/a/") == said.count("Störning")


def test_info_may_be_asked_again_after_ten_minutes(memory: MemoryChannel, clock: Traveller) -> None:
    given.subscriber(PHONE)
    write("INFO")
    write("INFO")
    assert len(answers(memory)) == 1
    clock.shift(timedelta(minutes=11))

    write("INFO")

    assert len(answers(memory)) == 2


def test_info_is_told_though_the_provider_has_answered_with_help(memory: MemoryChannel) -> None:
    given.subscriber(PHONE)

    write("INFO", answered=True)

    assert "Inget att meddela" in last_answer(memory)


@pytest.mark.parametrize("address", ["+46701740699", "Vattenfall"])
def test_a_stranger_is_told_nothing(memory: MemoryChannel, address: str) -> None:
    given.subscriber(PHONE)

    write("INFO", address=address)

    assert answers(memory) == []


def test_info_costs_the_same_however_much_holds() -> None:
    given.subscriber(PHONE)
    given.subscriber("+46701740606")

    def cost(phone: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            write("INFO", address=phone)
        return len([one for one in captured if "SAVEPOINT" not in one["sql"]])

    world.fan_out()
    one = cost(PHONE)
    for _number in range(5):
        world.fan_out()
    assert cost("+46701740606") == one
