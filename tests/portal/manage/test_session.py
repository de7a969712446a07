"""Whoever typed a code manages for some minutes, and nobody else ever."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as project
from django.test import Client
from django.utils import timezone

from tests.portal.manage.steps import (
    CHANGES,
    ÄSPERED,
    ask,
    enter,
    everything,
    said,
)
from tests.portal.steps import DIGITS, text
from tests.portal.world import sent_code

pytestmark = pytest.mark.django_db


def test_the_cookie_is_signed_short_and_says_nothing(client: Client) -> None:
    enter(client)

    cookie = client.cookies["managing"]

    assert cookie["max-age"] == project.MANAGE_MINUTES * 60
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert DIGITS not in cookie.value
    client.cookies["managing"] = cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B")
    assert 'name="phone"' in text(client.get("/manage/"))


def test_the_key_in_an_address_is_no_cookie(client: Client) -> None:
    page = enter(client)
    stranger = Client()
    stranger.cookies["managing"] = page.split("/")[2].replace("-", "")

    assert 'name="phone"' in text(stranger.get("/manage/"))


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize(("address", "form"), CHANGES)
def test_when_the_time_is_up_nothing_is_changed_and_it_is_said(
    client: Client, address: str, form: dict[str, Any]
) -> None:
    before = everything()
    enter(client)
    late = timezone.now() + timedelta(minutes=project.MANAGE_MINUTES, seconds=1)

    with time_machine.travel(late, tick=False):
        answer = client.post(address, form, follow=True)

    assert said(answer).startswith("Tiden hade gått ut")
    assert 'name="phone"' in text(answer)
    assert everything() == before


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize(("address", "form"), CHANGES)
def test_who_never_typed_a_code_changes_nothing(
    client: Client, address: str, form: dict[str, Any]
) -> None:
    before = everything()

    assert client.post(address, form)["Location"] == "/manage/?said=over"
    assert everything() == before


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize("address", ["/manage/", "/manage/close/", *(one for one, _ in CHANGES)])
def test_looking_changes_nothing(client: Client, address: str) -> None:
    enter(client)
    before = everything()

    assert client.get(address).status_code in (200, 405)

    assert everything() == before
    assert "Jag är klar" in text(client.get("/manage/"))


@pytest.mark.usefixtures("two_places")
def test_whoever_closes_has_closed_every_tab(client: Client) -> None:
    page, tab = enter(client), Client(headers={"accept-language": "sv"})
    tab.cookies["managing"] = client.cookies["managing"].value

    assert said(client.post("/manage/close/", follow=True)).startswith("Du har stängt sidan")

    assert "managing" not in client.cookies or not client.cookies["managing"].value
    assert 'name="phone"' in text(tab.get("/manage/"))
    assert 'name="phone"' in text(client.get(page, follow=True))


@pytest.mark.usefixtures("two_places")
def test_the_code_sent_twice_lands_on_the_same_page(client: Client) -> None:
    page, code = ask(client)["Location"], sent_code()
    client.post(page, {"code": code})

    assert client.post(page, {"code": code})["Location"] == "/manage/"
    assert client.get(page)["Location"] == "/manage/"
    assert client.get(f"{page}done/")["Location"] == "/manage/"
    assert client.post(f"{page}renew/")["Location"] == "/manage/"


@pytest.mark.usefixtures("two_places")
def test_nobody_keeps_the_pages_and_no_number_is_on_them(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    page = enter(client)
    for address in (
        "/manage/",
        "/manage/places/",
        f"/manage/places/{ÄSPERED}/",
        "/manage/number/",
        page,
    ):
        answer = client.get(address)
        assert "no-store" in answer["Cache-Control"]
        assert DIGITS not in re.sub(r"\D", "", answer.content.decode())
    assert DIGITS not in caplog.text
