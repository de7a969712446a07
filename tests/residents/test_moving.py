"""Changing number: everything goes along, and each number keeps its own record."""

from __future__ import annotations

import pytest
from django.utils import translation

from notify.residents import managing
from notify.residents.models import Consent, SignUp, Subscriber
from notify.residents.moving import NumberTaken, is_number_of, move_number
from notify.residents.secrecy import blind_index
from notify.residents.services import (
    Wish,
    WrongCode,
    find_subscriber,
    known_subscriber,
    opt_out,
    renew_sign_up,
    request_sign_up,
)
from tests import given

pytestmark = pytest.mark.django_db

OLD = "+46701740605"
NEW = "+46701740606"
NOTHING = Wish([], [], "sv")
MOVE, MANAGE = SignUp.Purpose.MOVE, SignUp.Purpose.MANAGE


def ask(mover: Subscriber, phone: str = NEW) -> tuple[SignUp, str]:
    return request_sign_up(phone, NOTHING, client="192.0.2.1", purpose=MOVE, moves=mover)


def move(mover: Subscriber, phone: str = NEW) -> SignUp:
    sign_up, code = ask(mover, phone)
    return move_number(sign_up.key, code)


def record(phone: str) -> list[tuple[str, str]]:
    """What is on record of a number, oldest first."""
    found = Consent.objects.filter(subscriber__phone_index=blind_index(phone))
    return list(found.values_list("kind", "source"))


def test_asking_moves_nothing() -> None:
    mover = given.subscriber(OLD)
    _sign_up, _code = ask(mover)

    assert find_subscriber(OLD) == mover
    assert known_subscriber(NEW) is None


def test_everything_goes_along_and_nothing_stands_on_the_old_number() -> None:
    city = given.city()
    given.subscriber(OLD, areas=[city["Fristad"]], serious_only=True, language="en")
    mover = given.subscriber(OLD, language="en")

    move(mover)

    moved = find_subscriber(NEW)
    assert moved == mover
    assert moved is not None
    assert (moved.phone, moved.language) == (NEW, "en")
    places = [(one.area.name, one.serious_only) for one in managing.places_of(moved)]
    assert places == [("Fristad", True), ("Äspered", False)]
    assert is_number_of(moved, NEW)
    assert find_subscriber(OLD) is None


def test_a_number_that_another_tab_has_moved_to_is_not_moved_to_twice() -> None:
    mover = given.subscriber(OLD)
    (first, code), (second, other) = ask(mover), ask(mover)
    move_number(first.key, code)

    opened = move_number(second.key, other)

    assert managing.subscriber_of(opened) == mover
    assert record(NEW) == [("opt-in", "web")]
    assert record(OLD) == [("opt-in", "web"), ("moved", "web")]


def test_each_number_keeps_its_own_record_and_the_old_one_says_what_became_of_it() -> None:
    mover = given.subscriber(OLD)

    move(mover)

    gone = known_subscriber(OLD)
    assert gone is not None
    assert (gone.phone, gone.ended_reason) == (OLD, "moved")
    assert gone.ended_at is not None
    assert record(OLD) == [("opt-in", "web"), ("moved", "web")]
    assert record(NEW) == [("opt-in", "web")]


def test_a_number_that_left_once_takes_over_and_its_own_record_stays_with_it() -> None:
    mover = given.subscriber(OLD)
    given.subscriber(NEW)
    opt_out(NEW, source="sms", words="STOPP")

    move(mover)

    assert find_subscriber(NEW) == mover
    assert record(NEW) == [("opt-in", "web"), ("opt-out", "sms"), ("opt-in", "web")]
    assert record(OLD) == [("opt-in", "web"), ("moved", "web")]
    assert Subscriber.objects.count() == 2


def test_there_and_back_again() -> None:
    mover = given.subscriber(OLD)

    move(mover)
    move(mover, OLD)

    assert find_subscriber(OLD) == mover
    assert find_subscriber(NEW) is None
    assert record(OLD) == [("opt-in", "web"), ("moved", "web"), ("opt-in", "web")]
    assert record(NEW) == [("opt-in", "web"), ("moved", "web")]


def test_a_number_that_something_stands_on_is_not_taken_over() -> None:
    mover, neighbour = given.subscriber(OLD), given.subscriber(NEW)
    sign_up, code = ask(mover)

    with translation.override("en"), pytest.raises(NumberTaken, match="gets SMS from us already"):
        move_number(sign_up.key, code)

    assert (find_subscriber(OLD), find_subscriber(NEW)) == (mover, neighbour)
    opt_out(NEW, source="web")
    assert move_number(sign_up.key, code).moves == mover


def test_whoever_left_meanwhile_is_not_brought_back() -> None:
    mover = given.subscriber(OLD)
    sign_up, code = ask(mover)
    opt_out(OLD, source="sms", words="STOPP")

    with pytest.raises(WrongCode):
        move_number(sign_up.key, code)

    assert find_subscriber(NEW) is None
    assert record(OLD) == [("opt-in", "web"), ("opt-out", "sms")]


def test_the_code_twice_moves_once_and_a_wrong_one_nothing() -> None:
    mover = given.subscriber(OLD)
    sign_up, code = ask(mover)
    with pytest.raises(WrongCode):
        move_number(sign_up.key, f"{(int(code) + 1) % 10**6:06d}")
    assert find_subscriber(OLD) == mover

    assert move_number(sign_up.key, code) == move_number(sign_up.key, code)

    assert record(OLD) == [("opt-in", "web"), ("moved", "web")]


def test_a_second_code_is_for_the_same_move() -> None:
    mover = given.subscriber(OLD)
    lost, _code = ask(mover)

    renewed, code = renew_sign_up(lost, client="192.0.2.1")
    move_number(renewed.key, code)

    assert find_subscriber(NEW) == mover


def test_the_session_goes_along_and_those_of_the_old_number_are_closed() -> None:
    mover = given.subscriber(OLD)
    manage, code = request_sign_up(OLD, NOTHING, client="192.0.2.1", purpose=MANAGE)
    managing.open_session(manage.key, code)

    moved = managing.session(move(mover).key)

    assert moved is not None
    assert managing.subscriber_of(moved) == mover
    assert managing.session(manage.key) is None
