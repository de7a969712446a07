"""Writing an alert: from a template or from nothing, with every mistake a person can make."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from notify.alerts.models import Alert, Area, Template
from notify.alerts.vocabulary import Certainty, State
from tests import given
from tests.console.world import HOUR, filled, form_on, published, text, wall

NEW = "/console/alerts/new/"


@pytest.fixture
def template(db: None) -> Template:
    """A template for water."""
    given.city()
    return Template.objects.create(
        slug="water-leak",
        service=given.service(),
        names={"sv": "Vattenleverans: läcka", "en": "Water supply: leak"},
        severity="Moderate",
        urgency="Immediate",
        certainty="Likely",
        words={"sv": {"headline": "Vattenläcka i {areas}", "description": "Vi lagar."}},
    )


# --- beginning --------------------------------------------------------------------------------


def test_the_first_step_offers_the_templates(client: Client, template: Template) -> None:
    page = client.get(NEW)
    assert page.status_code == 200
    assert 'href="?template=water-leak"' in page.content.decode()
    assert "Vattenleverans: läcka" in text(page)


def test_a_template_fills_the_form(client: Client, template: Template) -> None:
    form = form_on(client, f"{NEW}?template=water-leak")
    assert form["service"] == "water"
    assert form["severity"] == "Moderate"
    assert form["certainty"] == "Likely"
    assert form["sv_headline"] == "Vattenläcka i {areas}"
    assert form["onset"] == wall(timezone.now()) or form["onset"] < wall(timezone.now())


def test_an_unknown_template_says_so_and_offers_the_others(
    client: Client, template: Template
) -> None:
    page = client.get(f"{NEW}?template=nonsense")
    assert page.status_code == 404
    assert "Den mallen finns inte längre." in text(page)
    assert "Vattenleverans: läcka" in text(page)


def test_one_can_start_from_nothing(client: Client, template: Template) -> None:
    form = form_on(client, f"{NEW}?template=")
    assert form["urgency"] == "Immediate"
    assert "sv_headline" not in form


# --- saving ------------------------------------------------------------------------------------


def test_a_filled_form_becomes_a_draft_and_leads_to_the_preview(
    client: Client, karin: User
) -> None:
    answer = client.post(NEW, filled())
    alert = Alert.objects.get()
    assert answer["Location"] == f"/console/alerts/{alert.code}/publish/"
    assert (alert.state, alert.author) == (State.DRAFT, karin)
    assert [area.name for area in alert.areas.all()] == ["Äspered"]
    assert alert.words["sv"]["headline"] == "Vattenläcka i Äspered"
    assert alert.words["en"]["headline"] == "Burst main in Äspered"


def test_it_can_be_kept_for_later(client: Client) -> None:
    answer = client.post(NEW, filled(then="save"), follow=True)
    assert answer.redirect_chain[-1][0] == f"/console/alerts/{Alert.objects.get().code}/"
    assert "Utkastet är sparat." in answer.content.decode()


def test_what_is_half_done_can_be_kept_without_its_times(client: Client) -> None:
    client.post(NEW, filled(then="save", onset="", expires=""))
    alert = Alert.objects.get()
    assert timezone.now() - alert.onset < HOUR
    assert alert.expires is None


def test_planned_work_can_be_kept_before_its_end_is_known_and_cannot_go_out(client: Client) -> None:
    client.post(NEW, filled(then="save", urgency="Future", expires=""))
    alert = Alert.objects.get()
    assert alert.expires is None
    assert "unknown_end" not in form_on(client, f"/console/alerts/{alert.code}/edit/")
    page = text(client.get(f"/console/alerts/{alert.code}/publish/"))
    assert "Ett planerat arbete måste ha ett slut." in page


def test_a_double_click_makes_one_draft(client: Client) -> None:
    form = filled()
    assert client.post(NEW, form)["Location"] == client.post(NEW, form)["Location"]
    assert Alert.objects.count() == 1


def test_going_back_and_writing_on_changes_the_same_draft(client: Client) -> None:
    form = filled()
    client.post(NEW, form)
    client.post(NEW, form | {"sv_headline": "Bättre rubrik"})
    assert str(Alert.objects.get()) == "Bättre rubrik"


def test_going_back_after_publishing_changes_nothing_and_loses_nothing(client: Client) -> None:
    form = filled()
    client.post(NEW, form)
    published(Alert.objects.get())
    page = client.post(NEW, form | {"sv_headline": "Bättre rubrik"})
    assert page.status_code == 409
    assert "redan publicerad" in text(page) or "redan publicerat" in text(page)
    assert "Bättre rubrik" in text(page)
    assert str(Alert.objects.get()) == "Vattenläcka i Äspered"


def test_a_municipality_swallows_what_lies_in_it(client: Client) -> None:
    form = filled(sv_headline="Avbrott i {areas}", areas=["1490TB108", "1490", "1490TB121"])
    client.post(NEW, form)
    alert = Alert.objects.get()
    assert [area.code for area in alert.areas.all()] == ["1490"]
    assert str(alert) == "Avbrott i hela Borås"


def test_line_ends_do_not_cost_two_characters(client: Client) -> None:
    client.post(NEW, filled(sv_description="En rad.\r\nEn till."))
    assert Alert.objects.get().words["sv"]["description"] == "En rad.\nEn till."


def test_planned_work_is_never_more_than_likely(client: Client) -> None:
    client.post(NEW, filled(urgency="Future"))
    assert Alert.objects.get().certainty == Certainty.LIKELY


# --- changing and discarding ------------------------------------------------------------------


def test_a_draft_opens_as_it_was_saved(client: Client) -> None:
    alert = given.draft()
    form = form_on(client, f"/console/alerts/{alert.code}/edit/")
    assert form["sv_headline"] == "Vattenavbrott i Äspered"
    assert form["areas"] == ["1490TB121"]
    assert form["expires"] == wall(alert.expires or timezone.now())
    assert form["version"] == alert.version


def test_a_draft_is_changed(client: Client) -> None:
    alert = given.draft()
    where = f"/console/alerts/{alert.code}/edit/"
    answer = client.post(where, form_on(client, where, sv_headline="Ny rubrik", then="save"))
    assert answer.status_code == 302
    assert str(Alert.objects.get()) == "Ny rubrik"


def test_a_draft_is_discarded_after_asking(client: Client) -> None:
    alert = given.draft()
    where = f"/console/alerts/{alert.code}/discard/"
    form = form_on(client, where)
    assert Alert.objects.exists()
    answer = client.post(where, form, follow=True)
    assert "Utkastet är kastat." in answer.content.decode()
    assert not Alert.objects.exists()


def test_a_draft_that_changed_meanwhile_is_not_discarded(client: Client) -> None:
    alert = given.draft()
    where = f"/console/alerts/{alert.code}/discard/"
    form = form_on(client, where)
    Alert.objects.update(version=7)
    assert client.post(where, form).status_code == 409
    assert Alert.objects.exists()


@pytest.mark.parametrize("page", ["edit", "discard"])
def test_what_was_published_is_no_draft(client: Client, page: str) -> None:
    alert = published()
    where = f"/console/alerts/{alert.code}/{page}/"
    assert client.get(where).status_code == 409
    form = filled(version=str(alert.version), key=str(uuid.uuid4()), sv_headline="Nej")
    answer = client.post(where, form)
    assert answer.status_code == 409
    assert "redan publicera" in text(answer)
    alert.refresh_from_db()
    assert str(alert) == "Vattenavbrott i Äspered"


@pytest.mark.parametrize(
    "page", ["", "edit/", "discard/", "publish/", "update/", "resolve/", "cancel/"]
)
def test_an_unknown_alert_is_not_found(client: Client, page: str) -> None:
    assert client.get(f"/console/alerts/zzzzzzz/{page}").status_code == 404
    assert client.get("/console/alerts/zzzzzzz/updates/1/").status_code == 404


def test_the_form_costs_no_more_with_more_areas(
    client: Client, template: Template, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    where = f"{NEW}?template=water-leak"
    with django_assert_num_queries(QUERIES):
        client.get(where)
    parent = Area.objects.get(code="1490")
    for number in range(20):
        Area.objects.create(code=f"1490X{number}", name=f"Ort {number}", parent=parent)
    with django_assert_num_queries(QUERIES):
        client.get(where)


# Who is asking (4), the template, the services, what they give advice about, the areas.
QUERIES = 8


def test_the_clock_may_have_stood_still_for_a_while(client: Client) -> None:
    """A form that was open for hours still saves: only publishing looks at the clock."""
    now = timezone.now()
    form = filled(onset=wall(now - 5 * HOUR), expires=wall(now - timedelta(minutes=5)))
    assert client.post(NEW, form).status_code == 302
