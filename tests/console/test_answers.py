"""Asking in an all-clear whether anybody is still without, and seeing what people answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from notify.alerts.models import Alert, Area
from notify.alerts.vocabulary import Move, State
from notify.dispatch.models import Dispatch, StillWithout
from tests import given
from tests.console.test_moves import at
from tests.console.world import form_on, handed_on, published, text
from tests.dispatch import world

ASK = "Fråga om någon fortfarande är utan"


def over(*, asks: bool = True, **changes: Any) -> Alert:
    """An alert whose all-clear asked."""
    alert = published(**changes)
    world.say(Move.RESOLVE, alert, asks=asks)
    alert.refresh_from_db()
    return alert


def answer(alert: Alert, place: str, people: int) -> None:
    """So many new people answer that they are still without there."""
    dispatch = Dispatch.objects.get(update__alert=alert, asks=True)
    area = Area.objects.get(name=place)
    for person in world.crowd(people, areas=[area]):
        StillWithout.objects.create(dispatch=dispatch, subscriber=person, area=area)


def page_of(client: Client, alert: Alert) -> str:
    return text(client.get(f"/console/alerts/{alert.code}/"))


# --- asking -----------------------------------------------------------------------------------


def test_the_form_shows_the_question_of_the_service(client: Client) -> None:
    page = text(client.get(at(published(), "resolve")))
    assert ASK in page
    assert "”Svara 1 om du fortfarande saknar vatten.”" in page


def test_a_service_without_a_question_of_its_own_has_a_general_one(client: Client) -> None:
    alert = published(service=given.service("lifts"))
    page = text(client.get(at(alert, "resolve")))
    assert "”Svara 1 om det fortfarande inte fungerar hos dig.”" in page


@pytest.mark.parametrize("move", ["update", "cancel"])
def test_nothing_else_asks(client: Client, move: str) -> None:
    assert ASK not in text(client.get(at(published(), move)))


def test_what_is_ticked_is_shown_sent_and_kept_on_the_way_back(client: Client) -> None:
    alert = published()
    where = at(alert, "resolve")
    look = client.post(where, form_on(client, where, ask="on", step="look"))
    assert "Svara 1 om du fortfarande saknar vatten." in text(look)

    back = client.post(where, handed_on(look, step="write"))
    assert back.context["form"]["ask"].value()

    client.post(where, handed_on(look, step="send"))
    assert Dispatch.objects.get(update__alert=alert, update__number=2).asks


def test_what_is_not_ticked_is_not_asked(client: Client) -> None:
    alert = published()
    where = at(alert, "resolve")
    look = client.post(where, form_on(client, where, step="look"))
    assert "Svara 1" not in text(look)

    client.post(where, handed_on(look, step="send"))
    assert not Dispatch.objects.get(update__alert=alert, update__number=2).asks


def test_where_nobody_can_reply_there_is_no_box_and_nothing_is_asked(
    client: Client, settings: Settings
) -> None:
    settings.SMS_REPLIES = False
    alert = published()
    where = at(alert, "resolve")
    assert ASK not in text(client.get(where))

    client.post(where, form_on(client, where, ask="on", step="send"))
    assert not Dispatch.objects.get(update__alert=alert, update__number=2).asks


# --- what people answered ---------------------------------------------------------------------


def test_the_answers_are_counted_by_area_the_most_first(client: Client) -> None:
    city = given.city()
    alert = over(areas=[city["Äspered"], city["Fristad"]])
    answer(alert, "Äspered", 1)
    answer(alert, "Fristad", 3)

    page = page_of(client, alert)
    assert "4 personer av" in page
    assert "Område Fortfarande utan Fristad 3 Äspered 1" in page
    assert "Skriv ett nytt meddelande för de här områdena" in page


def test_without_answers_it_says_so(client: Client) -> None:
    page = page_of(client, over())
    assert "Ingen har svarat att de fortfarande är utan." in page
    assert "Skriv ett nytt meddelande" not in page


def test_where_nothing_was_asked_nothing_is_said(client: Client) -> None:
    assert "fortfarande utan" not in page_of(client, over(asks=False))


def test_answers_cost_the_page_the_same_however_many(client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            page_of(client, alert)
        return len(captured)

    alert = over()
    answer(alert, "Äspered", 1)
    one = cost()
    answer(alert, "Fristad", 20)
    assert cost() == one


def test_the_overview_says_first_what_is_not_over_for_everybody(client: Client) -> None:
    alert = over()
    assert "inte klart hos alla" not in text(client.get("/console/"))
    answer(alert, "Äspered", 2)
    page = text(client.get("/console/"))
    assert page.index("Avslutat, men inte klart hos alla") < page.index("Pågår nu")
    assert "2 personer är fortfarande utan" in page

    StillWithout.objects.update(at=timezone.now() - timedelta(days=3))
    assert "inte klart hos alla" not in text(client.get("/console/"))


def test_a_new_alert_starts_where_it_is_not_over(client: Client) -> None:
    city = given.city()
    alert = over(areas=[city["Borås"]], severity="Moderate")
    answer(alert, "Fristad", 2)

    page = client.get(f"/console/alerts/new/?after={alert.code}")

    form = page.context["form"]
    assert form["areas"].value() == [city["Fristad"].code]
    assert (form["severity"].value(), form["service"].value()) == ("Moderate", "water")
    assert form["sv_headline"].value() == given.WORDS["sv"]["headline"]
    assert form["unknown_end"].value()
    assert "som sades vara över" in text(page)
    assert f'href="/console/alerts/{alert.code}/"' in page.content.decode()


def test_it_becomes_an_alert_of_its_own(client: Client) -> None:
    alert = over()
    answer(alert, "Äspered", 1)
    where = f"/console/alerts/new/?after={alert.code}"

    client.post("/console/alerts/new/", form_on(client, where, then="save"))

    new = Alert.objects.exclude(pk=alert.pk).get()
    assert (new.state, [area.name for area in new.areas.all()]) == (State.DRAFT, ["Äspered"])
    alert.refresh_from_db()
    assert alert.state == State.RESOLVED


@pytest.mark.parametrize("which", ["draft", "active", "unknown"])
def test_a_new_alert_starts_only_from_one_that_is_over(client: Client, which: str) -> None:
    code = {"draft": given.draft().code, "active": published().code, "unknown": "bcdfghj"}[which]
    assert client.get(f"/console/alerts/new/?after={code}").status_code == 404
