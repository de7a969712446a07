"""Looking before publishing, and publishing once."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts import lifecycle
from notify.alerts.content import AlertContent
from notify.alerts.models import Alert, Update
from notify.alerts.vocabulary import State
from notify.dispatch.models import Dispatch
from tests import given
from tests.console.world import HOUR, form_on, published, text


def preview_of(alert: Alert) -> str:
    return f"/console/alerts/{alert.code}/publish/"


def test_the_preview_shows_each_channel_in_each_language(client: Client) -> None:
    page = client.get(preview_of(given.draft()))
    shown = {
        channel.name: [language.code for language in channel.languages]
        for channel in page.context["ahead"].channels
    }
    assert shown == {"sms": ["sv", "en"], "feeds": ["sv", "en"], "banners": ["sv", "en"]}
    said = text(page)
    assert "Vattenavbrott i Äspered" in said
    assert "Water outage in Äspered" in said
    assert "GSM-7" in said


def test_it_says_to_how_many_and_at_what_cost(client: Client, settings: Settings) -> None:
    settings.SMS_PRICE_PER_SEGMENT = 1.5
    for number in range(3):
        given.subscriber(f"+4670174060{number}")
    given.subscriber("+46701740609", language="en")
    page = client.get(preview_of(given.draft()))
    ahead = page.context["ahead"]
    sms = ahead.channels[0]
    assert ahead.people == 4
    assert [language.readers for language in sms.languages] == ["3 personer", "1 person"]
    segments = [language.preview.units for language in sms.languages]
    assert dict(sms.facts)["Sms-delar totalt"] == str(3 * segments[0] + segments[1])
    assert ahead.cost.endswith(" kr")
    assert "Publicera till 4 personer" in text(page)


def test_nobody_to_send_to_is_said_and_no_obstacle(client: Client) -> None:
    page = text(client.get(preview_of(given.draft())))
    assert "Ingen får sms om detta." in page
    assert "Publicera Gå tillbaka" in page


def test_publishing_sends_and_leads_to_the_alert(client: Client) -> None:
    alert = given.draft()
    where = preview_of(alert)
    answer = client.post(where, form_on(client, where), follow=True)
    assert answer.redirect_chain == [(f"/console/alerts/{alert.code}/", 302)]
    assert "Publicerat." in answer.content.decode()
    alert.refresh_from_db()
    assert alert.state == State.ACTIVE
    said = Update.objects.get()
    assert said.author is not None
    assert said.author.username == "karin"
    assert said.dispatch.notice.words["sv"].headline == "Vattenavbrott i Äspered"


def test_a_double_click_publishes_once(client: Client) -> None:
    where = preview_of(given.draft())
    form = form_on(client, where)
    first, second = client.post(where, form), client.post(where, form)
    assert first["Location"] == second["Location"]
    assert Dispatch.objects.count() == 1


def test_two_tabs_publish_once_and_the_second_is_told(client: Client) -> None:
    where = preview_of(given.draft())
    one, other = form_on(client, where), form_on(client, where)
    client.post(where, one)
    page = client.post(where, other)
    assert page.status_code == 409
    assert Dispatch.objects.count() == 1


def test_a_draft_that_changed_since_is_shown_anew_before_it_is_published(client: Client) -> None:
    alert = given.draft()
    where = preview_of(alert)
    form = form_on(client, where)
    content = given.content(words={"sv": {"headline": "Ny rubrik"}})
    lifecycle.revise_draft(alert, content, version=alert.version)
    page = client.post(where, form)
    assert page.status_code == 409
    assert "Ny rubrik" in text(page)
    assert "Det här skulle skickas nu." in text(page)
    assert not Dispatch.objects.exists()
    again = {name: page.context["form"][name].value() for name in ("version", "key")}
    assert client.post(where, again).status_code == 302


def test_a_draft_that_was_discarded_since_is_gone(client: Client) -> None:
    alert = given.draft()
    where = preview_of(alert)
    form = form_on(client, where)
    Alert.objects.all().delete()
    assert client.post(where, form).status_code == 404


def test_an_end_that_has_passed_blocks_it(client: Client) -> None:
    alert = given.draft()
    where = preview_of(alert)
    with time_machine.travel(timezone.now() + 5 * HOUR, tick=False):
        page = client.get(where)
        answer = client.post(where, {"version": alert.version, "key": str(uuid.uuid4())})
    for shown in (page, answer):
        assert "Det går inte att skicka så här" in text(shown)
        assert "Publicera" not in text(shown)
    assert (page.status_code, answer.status_code) == (200, 422)
    assert not Dispatch.objects.exists()


def test_a_text_too_long_for_sms_blocks_it(client: Client) -> None:
    words = {"sv": {"headline": "Kort", "instruction": "Långt. " * 140}}
    alert = given.draft(words=words)
    where = preview_of(alert)
    page = client.get(where)
    assert "Det går inte att skicka så här" in text(page)
    assert 'value="send"' not in page.content.decode()
    answer = client.post(where, {"version": alert.version, "key": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert not Dispatch.objects.exists()
    alert.refresh_from_db()
    assert alert.state == State.DRAFT


@pytest.mark.parametrize("form", [{}, {"version": "x", "key": "y"}, {"version": "1"}])
def test_a_form_that_lacks_its_version_or_key_publishes_nothing(
    client: Client, form: dict[str, str]
) -> None:
    page = client.post(preview_of(given.draft()), form)
    assert page.status_code == 422
    assert "Formuläret är för gammalt" in text(page)
    assert not Dispatch.objects.exists()


def test_a_published_alert_has_no_preview(client: Client) -> None:
    page = client.get(preview_of(published()))
    assert page.status_code == 409
    assert "redan publicera" in text(page)


def test_more_subscribers_cost_no_more_statements(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    alert = given.draft(expires=timezone.now() + timedelta(days=1))
    for number in range(10):
        given.subscriber(f"+4670174060{number}", language="en" if number % 2 else "sv")
    with django_assert_max_num_queries(MOST):
        client.get(preview_of(alert))
    assert AlertContent.of(alert).areas


# Who is asking (4), the alert, its planned publication, its areas, the number so far, its audience, the
# receiving systems.
MOST = 11
