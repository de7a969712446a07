"""When a limit nears: the page that lets people wait, and what is said when nothing is left."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts.models import Area
from notify.dispatch.models import DirectMessage, State
from notify.residents.models import Refusal, SignUp, Subscriber
from tests import given
from tests.portal.steps import WRITTEN, alike, ask, asked, text
from tests.portal.world import sent_code

pytestmark = pytest.mark.django_db

WAIT = 30


@pytest.fixture(autouse=True)
def _near(settings: Settings) -> None:
    """Half of what a client may ask for is gone after two codes."""
    settings.CODE_LIMIT_PER_CLIENT_PER_HOUR = 4


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as travelling:
        yield travelling


def hidden(answer: Any) -> dict[str, list[str]]:
    """What the wait page's form would send."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="(\w+)" value="([^"]*)"', text(answer)
    ):
        fields.setdefault(name, []).append(value)
    return {name: fields[name] for name in fields if name not in {"csrfmiddlewaretoken", "next"}}


def near(client: Client) -> None:
    for last in ("07", "08"):
        asked(client, phone=f"070-174 06 {last}")


def test_whoever_nears_a_limit_waits_and_nothing_is_filled_in_twice(
    client: Client, clock: time_machine.Traveller
) -> None:
    near(client)

    wait = ask(client, serious_only="on")

    assert (wait.status_code, wait["Retry-After"]) == (429, "30")
    assert "Vänta 30 sekunder" in text(wait)
    assert "no-store" in wait["Cache-Control"]
    clock.shift(WAIT)
    page = client.post("/subscribe/", hidden(wait))["Location"]
    assert client.post(page, {"code": sent_code()}).status_code == 302
    [subscription] = Subscriber.objects.get().subscriptions.all()
    assert (subscription.area.name, subscription.service) == ("Äspered", None)
    assert subscription.serious_only


def test_pressed_too_early_it_says_what_is_left_and_sends_nothing(
    client: Client, clock: time_machine.Traveller
) -> None:
    near(client)
    sent = DirectMessage.objects.count()
    wait = ask(client)
    clock.shift(WAIT - 1)

    again = client.post("/subscribe/", hidden(wait))

    assert (again.status_code, again["Retry-After"]) == (429, "1")
    assert "Vänta 1 sekund," in text(again)
    assert hidden(again) == hidden(wait)
    assert DirectMessage.objects.count() == sent


def test_continue_clicked_twice_sends_one_code(
    client: Client, clock: time_machine.Traveller
) -> None:
    near(client)
    wait = ask(client)
    clock.shift(WAIT)

    first, second = (client.post("/subscribe/", hidden(wait)) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert DirectMessage.objects.count() == 3


def test_what_was_changed_on_the_way_back_is_waited_for_anew(
    client: Client, clock: time_machine.Traveller
) -> None:
    near(client)
    wait = ask(client)
    clock.shift(WAIT)

    other = client.post("/subscribe/", hidden(wait) | {"phone": "070-174 06 09"})

    assert other["Retry-After"] == "30"


def test_a_choice_that_is_gone_after_the_wait_is_told_beside_its_field(
    client: Client, clock: time_machine.Traveller
) -> None:
    near(client)
    wait = ask(client)
    Area.objects.filter(name="Äspered").update(active=False)
    clock.shift(WAIT)

    answer = client.post("/subscribe/", hidden(wait))

    assert answer.status_code == 422
    assert 'id="id_areas_error"' in text(answer)
    assert f'value="{WRITTEN}"' in text(answer)


def test_coming_back_and_a_new_code_wait_too(client: Client, clock: time_machine.Traveller) -> None:
    page = asked(client)
    asked(client, phone="070-174 06 08")
    for address, data in (("/manage/", {"phone": WRITTEN}), (f"{page}renew/", {})):
        wait: Any = client.post(address, data)
        assert wait.status_code == 429
        clock.shift(WAIT)
        onwards = client.post(address, hidden(wait))
        assert onwards.status_code == 302
        assert client.get(onwards["Location"]).status_code == 200


def test_changing_number_waits_too(client: Client, clock: time_machine.Traveller) -> None:
    given.subscriber("+46701740605")
    page: Any = client.post("/manage/", {"phone": WRITTEN})
    client.post(page["Location"], {"code": sent_code()})
    asked(client, phone="070-174 06 08")

    wait: Any = client.post("/manage/number/", {"phone": "070-174 06 09"})
    assert wait.status_code == 429
    clock.shift(WAIT)
    onwards: Any = client.post("/manage/number/", hidden(wait))

    client.post(onwards["Location"], {"code": sent_code()})
    assert Subscriber.objects.get(ended_at=None).phone == "+46701740609"


def test_whatever_was_written_stays_words_on_the_page(client: Client) -> None:
    near(client)
    script = '"><script>alert(1)</script>'

    wait = ask(client, **{script: script})

    assert script not in wait.content.decode()
    assert escape(script) in wait.content.decode()


def test_in_english_the_wait_is_told_in_english(english: Client) -> None:
    near(english)

    assert "Wait 30 seconds, then press Continue" in text(ask(english))


@pytest.mark.parametrize("ticket", ["", "x", "\0", "9" * 5000])
def test_a_ticket_that_is_none_never_breaks_anything(client: Client, ticket: str) -> None:
    near(client)

    assert ask(client, ticket=ticket, form=str(uuid.uuid4())).status_code in {422, 429}


# --- when nothing is left -----------------------------------------------------------------------


def test_a_refusal_is_put_down_for_the_operator_without_the_number(
    client: Client, settings: Settings
) -> None:
    settings.CODE_WAIT_SECONDS = 0
    for _ in range(2):
        near(client)
    for _ in range(3):
        assert ask(client).status_code == 429

    refusal = Refusal.objects.get()

    assert (refusal.limit, refusal.times) == ("client", 3)
    assert refusal.digest == SignUp.objects.latest("pk").client_index


def test_in_a_flood_nobody_can_tell_who_gets_sms_from_us(
    client: Client, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.CODE_LIMIT_PER_RANGE_PER_HOUR = 1
    settings.CODE_WAIT_SECONDS = 0
    given.subscriber("+46701740605")

    refused = ask(client)
    assert refused.status_code == 429
    assert "Om du redan får sms från oss kan du ändå ändra eller avsluta dem" in text(refused)
    cost = 18 if connection.vendor == "postgresql" else 17
    answers: list[Any] = []
    for phone in (WRITTEN, "070-174 06 06"):
        with django_assert_num_queries(cost):
            answers.append(client.post("/manage/", {"phone": phone}))
    DirectMessage.objects.filter(state=State.QUEUED).update(state=State.DELIVERED)
    pages = [alike(client.get(answer["Location"])) for answer in answers]

    assert "Om +46 ••• •• 05 gör det är sms:et på väg" in pages[0]
    assert pages[0].replace("•• 05", "•• 06") == pages[1]
    states = DirectMessage.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.DELIVERED, State.WITHDRAWN]


def test_whoever_gets_sms_already_leaves_in_the_middle_of_a_flood(
    client: Client, settings: Settings
) -> None:
    settings.CODE_LIMIT_PER_RANGE_PER_HOUR = 1
    settings.CODE_WAIT_SECONDS = 0
    given.subscriber("+46701740605")

    page: Any = client.post("/manage/", {"phone": WRITTEN})
    client.post(page["Location"], {"code": sent_code()})
    client.post("/manage/end/")

    assert Subscriber.objects.get().ended_reason == "web"
