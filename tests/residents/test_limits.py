"""How many codes may be asked for, who must wait first, and what the operator gets to know."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries, Settings

from notify.residents.limits import Asker, TooManyCodes, budget_used, put_down, refusals, room
from notify.residents.marks import block_codes
from notify.residents.models import Refusal, SignUp
from notify.residents.services import Wish, opt_out, renew_sign_up, request_sign_up
from notify.residents.waiting import MustWait
from tests import given

pytestmark = pytest.mark.django_db

PHONE, NEIGHBOUR = "+46701740605", "+46701740606"
SUBSCRIBE, MANAGE, MOVE = SignUp.Purpose.SUBSCRIBE, SignUp.Purpose.MANAGE, SignUp.Purpose.MOVE


@pytest.fixture(autouse=True)
def _nobody_waits(settings: Settings) -> None:
    """Where it is about limits alone; who tests the wait asks for it."""
    settings.CODE_WAIT_SECONDS = 0


@pytest.fixture
def waits(settings: Settings) -> int:
    """Half a minute for whoever is near the limit of two codes per client."""
    settings.CODE_LIMIT_PER_CLIENT_PER_HOUR = 4
    settings.CODE_WAIT_SECONDS = 30
    return 30


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as travelling:
        yield travelling


def ask(
    phone: str = PHONE,
    client: str = "192.0.2.1",
    purpose: SignUp.Purpose = SUBSCRIBE,
    form: uuid.UUID | None = None,
    ticket: str = "",
) -> SignUp:
    places = [given.city()["Äspered"]] if purpose == SUBSCRIBE else []
    wish = Wish(places, [], "sv")
    return request_sign_up(phone, wish, client=client, purpose=purpose, form=form, ticket=ticket)[0]


def numbers(count: int) -> list[str]:
    """So many numbers, each of a range of its own, where nobody has a phone: 079-0…"""
    return [f"+46790{number:03d}000" for number in range(count)]


def fill(count: int) -> None:
    """So many codes, to numbers and clients that have nothing to do with anybody."""
    for number, phone in enumerate(numbers(count)):
        ask(phone, f"198.51.100.{number}")


# --- each limit -------------------------------------------------------------------------------


def test_a_number_gets_so_many_codes_an_hour(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_NUMBER_PER_HOUR = 2
    ask(client="192.0.2.1")
    ask(client="192.0.2.2")

    with translation.override("en"), pytest.raises(TooManyCodes, match="Try again in an hour"):
        ask(client="192.0.2.3")
    ask(NEIGHBOUR)
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        ask()


def test_a_client_may_ask_for_so_many_codes_an_hour(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_CLIENT_PER_HOUR = 2
    ask(PHONE)
    ask(NEIGHBOUR)

    with pytest.raises(TooManyCodes):
        ask("+46701740607")
    ask("+46701740607", client="192.0.2.2")


def test_a_range_of_ten_thousand_numbers_gets_so_many_codes_an_hour(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_RANGE_PER_HOUR = 3
    for last in ("0000", "5555", "9999"):
        ask(f"+4670174{last}", client=f"192.0.2.{last[0]}")

    with pytest.raises(TooManyCodes):
        ask("+46701741234", client="192.0.2.7")
    ask("+46701750000", client="192.0.2.7")  # the next range is somebody else's
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        ask("+46701741234", client="192.0.2.7")


def test_everybody_together_gets_so_many_codes_an_hour(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_HOUR = 2
    ask(PHONE, client="192.0.2.1")
    ask(NEIGHBOUR, client="192.0.2.2")

    with pytest.raises(TooManyCodes):
        ask("+46701740607", client="192.0.2.3")
    assert SignUp.objects.count() == 2


def test_known_and_unknown_numbers_meet_the_same_limits(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_NUMBER_PER_HOUR = 3
    given.subscriber(PHONE)
    for phone in (PHONE, PHONE, NEIGHBOUR, NEIGHBOUR, NEIGHBOUR):
        ask(phone)

    for phone in (PHONE, NEIGHBOUR):
        with pytest.raises(TooManyCodes):
            ask(phone)


def test_a_code_that_is_withheld_costs_nothing_but_counts_for_its_number_and_client(
    settings: Settings,
) -> None:
    settings.CODE_LIMIT_PER_NUMBER_PER_HOUR = 3
    settings.CODE_LIMIT_PER_HOUR = 2
    ask()
    block_codes(PHONE)
    assert ask().withheld
    assert ask().withheld

    assert budget_used(timezone.now()) == 0.5
    with pytest.raises(TooManyCodes) as refused:
        ask()
    assert refused.value.limit == Refusal.Limit.NUMBER
    assert not ask(NEIGHBOUR, client="192.0.2.2").withheld


# --- what is kept for whom we write to already --------------------------------------------------


@pytest.mark.parametrize("full", ["budget", "range"])
def test_a_flood_keeps_nobody_from_managing_what_they_have(settings: Settings, full: str) -> None:
    given.subscriber(PHONE)
    if full == "budget":
        settings.CODE_LIMIT_PER_HOUR = 10
        fill(7)
    else:
        settings.CODE_LIMIT_PER_RANGE_PER_HOUR = 1

    for phone in (PHONE, NEIGHBOUR):
        for purpose in (SUBSCRIBE, MOVE):
            with translation.override("en"), pytest.raises(TooManyCodes, match="still change or"):
                ask(phone, purpose=purpose)
    known, unknown = ask(PHONE, purpose=MANAGE), ask(NEIGHBOUR, purpose=MANAGE)

    assert (known.reserved, known.withheld) == (True, False)
    assert (unknown.reserved, unknown.withheld) == (True, True)


def test_whoever_has_left_is_not_known_any_more(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_RANGE_PER_HOUR = 1
    given.subscriber(PHONE)
    opt_out(PHONE, source="sms")

    assert ask(PHONE, purpose=MANAGE).withheld


def test_the_reserve_is_a_fifth_and_strangers_take_none_of_it(settings: Settings) -> None:
    for phone in numbers(3)[1:]:
        given.subscriber(phone)
    settings.CODE_LIMIT_PER_HOUR = 10
    fill(6)
    for number in range(5):
        assert ask(f"+46701740{number}00", f"203.0.113.{number}", MANAGE).withheld
    assert not ask(numbers(3)[1], purpose=MANAGE).withheld
    assert not ask(numbers(3)[2], purpose=MANAGE).withheld

    for phone in (numbers(3)[1], PHONE):
        with (
            translation.override("en"),
            pytest.raises(TooManyCodes, match="answer STOPP ALLT") as refused,
        ):
            ask(phone, purpose=MANAGE)
        assert refused.value.limit == Refusal.Limit.RESERVE
    assert budget_used(timezone.now()) == 1


def test_nobody_is_told_to_answer_a_sender_that_cannot_be_answered(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_HOUR, settings.SMS_REPLIES = 0, False

    with translation.override("en"), pytest.raises(TooManyCodes) as refused:
        ask(PHONE, purpose=MANAGE)

    assert str(refused.value) == "Very many are asking for codes just now. Try again in an hour."


def test_known_and_unknown_cost_the_same_statements_in_a_flood(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.CODE_LIMIT_PER_RANGE_PER_HOUR = 1
    given.subscriber(PHONE)
    ask("+46701740607", purpose=MANAGE)  # whatever is read once only

    for phone in (PHONE, NEIGHBOUR):
        # Savepoint and its end; the lock where there is one; the key; four counts; blocked and known;
        # the sign-up; its places and services, which are none but looked at.
        with django_assert_num_queries(13 if connection.vendor == "postgresql" else 12):
            ask(phone, purpose=MANAGE)


# --- the wait -----------------------------------------------------------------------------------


def refused(*args: object, **kwargs: object) -> MustWait:
    with pytest.raises(MustWait) as wait:
        ask(*args, **kwargs)  # type: ignore[arg-type]
    return wait.value


def test_near_a_limit_one_waits_and_then_gets_the_code(
    waits: int, clock: time_machine.Traveller
) -> None:
    ask(NEIGHBOUR), ask("+46701740607")

    wait = refused()
    assert wait.seconds == waits
    clock.shift(waits)

    ask(form=wait.form, ticket=wait.ticket)


@pytest.mark.parametrize(
    "limit",
    ["CODE_LIMIT_PER_CLIENT_PER_HOUR", "CODE_LIMIT_PER_RANGE_PER_HOUR", "CODE_LIMIT_PER_HOUR"],
)
def test_the_wait_begins_when_half_of_a_limit_is_gone(
    settings: Settings, waits: int, limit: str
) -> None:
    setattr(settings, limit, 4)
    ask(NEIGHBOUR)
    ask("+46701740607")
    refused()


def test_whoever_comes_too_early_waits_only_for_the_rest(
    waits: int, clock: time_machine.Traveller
) -> None:
    ask(NEIGHBOUR), ask("+46701740607")
    first = refused()
    clock.shift(waits - 12)

    again = refused(form=first.form, ticket=first.ticket)

    assert (again.form, again.ticket, again.seconds) == (first.form, first.ticket, 12)
    clock.shift(12)
    ask(form=again.form, ticket=again.ticket)


def test_a_wait_is_good_for_one_code(
    settings: Settings, waits: int, clock: time_machine.Traveller
) -> None:
    settings.CODE_LIMIT_PER_CLIENT_PER_HOUR = 6
    ask(NEIGHBOUR), ask("+46701740607"), ask("+46701740608")
    wait = refused()
    clock.shift(waits)
    sign_up = ask(form=wait.form, ticket=wait.ticket)
    SignUp.objects.filter(pk=sign_up.pk).update(confirmed_at=timezone.now())

    another = refused(form=wait.form, ticket=wait.ticket)

    assert (another.seconds, another.form == wait.form) == (waits, False)


@pytest.mark.parametrize(
    "other",
    [
        {"phone": NEIGHBOUR},
        {"client": "192.0.2.9"},
        {"purpose": MANAGE},
        {"form": uuid.uuid4()},
        {"form": None},
        {"ticket": "1:made-up"},
        {"ticket": "\0å" * 1000},
    ],
)
def test_a_ticket_is_no_other_requests(
    settings: Settings, waits: int, clock: time_machine.Traveller, other: dict[str, object]
) -> None:
    settings.CODE_LIMIT_PER_RANGE_PER_HOUR = 4
    ask(NEIGHBOUR, "192.0.2.9"), ask("+46701740607")
    wait = refused()
    clock.shift(waits)

    kept = {"form": wait.form, "ticket": wait.ticket}
    assert refused(**(kept | other)).seconds == waits


def test_a_ticket_is_too_old_in_the_end(waits: int, clock: time_machine.Traveller) -> None:
    ask(NEIGHBOUR), ask("+46701740607")
    wait = refused()
    clock.shift(waits + 601)

    assert refused(form=wait.form, ticket=wait.ticket).seconds == waits


def test_a_new_code_is_waited_for_too(waits: int, clock: time_machine.Traveller) -> None:
    ask(NEIGHBOUR)
    sign_up = ask()

    with pytest.raises(MustWait) as wait:
        renew_sign_up(sign_up, client="192.0.2.1")
    clock.shift(waits)

    kept = {"form": wait.value.form, "ticket": wait.value.ticket}
    assert renew_sign_up(sign_up, client="192.0.2.1", **kept)  # type: ignore[arg-type]


# --- the record ---------------------------------------------------------------------------------


def test_refusals_of_an_hour_are_one_row_that_names_nobody(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    digest = Asker.of(PHONE, "192.0.2.1").client
    with time_machine.travel("2026-11-25T14:59:30Z", tick=False) as clock:
        for _ in range(3):
            put_down(TooManyCodes(Refusal.Limit.CLIENT, digest))
        clock.shift(60)
        put_down(TooManyCodes(Refusal.Limit.CLIENT, digest))
        put_down(TooManyCodes(Refusal.Limit.BUDGET))

        rows = list(Refusal.objects.order_by("pk").values_list("limit", "digest", "times"))
        assert rows == [("client", digest, 3), ("client", digest, 1), ("budget", "", 1)]
        counts = {"number": 0, "client": 4, "range": 0, "budget": 1, "reserve": 0}
        assert dict(refusals(timezone.now() - timedelta(days=1))) == counts
    assert len(caplog.records) == 3
    assert f"codes are refused: limit client {digest[:12]}" in caplog.text
    assert "192.0.2.1" not in caplog.text


def test_refusals_are_forgotten_after_thirty_days() -> None:
    put_down(TooManyCodes(Refusal.Limit.BUDGET))
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        put_down(TooManyCodes(Refusal.Limit.RESERVE))

    assert Refusal.objects.get().limit == "reserve"


def test_the_budget_used_is_of_the_last_hour(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_HOUR = 8
    fill(2)

    assert budget_used(timezone.now()) == 0.25
    assert budget_used(timezone.now() + timedelta(minutes=61)) == 0


# --- the cost -----------------------------------------------------------------------------------

MANY = """
INSERT INTO residents_signup (
    key, purpose, phone_cipher, phone_index, client_index, range_index, language, code_digest,
    attempts_left, created_at, expires_at, withheld, serious_only, reserved
)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
SELECT {key}, 'subscribe', '', 'p' || n, 'c' || (n %% 5000), 'r' || (n %% 2000), 'sv', '', 5,
    %s, %s, n %% 2 = 0, {no}, {no}
FROM numbers
"""

INDEXES = (
    "residents_s_phone_i_fdb91d_idx",
    "residents_s_client__506e57_idx",
    "codes_sent_to_a_range",
    "codes_sent",
)
"""Of the number, the client, the range and the total: each holds no more of an hour than its limit."""


def test_a_hundred_thousand_sign_ups_are_never_walked(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Half of them are of this hour and withheld: a flood that cost nothing must cost no time either."""
    on_postgres = connection.vendor == "postgresql"
    key = "gen_random_uuid()" if on_postgres else "printf('%032x', n)".replace("%", "%%")
    with connection.cursor() as cursor:
        old = timezone.now() - timedelta(hours=2)
        cursor.execute(MANY.format(key=key, no="false"), [old, old])
    SignUp.objects.filter(withheld=True).update(created_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE residents_signup")

    with django_assert_num_queries(4) as counted:
        room(Asker.of(PHONE, "192.0.2.1"), SUBSCRIBE, timezone.now())

    for one, index in zip(counted.captured_queries, INDEXES, strict=True):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {'' if on_postgres else 'QUERY PLAN '}{one['sql']}")
            assert re.search(rf"\b{index}\b", str(cursor.fetchall()))
