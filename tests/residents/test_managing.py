"""Managing what stands on a number: only after its code, for some minutes, once however often."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts.models import Area
from notify.residents import managing
from notify.residents.limits import TooManyCodes
from notify.residents.models import Consent, EndedReason, SignUp, Subscriber, Subscription
from notify.residents.services import (
    AlreadyRequested,
    Wish,
    WrongCode,
    confirm_sign_up,
    opt_out,
    renew_sign_up,
    request_sign_up,
)
from tests import given

pytestmark = pytest.mark.django_db

PHONE = "+46701740605"
NOTHING = Wish([], [], "sv")


def ask(phone: str = PHONE) -> tuple[SignUp, str]:
    return request_sign_up(phone, NOTHING, client="192.0.2.1", purpose=SignUp.Purpose.MANAGE)


def opened(phone: str = PHONE) -> SignUp:
    """The session of somebody who has typed the code."""
    sign_up, code = ask(phone)
    found = managing.session(managing.open_session(sign_up.key, code).key)
    assert found
    return found


def wish(*places: str, services: tuple[str, ...] = (), serious_only: bool = False) -> Wish:
    city = given.city()
    chosen = [given.service(slug) for slug in services]
    return Wish([city[place] for place in places], chosen, "en", serious_only)


def standing(subscriber: Subscriber) -> dict[str, tuple[list[str], bool]]:
    """Services and measure by place, as a person sees them; no services for every one."""
    return {
        one.area.name: ([service.slug for service in one.services], one.serious_only)
        for one in managing.places_of(subscriber)
    }


def at(place: str) -> str:
    return Area.objects.get(name=place).code


# --- the session ------------------------------------------------------------------------------


def test_the_code_opens_a_session_for_as_long_as_the_setting_says(settings: Settings) -> None:
    settings.MANAGE_MINUTES = 3
    key = opened().key

    with time_machine.travel(timezone.now() + timedelta(minutes=2.9), tick=False):
        assert managing.session(key)
    with time_machine.travel(timezone.now() + timedelta(minutes=3.1), tick=False):
        assert managing.session(key) is None


def test_without_the_code_there_is_no_session() -> None:
    sign_up, code = ask()
    with pytest.raises(WrongCode):
        managing.open_session(sign_up.key, f"{(int(code) + 1) % 10**6:06d}")

    assert managing.session(sign_up.key) is None


def test_a_code_to_subscribe_opens_no_session_and_a_code_to_manage_subscribes_nobody() -> None:
    to_subscribe, code = request_sign_up(PHONE, wish("Äspered"), client="192.0.2.1")
    with pytest.raises(WrongCode):
        managing.open_session(to_subscribe.key, code)
    to_manage, code = ask()
    with pytest.raises(WrongCode):
        confirm_sign_up(to_manage.key, code)

    assert not Subscriber.objects.exists()
    assert managing.session(to_subscribe.key) is managing.session(to_manage.key) is None


def test_the_code_twice_is_one_session_that_lasts_no_longer() -> None:
    sign_up, code = ask()
    managing.open_session(sign_up.key, code)
    until = SignUp.objects.get().open_until

    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        managing.open_session(sign_up.key, code)

    assert SignUp.objects.get().open_until == until


def test_what_was_closed_is_opened_by_no_used_code() -> None:
    sign_up, code = ask()
    managing.open_session(sign_up.key, code)
    managing.close_session(sign_up)

    managing.open_session(sign_up.key, code)

    assert managing.session(sign_up.key) is None


def test_managing_meets_the_same_limits_as_subscribing(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_NUMBER_PER_HOUR = 2
    given.subscriber(PHONE)
    ask()

    with pytest.raises(TooManyCodes):
        ask()


def test_a_double_click_asks_for_one_code_and_a_second_code_is_for_the_same() -> None:
    form, purpose = uuid.uuid4(), SignUp.Purpose.MANAGE
    first, _code = request_sign_up(PHONE, NOTHING, client="a", form=form, purpose=purpose)
    with pytest.raises(AlreadyRequested):
        request_sign_up(PHONE, NOTHING, client="a", form=form, purpose=purpose)

    renewed, code = renew_sign_up(first, client="a")

    assert managing.open_session(renewed.key, code).purpose == purpose


def test_a_number_that_nothing_stands_on_has_a_session_too() -> None:
    assert managing.subscriber_of(opened()) is None


# --- what stands ------------------------------------------------------------------------------


def test_every_place_is_told_once_with_all_its_services(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    city, water, power = given.city(), given.service("water"), given.service("power")
    given.subscriber(PHONE, areas=[city["Fristad"]], services=[water, power])
    given.subscriber(PHONE, areas=[city["Äspered"]], serious_only=True)
    subscriber = Subscriber.objects.get()

    with django_assert_num_queries(1):
        found = managing.places_of(subscriber)

    assert [one.area.name for one in found] == ["Fristad", "Äspered"]
    services, serious_only = standing(subscriber)["Fristad"]
    assert (set(services), serious_only) == ({"water", "power"}, False)
    assert standing(subscriber)["Äspered"] == ([], True)


def test_a_place_added_stands_beside_the_others_and_is_consented_to() -> None:
    subscriber = given.subscriber(PHONE)

    managing.add_places(opened(), wish("Fristad", services=("water",), serious_only=True))

    assert standing(subscriber) == {"Äspered": ([], False), "Fristad": (["water"], True)}
    assert Subscriber.objects.get().language == "sv"
    assert Consent.objects.filter(kind="opt-in").count() == 2


def test_a_number_that_left_comes_back_with_the_places_it_chooses() -> None:
    subscriber = given.subscriber(PHONE)
    opt_out(PHONE, source="sms", words="STOPP")

    managing.add_places(opened(), wish("Fristad"))

    assert standing(subscriber) == {"Fristad": ([], False)}
    assert Subscriber.objects.get().ended_at is None
    assert [one.kind for one in Consent.objects.all()] == ["opt-in", "opt-out", "opt-in"]


def test_a_place_is_changed_and_the_others_are_not() -> None:
    city = given.city()
    subscriber = given.subscriber(PHONE, areas=[city["Äspered"], city["Fristad"]])

    stood = managing.change_place(
        subscriber, at("Fristad"), [given.service("power")], serious_only=True
    )

    assert stood
    assert standing(subscriber) == {"Äspered": ([], False), "Fristad": (["power"], True)}
    replaced = Subscription.objects.exclude(ended_at=None)
    assert [row.ended_reason for row in replaced] == [EndedReason.REPLACED]


def test_saving_what_stands_already_changes_nothing() -> None:
    subscriber = given.subscriber(PHONE, services=[given.service("power")])

    for _click in range(2):
        managing.change_place(
            subscriber, at("Äspered"), [given.service("power")], serious_only=False
        )

    assert Subscription.objects.count() == 1


def test_a_place_that_another_tab_ended_is_not_brought_back() -> None:
    city = given.city()
    subscriber = given.subscriber(PHONE, areas=[city["Äspered"], city["Fristad"]])
    managing.end_place(subscriber, at("Fristad"))

    stood = managing.change_place(subscriber, at("Fristad"), [], serious_only=False)

    assert not stood
    assert standing(subscriber) == {"Äspered": ([], False)}


def test_one_place_ends_and_the_others_stay() -> None:
    city = given.city()
    subscriber = given.subscriber(PHONE, areas=[city["Äspered"], city["Fristad"]])

    assert managing.end_place(subscriber, at("Fristad"))
    assert managing.end_place(subscriber, at("Fristad"))

    assert standing(subscriber) == {"Äspered": ([], False)}
    ended = Subscription.objects.get(area__name="Fristad")
    assert (ended.ended_reason, Subscriber.objects.get().ended_at) == (EndedReason.WEB, None)


def test_whoever_ends_the_last_place_has_left_and_it_is_on_record() -> None:
    subscriber = given.subscriber(PHONE)

    assert not managing.end_place(subscriber, at("Äspered"))
    assert not managing.end_place(subscriber, at("Äspered"))

    assert Subscriber.objects.get().ended_reason == EndedReason.WEB
    assert [(one.kind, one.source) for one in Consent.objects.all()] == [
        ("opt-in", "web"),
        ("opt-out", "web"),
    ]


def test_whoever_has_left_meanwhile_changes_nothing() -> None:
    subscriber = given.subscriber(PHONE)
    opt_out(PHONE, source="sms", words="STOPP")

    assert not managing.change_place(subscriber, at("Äspered"), [], serious_only=True)
    assert not managing.end_place(subscriber, at("Äspered"))
    assert Consent.objects.count() == 2


def test_a_pause_ends_by_itself_by_hand_or_with_a_new_sign_up() -> None:
    subscriber = given.subscriber(PHONE)
    until = timezone.now() + timedelta(days=2)

    managing.pause(subscriber, until)
    assert Subscriber.objects.get().paused
    with time_machine.travel(until, tick=False):
        assert not Subscriber.objects.get().paused
    managing.resume(subscriber)
    assert not Subscriber.objects.get().paused

    managing.pause(subscriber, until)
    managing.add_places(opened(), wish("Fristad"))
    assert Subscriber.objects.get().paused
    given.subscriber(PHONE)
    assert not Subscriber.objects.get().paused


def test_what_waits_for_the_morning_is_chosen_and_kept_by_who_comes_back() -> None:
    subscriber = given.subscriber(PHONE)
    assert subscriber.nights == Subscriber.Nights.PLANNED

    managing.change_nights(subscriber, Subscriber.Nights.ROUTINE)
    opt_out(PHONE, source="sms", words="STOPP")

    assert given.subscriber(PHONE).nights == Subscriber.Nights.ROUTINE


def test_the_language_is_changed() -> None:
    managing.change_language(given.subscriber(PHONE), "en")

    assert Subscriber.objects.get().language == "en"
