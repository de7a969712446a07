"""Choosing what people are told to do: none by default, from the bank, and what fits the service."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from notify.alerts.models import Alert, Template, Update
from tests import given
from tests.console.world import errors, filled, form_on, published, text

NEW = "/console/alerts/new/"
pytestmark = pytest.mark.django_db


def test_none_is_chosen_by_default(client: Client) -> None:
    given.service()
    form = form_on(client, f"{NEW}?template=")

    assert {name: value for name, value in form.items() if name.startswith("advice_")} == {
        "advice_drink": "",
        "advice_shower": "",
        "advice_wash": "",
        "advice_flush": "",
    }


def test_a_template_may_choose_it(client: Client) -> None:
    Template.objects.create(
        slug="boil",
        service=given.service(),
        names={"sv": "Koka"},
        severity="Severe",
        urgency="Immediate",
        certainty="Likely",
        words={"sv": {"headline": "Koka"}},
        advice={"drink": "boil"},
    )

    form = form_on(client, f"{NEW}?template=boil")
    assert (form["advice_drink"], form["advice_flush"]) == ("boil", "")


def test_what_is_chosen_is_kept_and_shown_before_it_is_sent(client: Client) -> None:
    answer = client.post(NEW, filled(advice_drink="boil", advice_flush="little"), follow=True)

    alert = Alert.objects.get()
    assert alert.advice == {"drink": "boil", "flush": "little"}
    page = text(answer)
    assert "Koka vattnet innan du dricker det" in page
    assert "Spola så lite du kan" in page
    assert "advice/drink-boil" in answer.content.decode()
    assert form_on(client, f"/console/alerts/{alert.code}/edit/")["advice_drink"] == "boil"


def test_advice_for_another_service_is_refused_beside_it(client: Client) -> None:
    given.service("power")
    answer = client.post(NEW, filled(advice_drink="boil", advice_appliances="off"))

    assert answer.status_code == 422
    assert errors(answer) == {
        "advice_appliances": ["Det här hör inte till Dricksvatten. Välj ”Inget råd”."]
    }


def test_advice_that_is_not_in_the_bank_is_refused_beside_it(client: Client) -> None:
    answer = client.post(NEW, filled(advice_drink="sip"))

    assert answer.status_code == 422
    assert errors(answer) == {"advice_drink": ["Välj i listan."]}


def test_new_advice_alone_is_news(client: Client, karin: User) -> None:
    alert = published(given.draft(advice={"drink": "no", "flush": "no"}))
    address = f"/console/alerts/{alert.code}/update/"
    form = form_on(client, address, advice_drink="boil", step="send")
    assert form["advice_flush"] == "no"

    assert client.post(address, form).status_code == 302
    latest = Update.objects.latest("number")
    assert latest.advice == {"drink": "boil", "flush": "no"}


@pytest.mark.parametrize("move", ["resolve", "cancel"])
def test_an_end_offers_only_what_people_can_do_again(
    client: Client, karin: User, move: str
) -> None:
    alert = published(given.draft(advice={"drink": "no", "flush": "no"}))
    address = f"/console/alerts/{alert.code}/{move}/"
    form = form_on(client, address)
    assert form["advice_drink"] == ""
    assert client.post(address, form | {"advice_drink": "no"}).status_code == 422

    looked_at = client.post(address, form | {"advice_drink": "yes", "step": "look"})
    assert "Du kan dricka vattnet." in text(looked_at)
    assert "Drick inte" not in text(looked_at)
    assert client.post(address, form | {"advice_drink": "yes", "step": "send"}).status_code == 302
    assert Update.objects.latest("number").advice == {"drink": "yes"}


def test_a_colleagues_advice_is_shown_beside_ones_own(client: Client, karin: User) -> None:
    alert = given.draft(advice={"drink": "no"})
    form = form_on(client, f"/console/alerts/{alert.code}/edit/")
    stale = form | {"version": "0", "advice_drink": "boil"}

    page = text(client.post(f"/console/alerts/{alert.code}/edit/", stale))
    assert "Dricka Drick inte vattnet" in page
    assert "Koka vattnet innan" in page
