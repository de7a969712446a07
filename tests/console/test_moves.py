"""Updating, resolving and cancelling: write, look, send."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from notify.alerts.content import AlertContent
from notify.alerts.models import Alert, Service, Update
from notify.alerts.vocabulary import Move, State, Urgency
from notify.dispatch.models import Dispatch
from notify.dispatch.start import announce
from tests import given
from tests.console.world import HOUR, errors, form_on, handed_on, published, text, wall

MOVES = ["update", "resolve", "cancel"]
AFTER = {"update": State.ACTIVE, "resolve": State.RESOLVED, "cancel": State.CANCELLED}


def at(alert: Alert, move: str) -> str:
    return f"/console/alerts/{alert.code}/{move}/"


@pytest.mark.parametrize("move", MOVES)
def test_the_three_steps_send_once_what_was_shown(client: Client, move: str) -> None:
    alert = published()
    where = at(alert, move)
    look = client.post(where, form_on(client, where, sv_headline="Nytt läge", step="look"))
    assert look.status_code == 200
    assert "Nytt läge" in text(look)
    assert Dispatch.objects.count() == 1
    sent = client.post(where, handed_on(look, step="send"))
    assert sent["Location"] == f"/console/alerts/{alert.code}/"
    alert.refresh_from_db()
    assert alert.state == AFTER[move]
    assert Update.objects.latest("number").words["sv"]["headline"] == "Nytt läge"


@pytest.mark.parametrize("move", MOVES)
def test_a_double_click_sends_once(client: Client, move: str) -> None:
    where = at(published(), move)
    form = form_on(client, where, step="send", sv_headline="Nytt läge")
    first, second = client.post(where, form), client.post(where, form)
    assert first["Location"] == second["Location"]
    assert Dispatch.objects.count() == 2


@pytest.mark.parametrize("move", MOVES)
def test_one_can_go_back_from_the_preview_and_keep_what_was_written(
    client: Client, move: str
) -> None:
    where = at(published(), move)
    look = client.post(where, form_on(client, where, sv_headline="Nytt läge", step="look"))
    back = client.post(where, handed_on(look, step="write"))
    assert back.status_code == 200
    assert back.context["form"]["sv_headline"].value() == "Nytt läge"
    assert "Granska före utskick" in text(back)
    assert Dispatch.objects.count() == 1


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("step", ["look", "send"])
def test_a_mistake_gets_a_sentence(client: Client, move: str, step: str) -> None:
    where = at(published(), move)
    page = client.post(where, form_on(client, where, sv_headline="", step=step))
    assert page.status_code == 422
    assert errors(page) == {"sv_headline": ["Skriv en rubrik på svenska."]}
    assert Dispatch.objects.count() == 1


@pytest.mark.parametrize("move", MOVES)
def test_a_text_too_long_for_sms_is_stopped_at_the_preview_and_at_the_door(
    client: Client, move: str
) -> None:
    where = at(published(), move)
    form = form_on(client, where, sv_instruction="Långt. " * 140)
    look = client.post(where, form | {"step": "look"})
    assert "Det går inte att skicka så här" in text(look)
    assert 'value="send"' not in look.content.decode()
    answer = client.post(where, form | {"step": "send"})
    assert answer.status_code == 422
    assert Dispatch.objects.count() == 1


@pytest.mark.parametrize("move", MOVES)
def test_a_draft_has_nothing_to_follow_up(client: Client, move: str) -> None:
    alert = given.draft()
    page = client.get(at(alert, move))
    assert page.status_code == 409
    assert "utkast" in text(page)


@pytest.mark.parametrize("move", MOVES)
def test_an_alert_that_is_over_stays_over_and_what_was_written_is_shown(
    client: Client, move: str
) -> None:
    alert = published()
    where = at(alert, move)
    form = form_on(client, where, sv_headline="Skrivet i natten")
    end(alert)
    assert client.get(where).status_code == 409
    for step in ("look", "send"):
        page = client.post(where, form | {"step": step})
        assert page.status_code == 409
        assert "Skrivet i natten" in text(page)
    assert Dispatch.objects.count() == 2


def end(alert: Alert) -> None:
    announce(
        alert,
        Move.RESOLVE,
        AlertContent.of(alert),
        version=alert.version,
        key=uuid.uuid4(),
        by=None,
    )


# --- updates -------------------------------------------------------------------------------------


def test_an_update_opens_with_the_words_that_stand(client: Client) -> None:
    alert = published()
    form = form_on(client, at(alert, "update"))
    assert form["sv_headline"] == "Vattenavbrott i Äspered"
    assert form["en_instruction"] == given.WORDS["en"]["instruction"]
    assert form["expires"] == wall(alert.expires or timezone.now())
    assert form["version"] == alert.version


def test_the_expected_end_alone_can_be_changed(client: Client) -> None:
    alert = published()
    later = wall(timezone.now() + 9 * HOUR)
    where = at(alert, "update")
    client.post(where, form_on(client, where, expires=later, step="send"))
    alert.refresh_from_db()
    assert alert.expires
    assert wall(alert.expires) == later
    assert alert.words == given.WORDS


def test_areas_grow_and_never_shrink(client: Client) -> None:
    alert = published()
    where = at(alert, "update")
    # A browser hands in nothing of what is ticked and held.
    client.post(where, form_on(client, where, areas=["1490TB108"], step="send"))
    assert sorted(area.name for area in alert.areas.all()) == ["Fristad", "Äspered"]


def test_an_area_that_is_no_longer_in_use_is_no_obstacle_to_news_or_its_end(client: Client) -> None:
    alert = published()
    alert.areas.update(active=False)
    Service.objects.update(active=False)
    where = at(alert, "update")
    for step, status in (("look", 200), ("send", 302)):
        news = form_on(client, where, sv_headline="Vattnet är grumligt", step=step)
        assert client.post(where, news).status_code == status
    where = at(alert, "resolve")
    assert client.post(where, form_on(client, where, step="send")).status_code == 302


def test_an_end_in_the_past_is_refused(client: Client) -> None:
    where = at(published(), "update")
    past = wall(timezone.now() - HOUR)
    page = client.post(where, form_on(client, where, expires=past, step="look"))
    assert page.status_code == 422
    assert set(errors(page)) == {"expires"}


def test_only_plans_are_moved(client: Client) -> None:
    now = timezone.now()
    assert "onset" not in form_on(client, at(published(), "update"))
    planned = published(urgency=Urgency.FUTURE, onset=now + HOUR, expires=now + 2 * HOUR)
    where = at(planned, "update")
    later = {"onset": wall(now + 25 * HOUR), "expires": wall(now + 26 * HOUR)}
    client.post(where, form_on(client, where, **later, step="send"))
    planned.refresh_from_db()
    assert wall(planned.onset) == later["onset"]


def test_words_left_behind_in_one_language_are_pointed_out(client: Client) -> None:
    where = at(published(), "update")
    doubt = "Texten på engelska är densamma som förut."
    one = form_on(client, where, sv_description="Vattentank vid skolan.", step="look")
    assert doubt in text(client.post(where, one))
    both = one | {"en_description": "Water tanker by the school."}
    assert doubt not in text(client.post(where, both))
    neither = form_on(client, where, expires=wall(timezone.now() + 9 * HOUR), step="look")
    assert doubt not in text(client.post(where, neither))


# --- last words -----------------------------------------------------------------------------------


def test_the_all_clear_has_words_ready_in_each_language_of_the_alert(client: Client) -> None:
    form = form_on(client, at(published(), "resolve"))
    assert form["sv_headline"] == "Störningen i Äspered är avhjälpt"
    assert form["sv_description"] == "Vårt meddelande ”Vattenavbrott i Äspered” gäller inte längre."
    assert form["en_headline"] == "The disruption in Äspered is fixed"
    only_swedish = published(words={"sv": given.WORDS["sv"]})
    assert "en_headline" not in form_on(client, at(only_swedish, "resolve"))


def test_planned_work_is_done_rather_than_over(client: Client) -> None:
    now = timezone.now()
    planned = published(urgency=Urgency.FUTURE, onset=now, expires=now + HOUR)
    assert form_on(client, at(planned, "resolve"))["sv_headline"] == "Arbetet i Äspered är klart"


def test_planned_work_is_called_off_in_words_of_its_own(client: Client) -> None:
    now = timezone.now()
    planned = published(urgency=Urgency.FUTURE, onset=now + HOUR, expires=now + 2 * HOUR)
    assert "Ställ in" in text(client.get(f"/console/alerts/{planned.code}/"))
    where = at(planned, "cancel")
    form = form_on(client, where)
    assert form["sv_headline"] == "Arbetet i Äspered är inställt"
    assert form["en_headline"] == "The work in Äspered is called off"
    assert "misstag" not in text(client.get(where))

    answer = client.post(where, form | {"step": "send"}, follow=True)
    assert "Arbetet är inställt. Här nedanför ser du hur det går ut." in answer.content.decode()
    assert text(answer).startswith("Inställt")
    assert "Planerat till" in text(answer)


def test_what_was_sent_by_mistake_is_cancelled_and_the_page_says_so(client: Client) -> None:
    alert = published()
    where = at(alert, "cancel")
    page = client.post(where, form_on(client, where, step="send"), follow=True).content.decode()
    assert "Meddelandet är återkallat." in page
    assert "Publicerat." not in page
    assert "Störning just nu" not in page


def test_an_update_that_changes_nothing_is_refused(client: Client) -> None:
    where = at(published(), "update")
    for step in ("look", "send"):
        page = client.post(where, form_on(client, where, step=step))
        assert page.status_code == 422
        assert "Du har inte ändrat något." in text(page)
    assert Update.objects.count() == 1


def test_a_cancellation_has_words_ready(client: Client) -> None:
    form = form_on(client, at(published(), "cancel"))
    assert form["sv_headline"] == "Meddelandet skickades av misstag"
    assert form["en_headline"] == "The message was sent by mistake"


def test_names_of_areas_are_filled_into_last_words_too(client: Client) -> None:
    where = at(published(), "resolve")
    client.post(where, form_on(client, where, sv_headline="Klart i {areas}", step="send"))
    assert Update.objects.latest("number").words["sv"]["headline"] == "Klart i Äspered"


def test_the_pages_say_who_will_be_told(client: Client) -> None:
    alert = published()
    assert "och dem som anmält sig sedan dess" in text(client.get(at(alert, "resolve")))
    assert "exakt dem som fått tidigare meddelanden" in text(client.get(at(alert, "cancel")))
    assert "Går till alla som fått tidigare meddelanden" in text(client.get(at(alert, "update")))
