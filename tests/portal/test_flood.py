"""A flood of sign-ups, from many computers at once, each with a number of its own: what it costs."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from notify.dispatch.models import DirectMessage, State
from notify.residents.models import Refusal, SignUp
from tests import given
from tests.portal.steps import WRITTEN, filled
from tests.portal.world import sent_code

pytestmark = pytest.mark.django_db(transaction=True)

BUDGET, RESERVE = 40, 8
THREADS, FLOOD = 8, 96


def flood(ask: Callable[[Client, int], int]) -> Counter[int]:
    """How often each status came, when computers that were never seen before ask side by side."""
    together = threading.Barrier(THREADS)

    def computer(number: int) -> int:
        if number < THREADS:
            together.wait()
        try:
            return ask(Client(REMOTE_ADDR=f"2001:db8:{number:x}::1"), number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(threads.map(computer, range(FLOOD)))


def paid() -> int:
    """SMS with codes that were not withheld: each is sent, and costs us."""
    return DirectMessage.objects.exclude(state=State.WITHDRAWN).count()


@pytest.fixture(autouse=True)
def _budget(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_HOUR = BUDGET
    settings.CODE_WAIT_SECONDS = 0


def test_a_flood_costs_at_most_the_budget_and_keeps_no_subscriber_out(client: Client) -> None:
    form = filled()
    given.subscriber("+46701740605")

    def subscribe(computer: Client, number: int) -> int:
        wanted = form | {"phone": f"+4670{number:03d}1234", "form": ""}
        return computer.post("/subscribe/", wanted).status_code

    def come_back(computer: Client, number: int) -> int:
        return computer.post("/manage/", {"phone": f"+4672{number:03d}1234"}).status_code

    # One code is gone before: the subscriber's own.
    open_to_all = BUDGET - RESERVE - 1
    assert flood(subscribe) == {302: open_to_all, 429: FLOOD - open_to_all}
    assert paid() == open_to_all

    assert flood(come_back) == {302: FLOOD}, "answered like everybody, and sent nothing"
    assert paid() == open_to_all

    page = client.post("/manage/", {"phone": WRITTEN})["Location"]
    assert client.post(page, {"code": sent_code()})["Location"] == "/manage/"
    assert paid() == open_to_all + 1 <= BUDGET
    refusal = Refusal.objects.get()
    assert (refusal.limit, refusal.times) == ("budget", FLOOD - open_to_all)


def test_whoever_owns_a_range_of_numbers_earns_from_its_limit_alone(settings: Settings) -> None:
    form = filled()
    settings.CODE_LIMIT_PER_RANGE_PER_HOUR = 5

    def subscribe(computer: Client, number: int) -> int:
        wanted = form | {"phone": f"+46701740{number:03d}", "form": ""}
        return computer.post("/subscribe/", wanted).status_code

    assert flood(subscribe) == {302: 5, 429: FLOOD - 5}
    assert paid() == 5
    assert Client().post("/subscribe/", form | {"phone": "070-175 06 05"}).status_code == 302


def test_who_does_not_wait_gets_half_of_the_budget(settings: Settings) -> None:
    form = filled()
    settings.CODE_WAIT_SECONDS = 30

    def subscribe(computer: Client, number: int) -> int:
        wanted = form | {"phone": f"+4673{number:03d}1234", "form": ""}
        return computer.post("/subscribe/", wanted).status_code

    assert flood(subscribe) == {302: BUDGET // 2, 429: FLOOD - BUDGET // 2}
    assert SignUp.objects.count() == paid() == BUDGET // 2
