"""Leaving by SMS: the place that the last message was about, or everything."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from time_machine import Traveller

from notify.alerts.models import Area
from notify.alerts.vocabulary import Move
from notify.channels.base import Outcome
from notify.channels.memory import MemoryChannel
from notify.dispatch.control import retryable
from notify.dispatch.direct import send_code
from notify.dispatch.leaving import RECENT
from notify.dispatch.models import State
from notify.residents.by_sms import places_of
from notify.residents.models import Consent, EndedReason, Subscriber
from notify.residents.services import Wish, request_sign_up
from tests import given
from tests.dispatch import world
from tests.dispatch.phones import PHONE, last_answer, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> dict[str, Area]:
    """A municipality, two places in it that were there, and one more."""
    areas = given.city()
    Area.objects.create(code="1490TB999", name="Dalsjöfors", parent=areas["Borås"])
    return given.city()


@pytest.fixture
def person(city: dict[str, Area]) -> Subscriber:
    """Somebody with three places."""
    return given.subscriber(PHONE, areas=[city["Äspered"], city["Fristad"], city["Dalsjöfors"]])


def left(person: Subscriber) -> list[str]:
    person.refresh_from_db()
    return [area.name for area in places_of(person)]


def test_stopp_ends_the_place_of_the_last_message_and_says_how_to_end_all(
    person: Subscriber, city: dict[str, Area], memory: MemoryChannel
) -> None:
    world.fan_out(areas=[city["Fristad"]])
    world.fan_out(areas=[city["Äspered"]])

    write("Stopp")

    assert left(person) == ["Fristad", "Dalsjöfors"]
    assert last_answer(memory) == (
        "Driftinformation: Du får inte längre sms om Äspered. Du får fortfarande sms om Fristad och "
        "Dalsjöfors. Svara STOPP ALLT för att avsluta allt, eller START om du ångrar dig."
    )
    assert person.consents.get(kind=Consent.Kind.OPT_OUT).words == "Stopp"


def test_it_says_so_in_english(city: dict[str, Area], memory: MemoryChannel) -> None:
    given.subscriber(PHONE, areas=[city["Äspered"], city["Fristad"]], language="en")
    world.fan_out(areas=[city["Äspered"]])

    write("stop please")

    assert last_answer(memory).startswith(
        "Driftinformation: You will get no more SMS about Äspered. You still get them about Fristad."
    )


def test_a_second_stopp_ends_everything(
    person: Subscriber, city: dict[str, Area], memory: MemoryChannel
) -> None:
    world.fan_out(areas=[city["Äspered"]])

    write("STOPP")
    write("STOPP")

    assert left(person) == []
    assert person.ended_reason == EndedReason.STOP
    assert "inga fler sms från oss" in last_answer(memory)


def test_the_same_stopp_delivered_twice_ends_one_place(
    person: Subscriber, city: dict[str, Area]
) -> None:
    world.fan_out(areas=[city["Äspered"]])

    write("STOPP", provider_id="SMonce")
    write("STOPP", provider_id="SMonce")

    assert left(person) == ["Fristad", "Dalsjöfors"]


def test_a_message_about_all_their_places_ends_everything(
    person: Subscriber, city: dict[str, Area]
) -> None:
    world.fan_out(areas=[city["Borås"]])

    write("STOPP")

    assert left(person) == []
    assert person.ended_at is not None


def test_a_message_about_two_of_them_ends_both(
    person: Subscriber, city: dict[str, Area], memory: MemoryChannel
) -> None:
    world.fan_out(areas=[city["Äspered"], city["Fristad"]])

    write("STOPP")

    assert left(person) == ["Dalsjöfors"]
    assert "inte längre sms om Fristad och Äspered." in last_answer(memory)


def test_who_follows_the_municipality_hears_no_more_of_a_place_in_it(
    city: dict[str, Area],
) -> None:
    person = given.subscriber(PHONE, areas=[city["Borås"], city["Äspered"]])
    given.subscriber(PHONE, areas=[city["Fristad"]])
    world.fan_out(areas=[city["Äspered"]])

    write("STOPP")

    assert left(person) == ["Fristad"]


@pytest.mark.parametrize("body", ["STOPP ALLT", "stop all", "Ta bort mitt nummer"])
def test_stopp_allt_ends_everything(person: Subscriber, city: dict[str, Area], body: str) -> None:
    world.fan_out(areas=[city["Äspered"]])

    write(body)

    assert left(person) == []


def test_without_a_message_stopp_ends_everything(person: Subscriber) -> None:
    write("STOPP")

    assert left(person) == []


def test_after_an_old_message_stopp_ends_everything(
    person: Subscriber, city: dict[str, Area]
) -> None:
    world.fan_out(areas=[city["Äspered"]])

    with time_machine.travel(timezone.now() + RECENT + timedelta(minutes=1), tick=False):
        write("STOPP")

    assert left(person) == []


def test_stopp_to_a_code_ends_everything(
    person: Subscriber, city: dict[str, Area], clock: Traveller
) -> None:
    world.fan_out(areas=[city["Äspered"]])
    clock.shift(timedelta(minutes=1))
    sign_up, code = request_sign_up(PHONE, Wish([city["Borås"]], [], "sv"), client="192.0.2.1")
    send_code(sign_up, code, PHONE)

    write("STOPP")

    assert left(person) == []


def test_what_the_provider_stopped_is_everything(person: Subscriber, city: dict[str, Area]) -> None:
    world.fan_out(areas=[city["Äspered"]])

    write("STOP", answered=True)

    assert left(person) == []


def test_a_message_about_a_place_that_they_have_left_on_the_web_ends_everything(
    person: Subscriber, city: dict[str, Area]
) -> None:
    world.fan_out(areas=[city["Äspered"]])
    theirs = person.subscriptions.filter(area=city["Äspered"])
    theirs.update(ended_at=timezone.now(), ended_reason=EndedReason.WEB)

    write("STOPP")

    assert left(person) == []


def test_a_message_of_another_service_ends_only_what_brought_it(city: dict[str, Area]) -> None:
    water, power = given.service("water"), given.service("power")
    person = given.subscriber(PHONE, areas=[city["Borås"]], services=[water])
    given.subscriber(PHONE, areas=[city["Äspered"]], services=[power])
    world.fan_out(areas=[city["Äspered"]], service=water)

    write("STOPP")

    assert left(person) == ["Äspered"]


# --- what is under way ------------------------------------------------------------------------


@pytest.mark.parametrize("move", [Move.UPDATE, Move.RESOLVE, Move.CANCEL])
def test_nothing_more_follows_about_that_place(
    person: Subscriber, city: dict[str, Area], move: Move
) -> None:
    [neighbour] = world.crowd(1)
    first = world.fan_out(areas=[city["Äspered"]])
    write("STOPP")

    following = world.expanded(move, world.alert_of(first))

    assert world.addressed(following) == [neighbour.pk]


@pytest.mark.parametrize("move", [Move.UPDATE, Move.RESOLVE])
def test_what_was_told_of_another_place_is_followed_up(
    person: Subscriber, city: dict[str, Area], move: Move
) -> None:
    elsewhere = world.fan_out(areas=[city["Fristad"]])
    world.fan_out(areas=[city["Äspered"]])
    write("STOPP")

    assert world.addressed(world.expanded(move, world.alert_of(elsewhere))) == [person.pk]


@pytest.mark.parametrize("move", [Move.UPDATE, Move.RESOLVE])
def test_who_changes_their_mind_hears_how_it_ends(
    person: Subscriber, city: dict[str, Area], move: Move
) -> None:
    first = world.fan_out(areas=[city["Äspered"]])
    write("STOPP")
    write("START")

    assert world.addressed(world.expanded(move, world.alert_of(first))) == [person.pk]


def test_what_is_queued_about_that_place_is_taken_back(
    person: Subscriber, city: dict[str, Area]
) -> None:
    first = world.fan_out(areas=[city["Äspered"]])
    about_it = world.expanded(Move.UPDATE, world.alert_of(first))
    elsewhere = world.expanded(areas=[city["Fristad"]])

    write("STOPP")

    queued = world.only(about_it)
    assert (queued.state, queued.error) == (State.WITHDRAWN, "opted_out")
    assert world.states(elsewhere) == [State.QUEUED]


def test_what_failed_is_not_tried_again_for_who_has_left_the_place(
    person: Subscriber, city: dict[str, Area], memory: MemoryChannel
) -> None:
    memory.fates[person.phone] = Outcome.FAILED
    missed = world.fan_out(areas=[city["Äspered"]])
    missed.deliveries.update(error="gave_up")
    assert retryable(missed) == 1
    memory.fates.clear()
    world.fan_out(areas=[city["Äspered"]])

    write("STOPP")

    assert retryable(missed) == 0
    write("START")
    assert retryable(missed) == 1


# --- a place that is named --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "stand"),
    [
        ("STOPP Fristad", ["Äspered", "Dalsjöfors"]),
        ("stopp fristad!", ["Äspered", "Dalsjöfors"]),
        ("Hej, avsluta ÄSPERED tack", ["Fristad", "Dalsjöfors"]),
        ("Stopp för Aspered", ["Fristad", "Dalsjöfors"]),
        # Anything more than the name, or a name that is none of theirs, ends everything.
        ("STOPP Fristad och allt annat", []),
        ("Stopp, jag bor inte i Fristad längre", []),
        ("STOPP Viskafors", []),
        ("STOPP ALLT", []),
    ],
)
def test_a_place_that_is_named_ends_whatever_the_last_message_was_about(
    person: Subscriber, city: dict[str, Area], body: str, stand: list[str]
) -> None:
    world.fan_out(areas=[city["Dalsjöfors"]])

    write(body)

    assert sorted(left(person)) == sorted(stand)


def test_a_part_of_a_long_name_is_enough(city: dict[str, Area]) -> None:
    long = Area.objects.create(code="x1", name="Gånghester och Målsryd", parent=city["Borås"])
    person = given.subscriber(PHONE, areas=[long, city["Fristad"]])

    write("stopp gånghester")

    assert left(person) == ["Fristad"]
