"""Whoever has typed the code sees what is held on the number, takes it along, and has it erased."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from notify.dispatch import direct
from notify.dispatch.models import Delivery, DirectMessage, State
from notify.residents.models import SignUp, Subscriber
from notify.residents.services import opt_out
from tests import given
from tests.dispatch import world
from tests.portal.manage.steps import PHONE, ask, enter, said
from tests.portal.steps import text
from tests.portal.world import sent_code

pytestmark = pytest.mark.django_db

SURE = {"sure": "yes"}

ERASED = "Allt som vi hade sparat om ditt nummer är raderat. Du får inga fler sms från oss."


def test_how_much_is_held_is_shown(client: Client) -> None:
    given.subscriber(PHONE)
    world.fan_out()
    enter(client)

    shown = text(client.get("/manage/held/"))

    assert "Så här mycket finns sparat om +46 ••• •• 05" in shown
    for what, number in (
        ("Prenumerationer, även avslutade", 1),
        ("Samtycken, givna och återtagna", 1),
        ("Sms om störningar och planerade arbeten", 1),
        ("Begärda koder", 2),
    ):
        assert f"<dt>{what}</dt> <dd> {number} </dd>" in shown


def test_every_kind_that_the_file_holds_is_counted(client: Client) -> None:
    given.subscriber(PHONE)
    enter(client)

    page = client.get("/manage/held/")

    # The subscriber itself is the number, which is told above.
    counted = len(re.findall(r"<dt>", text(page)))
    assert counted == len(page.context["held"].keys() - {"subscribers"})


def test_all_of_it_can_be_taken_along(client: Client) -> None:
    given.subscriber(PHONE)
    enter(client)

    file = client.get("/manage/held/download/")

    assert file["Content-Disposition"] == 'attachment; filename="vad-vi-har-sparat.json"'
    assert file["Content-Type"] == "application/json"
    assert "no-store" in file["Cache-Control"]
    held = json.loads(file.content)
    assert held["subscribers"][0]["phone"] == PHONE
    assert held["subscriptions"][0]["areas"] == [{"code": "1490TB121", "name": "Äspered"}]


def test_it_is_erased_and_the_session_with_it(client: Client) -> None:
    given.subscriber(PHONE)
    neighbour = given.subscriber("+46701740606")
    world.fan_out()
    page = enter(client)

    answer = client.post("/manage/held/erase/", SURE, follow=True)

    assert said(answer) == ERASED
    assert list(Subscriber.objects.all()) == [neighbour]
    assert Delivery.objects.exclude(subscriber=None).get().subscriber == neighbour
    assert Delivery.objects.count() == 2
    assert "Skicka en kod" in text(client.get("/manage/"))
    assert client.get(page).status_code == 410
    assert client.post(page, {"code": "123456"}).status_code == 422


def test_a_second_click_finds_that_it_is_done(client: Client) -> None:
    given.subscriber(PHONE)
    enter(client)
    cookie = client.cookies["managing"].value
    client.post("/manage/held/erase/", SURE)

    client.cookies["managing"] = cookie
    answer = client.post("/manage/held/erase/", SURE, follow=True)

    assert said(answer) == ERASED


def test_who_has_left_may_see_and_erase_what_is_still_held(client: Client) -> None:
    given.subscriber(PHONE)
    opt_out(PHONE, source="sms", words="STOPP")
    enter(client)
    assert "/manage/held/" in text(client.get("/manage/"))
    assert "/manage/held/erase/" in text(client.get("/manage/held/"))

    client.post("/manage/held/erase/", SURE)

    assert not Subscriber.objects.exists()


def test_without_the_tick_nothing_is_erased_and_it_says_so(client: Client) -> None:
    given.subscriber(PHONE)
    enter(client)

    answer = client.post("/manage/held/erase/")

    assert answer.status_code == 422
    assert "Kryssa i rutan först" in text(answer)
    assert Subscriber.objects.exists()


def test_following_a_link_erases_nothing(client: Client) -> None:
    given.subscriber(PHONE)
    enter(client)

    assert client.get("/manage/held/erase/").status_code == 405
    client.get("/manage/held/")

    assert Subscriber.objects.exists()


@pytest.mark.parametrize("page", ["/manage/held/", "/manage/held/download/"])
def test_without_a_code_nothing_is_told(client: Client, page: str) -> None:
    given.subscriber(PHONE)
    ask(client)

    answer = client.get(page, follow=True)

    assert said(answer).startswith("Tiden hade gått ut")
    assert PHONE not in text(answer)


def test_without_a_code_nothing_is_erased(client: Client) -> None:
    given.subscriber(PHONE)
    ask(client)

    assert said(client.post("/manage/held/erase/", SURE, follow=True)).startswith(
        "Tiden hade gått ut"
    )

    assert Subscriber.objects.exists()


def test_another_site_cannot_press_the_button(db: None) -> None:
    given.subscriber(PHONE)
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    token = {"csrfmiddlewaretoken": "a" * 32}
    page = ask(client, **token)["Location"]
    client.post(page, {"code": sent_code(), **token})

    assert client.post("/manage/held/erase/", SURE).status_code == 403
    assert Subscriber.objects.exists()


def test_codes_to_a_number_that_one_wanted_to_move_to_still_count(client: Client) -> None:
    given.subscriber(PHONE)
    enter(client)
    page = client.post("/manage/number/", {"phone": "070-174 06 06"})["Location"]
    code = sent_code()

    client.post("/manage/held/erase/", SURE)

    left = SignUp.objects.get(purpose="move")
    assert (left.phone, left.moves) == ("+46701740606", None)
    answer = client.post(page, {"code": code}, follow=True)
    assert said(answer).startswith("Tiden hade gått ut")
    assert not Subscriber.objects.exists()
    direct.send_direct()
    assert DirectMessage.objects.filter(state=State.SENT).count() == 1, "it was on its way"
