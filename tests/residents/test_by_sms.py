"""Leaving one place with a word, and coming back with another."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notify.residents.by_sms import come_back, end_places, places_of
from notify.residents.models import Consent, EndedReason, Subscriber
from notify.residents.services import end_subscriber, opt_out
from tests import given

pytestmark = pytest.mark.django_db

PHONE = "+46701740605"


@pytest.fixture
def person() -> Subscriber:
    """Somebody with three places; water alone in one."""
    city = given.city()
    given.subscriber(PHONE, areas=[city["Borås"], city["Fristad"]])
    return given.subscriber(PHONE, areas=[city["Äspered"]], services=[given.service("water")])


def names(person: Subscriber) -> list[str]:
    return [area.name for area in places_of(person)]


def ends(person: Subscriber, *places: str, words: str = "STOPP") -> list[str]:
    city = given.city()
    return [one.name for one in end_places(person, [city[name] for name in places], words=words)]


def comes_back(person: Subscriber) -> list[str]:
    return [one.name for one in come_back(person, words="START")]


def kinds(person: Subscriber) -> list[tuple[str, str, str]]:
    return list(person.consents.order_by("pk").values_list("kind", "source", "words"))


def test_one_place_ends_and_the_others_stand(person: Subscriber) -> None:
    assert ends(person, "Äspered") == ["Borås", "Fristad"]

    person.refresh_from_db()
    assert person.ended_at is None
    ended = person.subscriptions.get(area__name="Äspered")
    assert ended.ended_reason == EndedReason.STOP
    assert kinds(person)[-1] == ("opt-out", "sms", "STOPP")


def test_to_end_what_is_ended_changes_nothing(person: Subscriber) -> None:
    ends(person, "Äspered")
    before = kinds(person)

    assert ends(person, "Äspered") == ["Borås", "Fristad"]
    assert kinds(person) == before


def test_whoever_ends_the_last_place_leaves(person: Subscriber) -> None:
    assert ends(person, "Äspered", "Borås", "Fristad") == []

    person.refresh_from_db()
    assert person.ended_reason == EndedReason.STOP
    assert person.consents.filter(kind=Consent.Kind.OPT_OUT).count() == 1


def test_start_undoes_the_last_place(person: Subscriber) -> None:
    ends(person, "Äspered")

    assert comes_back(person) == ["Äspered"]
    assert names(person) == ["Borås", "Fristad", "Äspered"]
    again = person.subscriptions.get(area__name="Äspered", ended_at=None)
    assert again.service == given.service("water")
    assert kinds(person)[-1] == ("opt-in", "sms", "START")


def test_start_brings_back_everybody_who_left_with_all_they_had(person: Subscriber) -> None:
    opt_out(PHONE, source=Consent.Source.SMS, words="STOPP ALLT")

    assert comes_back(person) == ["Borås", "Fristad", "Äspered"]
    person.refresh_from_db()
    assert (person.ended_at, person.ended_reason) == (None, "")


def test_two_stopps_in_a_row_are_one_goodbye(person: Subscriber) -> None:
    ends(person, "Äspered")
    opt_out(PHONE, source=Consent.Source.SMS)

    assert comes_back(person) == ["Borås", "Fristad", "Äspered"]


def test_what_was_ended_long_before_stays_ended(person: Subscriber) -> None:
    ends(person, "Äspered")
    with time_machine.travel(timezone.now() + timedelta(days=20), tick=False):
        opt_out(PHONE, source=Consent.Source.SMS)

        assert comes_back(person) == ["Borås", "Fristad"]


def test_start_twice_brings_back_once(person: Subscriber) -> None:
    ends(person, "Äspered")

    assert comes_back(person) == ["Äspered"]
    assert comes_back(person) == []
    assert person.subscriptions.filter(ended_at=None).count() == 3


def test_stop_and_start_again_and_again_leave_one_of_each(person: Subscriber) -> None:
    for _time in range(3):
        ends(person, "Äspered")
        assert comes_back(person) == ["Äspered"]

    assert person.subscriptions.filter(ended_at=None).count() == 3


def test_start_does_not_bring_back_who_left_on_the_web(person: Subscriber) -> None:
    ends(person, "Äspered")
    end_subscriber(person, source=Consent.Source.WEB)

    assert comes_back(person) == []
    person.refresh_from_db()
    assert person.ended_at is not None


def test_start_brings_back_whom_the_provider_said_had_left(person: Subscriber) -> None:
    end_subscriber(person, source=Consent.Source.PROVIDER)

    assert comes_back(person) == ["Borås", "Fristad", "Äspered"]


def test_a_choice_made_since_is_not_touched(person: Subscriber) -> None:
    ends(person, "Äspered")
    given.subscriber(PHONE, areas=[given.city()["Äspered"]], services=[given.service("power")])

    assert comes_back(person) == []
    again = person.subscriptions.get(area__name="Äspered", ended_at=None)
    assert again.service == given.service("power")


def test_a_place_out_of_use_stays_ended(person: Subscriber) -> None:
    opt_out(PHONE, source=Consent.Source.SMS)
    fristad = given.city()["Fristad"]
    fristad.active = False
    fristad.save()

    assert comes_back(person) == ["Borås", "Äspered"]


def test_of_a_place_that_was_ended_twice_only_the_last_choice_comes_back(
    person: Subscriber,
) -> None:
    ends(person, "Äspered")
    given.subscriber(PHONE, areas=[given.city()["Äspered"]], serious_only=True)
    ends(person, "Äspered")

    assert comes_back(person) == ["Äspered"]
    standing = person.subscriptions.filter(ended_at=None, area__name="Äspered")
    [one] = standing
    assert one.service is None
    assert one.serious_only
