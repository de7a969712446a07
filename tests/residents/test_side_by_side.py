"""Requests that arrive at the same moment, on a database where they really do."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from pytest_django import Settings

from notify.residents import managing
from notify.residents.limits import TooManyCodes
from notify.residents.models import Consent, SignUp, Subscriber, Subscription
from notify.residents.moving import move_number
from notify.residents.services import (
    AlreadyRequested,
    Wish,
    WrongCode,
    confirm_sign_up,
    request_sign_up,
)
from tests import given

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PHONE = "+46701740605"
MANY = 8


def at_once(act: Callable[[int], object]) -> Counter[str]:
    """How often each outcome came, when ``MANY`` threads act at the same moment."""
    together = threading.Barrier(MANY)

    def run(number: int) -> str:
        together.wait()
        try:
            act(number)
        except (AlreadyRequested, TooManyCodes, WrongCode) as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(MANY) as threads:
        return Counter(threads.map(run, range(MANY)))


def test_a_double_click_is_one_request() -> None:
    form, wish = uuid.uuid4(), Wish([given.city()["Äspered"]], [], "sv")

    outcomes = at_once(lambda _: request_sign_up(PHONE, wish, client="192.0.2.1", form=form))

    assert outcomes == {"done": 1, "AlreadyRequested": MANY - 1}
    assert SignUp.objects.count() == 1


def test_nobody_slips_past_the_limit(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_NUMBER_PER_HOUR = 3
    wish = Wish([given.city()["Äspered"]], [], "sv")

    outcomes = at_once(lambda number: request_sign_up(PHONE, wish, client=f"192.0.2.{number}"))

    assert outcomes == {"done": 3, "TooManyCodes": MANY - 3}


def test_guesses_side_by_side_are_all_counted() -> None:
    wish = Wish([given.city()["Äspered"]], [], "sv")
    sign_up, code = request_sign_up(PHONE, wish, client="192.0.2.1")

    outcomes = at_once(lambda _: confirm_sign_up(sign_up.key, f"{(int(code) + 1) % 10**6:06d}"))

    assert outcomes == {"WrongCode": MANY}
    sign_up.refresh_from_db()
    assert sign_up.attempts_left == 0


def test_the_right_code_side_by_side_subscribes_once() -> None:
    wish = Wish([given.city()["Äspered"]], [], "sv")
    sign_up, code = request_sign_up(PHONE, wish, client="192.0.2.1")

    outcomes = at_once(lambda _: confirm_sign_up(sign_up.key, code))

    assert outcomes == {"done": MANY}
    assert Subscriber.objects.count() == Subscription.objects.count() == 1


def test_two_sign_ups_of_one_number_confirmed_at_once_make_one_subscriber() -> None:
    wish = Wish([given.city()["Äspered"]], [], "sv")
    sent = [
        request_sign_up(f"+4670174060{n % 2}", wish, client=f"192.0.2.{n}") for n in range(MANY)
    ]

    outcomes = at_once(lambda number: confirm_sign_up(sent[number][0].key, sent[number][1]))

    assert outcomes == {"done": MANY}
    assert Subscriber.objects.count() == 2
    assert Subscription.objects.filter(ended_at=None).count() == 2


@pytest.mark.parametrize("known", [True, False])
def test_tabs_that_add_the_same_place_at_once_leave_one_subscription(known: bool) -> None:
    if known:
        given.subscriber(PHONE)
    wish = Wish([given.city()["Fristad"]], [given.service()], "sv")
    opened = session_of(PHONE)

    outcomes = at_once(lambda _: managing.add_places(opened, wish))

    assert outcomes == {"done": MANY}
    standing = Subscription.objects.filter(ended_at=None, area__name="Fristad")
    assert standing.count() == Subscriber.objects.count() == 1


def test_one_tab_that_changes_a_place_and_one_that_ends_it_leave_nothing_half_done() -> None:
    city = given.city()
    person = given.subscriber(PHONE, areas=[city["Äspered"], city["Fristad"]])
    code = city["Fristad"].code

    def tab(number: int) -> None:
        if number % 2:
            managing.end_place(person, code)
        else:
            managing.change_place(person, code, [], serious_only=bool(number % 4))

    assert at_once(tab) == {"done": MANY}
    standing = Subscription.objects.filter(ended_at=None)
    assert [row.area.name for row in standing] == ["Äspered"]


def test_the_code_to_a_new_number_side_by_side_moves_once() -> None:
    person = given.subscriber(PHONE)
    sign_up, code = request_sign_up(
        "+46701740606",
        Wish([], [], "sv"),
        client="192.0.2.1",
        purpose=SignUp.Purpose.MOVE,
        moves=person,
    )

    outcomes = at_once(lambda _: move_number(sign_up.key, code))

    assert outcomes == {"done": MANY}
    assert Consent.objects.filter(kind="moved").count() == 1
    person.refresh_from_db()
    assert person.phone == "+46701740606"


def session_of(phone: str) -> SignUp:
    """Whoever has typed the code to manage a number."""
    sign_up, code = request_sign_up(
        phone, Wish([], [], "sv"), client="192.0.2.1", purpose=SignUp.Purpose.MANAGE
    )
    return managing.open_session(sign_up.key, code)
