"""Writing where help is to be had: one place a line, shown before it is sent, and changed by an update."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from notify.alerts.models import Alert, Update
from tests import given
from tests.console.world import errors, filled, form_on, published, text

NEW = "/console/alerts/new/"
SCHOOL, SQUARE = "Äspereds skola, dygnet runt", "Torget <kl. 8>"
pytestmark = pytest.mark.django_db


def test_one_place_a_line_is_kept_and_shown_before_it_is_sent(client: Client) -> None:
    page = client.post(NEW, filled(help_at=f"{SCHOOL}\r\n\r\n {SQUARE}\r\n{SCHOOL}"), follow=True)

    alert = Alert.objects.get()
    assert alert.help_at == [SCHOOL, SQUARE]
    assert "Var det finns hjälp Står på invånarnas sida" in text(page)
    assert f"{SCHOOL} {SQUARE}" in text(page)
    assert "Torget &lt;kl. 8&gt;" in page.content.decode()
    form = form_on(client, f"/console/alerts/{alert.code}/edit/")
    assert form["help_at"] == f"{SCHOOL}\n{SQUARE}"
    assert SCHOOL in text(client.get(f"/console/alerts/{alert.code}/"))


def test_what_is_too_much_is_refused_beside_the_field_and_kept(client: Client) -> None:
    typed = "\n".join(f"Plats {number}" for number in range(13))
    answer = client.post(NEW, filled(help_at=typed))

    assert answer.status_code == 422
    assert errors(answer) == {"help_at": ["Det är 13 platser; högst 12 får plats."]}
    assert "Plats 12" in answer.content.decode()
    answer = client.post(NEW, filled(help_at="x" * 121))
    assert list(errors(answer)) == ["help_at"]


def test_another_place_alone_is_news_and_what_stands_is_kept(client: Client, karin: User) -> None:
    alert = published(given.draft(help_at=[SCHOOL]))
    address = f"/console/alerts/{alert.code}/update/"
    form = form_on(client, address, step="look")
    assert form["help_at"] == SCHOOL
    assert client.post(address, form).status_code == 422

    form["help_at"] = f"{SCHOOL}\r\n{SQUARE}"
    looked_at = client.post(address, form)
    assert SQUARE in text(looked_at)
    assert looked_at.context["form"]["help_at"].value() == form["help_at"]
    assert client.post(address, form | {"step": "send"}).status_code == 302
    assert Update.objects.latest("number").help_at == [SCHOOL, SQUARE]
    alert.refresh_from_db()
    assert alert.help_at == [SCHOOL, SQUARE]


def test_an_end_sends_nobody_anywhere(client: Client, karin: User) -> None:
    alert = published(given.draft(help_at=[SCHOOL]))
    address = f"/console/alerts/{alert.code}/resolve/"
    form = form_on(client, address, step="send")

    assert "help_at" not in form
    assert client.post(address, form).status_code == 302
    assert Update.objects.latest("number").help_at == []


def test_a_colleagues_places_are_shown_beside_ones_own(client: Client, karin: User) -> None:
    alert = given.draft(help_at=[SCHOOL])
    address = f"/console/alerts/{alert.code}/edit/"
    form = form_on(client, address)
    answer = client.post(address, form | {"version": "0", "help_at": SQUARE})

    assert answer.status_code == 409
    shown = {one.label: (one.theirs, one.yours) for one in answer.context["differences"]}
    assert shown["Var det finns hjälp"] == (SCHOOL, SQUARE)
