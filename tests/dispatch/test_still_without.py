"""Who is still without after an all-clear that asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from notify.alerts.models import Alert, Area
from notify.alerts.vocabulary import Move
from notify.channels.memory import MemoryChannel
from notify.dispatch.expand import expand
from notify.dispatch.models import Dispatch, StillWithout
from notify.dispatch.still_without import ASKED_FOR, answers_to, people_without
from notify.residents.models import Subscriber
from tests import given
from tests.dispatch import world
from tests.dispatch.phones import PHONE, answers, last_answer, write

pytestmark = pytest.mark.django_db

NEIGHBOUR = "+46701740606"


def over(*, asks: bool = True, areas: list[Area] | None = None) -> Alert:
    """Water was off; the all-clear has reached everybody."""
    first = world.fan_out(areas=areas or [given.city()["Äspered"]])
    dispatch = world.say(Move.RESOLVE, world.alert_of(first), asks=asks)
    expand(dispatch.pk)
    world.work()
    return world.alert_of(first)


def counted(alert: Alert) -> dict[str, int]:
    found = answers_to(alert)
    assert found
    return {area.name: people for area, people in found.areas}


@pytest.fixture
def person() -> Subscriber:
    return given.subscriber(PHONE)


def test_the_all_clear_asks_in_the_readers_language(
    person: Subscriber, memory: MemoryChannel
) -> None:
    over()

    notice, _recipient = memory.sent[-1]
    assert notice.question["sv"] == "Svara 1 om du fortfarande saknar vatten."
    assert notice.question["en"] == "Reply 1 if you are still without water."


@pytest.mark.parametrize("body", ["1", "3", "Ingen vatten", "ja", "no water here"])
def test_an_answer_is_counted_and_confirmed(
    person: Subscriber, memory: MemoryChannel, body: str
) -> None:
    alert = over()

    write(body)

    assert counted(alert) == {"Äspered": 1}
    assert last_answer(memory) == (
        "Driftinformation: Tack. Vi har noterat att det inte är klart hos dig. Svara 0 när det "
        "fungerar."
    )


def test_a_person_counts_once(person: Subscriber, memory: MemoryChannel) -> None:
    alert = over()

    for _time in range(3):
        write("1")
    write("ingen vatten", provider_id="SMonce")
    write("ingen vatten", provider_id="SMonce")

    assert counted(alert) == {"Äspered": 1}
    assert len(answers(memory)) == 1


def test_who_writes_that_it_works_is_counted_no_more(
    person: Subscriber, memory: MemoryChannel
) -> None:
    alert = over()
    write("1")

    write("Nu funkar det!")

    assert counted(alert) == {}
    assert "fungerar hos dig nu" in last_answer(memory)


def test_who_was_never_counted_is_not_answered_that_it_works(
    person: Subscriber, memory: MemoryChannel
) -> None:
    over()

    write("nej tack")

    assert answers(memory) == []


@pytest.mark.parametrize("body", ["1", "ingen vatten", "0"])
def test_who_was_not_asked_is_not_counted(
    person: Subscriber, memory: MemoryChannel, body: str
) -> None:
    alert = over(asks=False)

    write(body)

    assert answers_to(alert) is None
    assert not StillWithout.objects.exists()
    assert answers(memory) == []


def test_a_stranger_is_not_counted(person: Subscriber, memory: MemoryChannel) -> None:
    alert = over()
    given.subscriber(NEIGHBOUR)

    write("1", address=NEIGHBOUR)
    write("1", address="+46701740699")

    assert counted(alert) == {}
    assert answers(memory) == []


def test_an_answer_that_comes_days_later_is_small_talk(person: Subscriber) -> None:
    alert = over()

    with time_machine.travel(timezone.now() + ASKED_FOR + timedelta(minutes=1), tick=False):
        write("1")

    assert counted(alert) == {}


def test_stopp_is_stopp_also_here(person: Subscriber) -> None:
    alert = over()

    write("1. stopp")

    person.refresh_from_db()
    assert person.ended_at is not None
    assert counted(alert) == {}


def test_people_count_where_they_live_and_no_more_widely_than_the_alert() -> None:
    city = given.city()
    given.subscriber(PHONE, areas=[city["Borås"], city["Äspered"]])
    given.subscriber(NEIGHBOUR, areas=[city["Borås"]])
    given.subscriber("+46701740607", areas=[city["Fristad"]])
    alert = over(areas=[city["Äspered"], city["Fristad"]])

    for phone in (PHONE, NEIGHBOUR, "+46701740607"):
        write("1", address=phone)

    # Whoever follows all of the municipality may be hit in either place.
    assert counted(alert) == {"Äspered": 2, "Fristad": 2}
    found = answers_to(alert)
    assert found
    assert (found.people, found.asked) == (3, 3)
    assert people_without([alert]) == {alert.pk: 3}


def test_whoever_is_erased_is_counted_no_more(person: Subscriber) -> None:
    alert = over()
    write("1")

    person.delete()

    assert counted(alert) == {}


@pytest.mark.parametrize("move", [Move.PUBLISH, Move.UPDATE, Move.CANCEL])
def test_only_an_all_clear_asks(person: Subscriber, move: Move) -> None:
    alert = world.alert_of(world.fan_out()) if move != Move.PUBLISH else None

    dispatch = world.say(move, alert, asks=True)

    assert not dispatch.asks
    assert dispatch.notice.question == {}


def test_nobody_is_asked_who_cannot_reply(person: Subscriber, settings: Settings) -> None:
    settings.SMS_REPLIES = False

    assert answers_to(over()) is None
    assert all(one.notice.question == {} for one in Dispatch.objects.all())


def test_an_answer_costs_the_same_however_many_have_answered(person: Subscriber) -> None:
    def cost(phone: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            write("1", address=phone)
        return len([one for one in captured if "SAVEPOINT" not in one["sql"]])

    crowd = world.crowd(30)
    over()
    first = cost(PHONE)
    others = [cost(one.phone) for one in crowd]

    assert StillWithout.objects.count() == 31
    assert set(others) == {first}
    assert first <= 14
