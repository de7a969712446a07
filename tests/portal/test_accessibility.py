"""Every residents' page under axe, and the statement that says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts.vocabulary import Move
from notify.dispatch.models import DirectMessage, State
from notify.residents.models import SignUp
from tests import axe, given
from tests.dispatch import world as dispatched
from tests.portal.steps import text
from tests.portal.world import ONLY_SWEDISH, borås, mend, overdue, planned, say, sent_code

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer


# --- axe --------------------------------------------------------------------------------------


@axe.BOTH_LANGUAGES
@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_where_people_read(page: Page, live_server: LiveServer) -> None:
    areas = borås()
    standing, coming = say(areas=[areas["Äspered"]]), planned(areas=[areas["Borås"]])
    late, foreign = overdue(), say(words=ONLY_SWEDISH)
    over = say(Move.RESOLVE, say())
    withdrawn = say(Move.CANCEL, say())
    mend(standing, headline="Vattenavbrott i Äspereds tätort")
    mend(standing, "en", headline="Water outage in the town of Äspered")
    alerts = (standing, coming, late, foreign, over, withdrawn)
    for path in (
        "/",
        f"/?place={areas['Äspered'].code}",
        f"/?place={areas['Fristad'].code}",
        "/?place=red",
        "/?place=nowhere",
        *(f"/a/{alert.code}/" for alert in alerts),
        "/about/",
        "/about/banner/",
        "/about/banner/?areas=nowhere",
        "/embed/v1/frame/?lang=sv",
        "/accessibility/",
        "/nowhere/",
    ):
        page.goto(live_server.url + path)
        for summary in page.locator("summary").all():
            if not summary.evaluate("it => it.parentElement.open"):
                summary.click()
        axe.no_finding(page)


@axe.BOTH_LANGUAGES
@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_on_the_map(page: Page, live_server: LiveServer) -> None:
    areas = borås()
    say(areas=[areas["Äspered"]]), planned(areas=[areas["Fristad"]])
    page.emulate_media(reduced_motion="reduce")
    page.goto(live_server.url)
    page.locator("[data-map] button").click()
    mark = page.locator(".map-mark").first
    mark.focus()
    page.keyboard.press("Enter")
    page.locator(".leaflet-popup a").first.wait_for()
    axe.no_finding(page)


@axe.BOTH_LANGUAGES
@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_on_the_way_to_a_subscription(
    page: Page, live_server: LiveServer, settings: Settings
) -> None:
    given.city(), given.service("water"), given.service("power")
    page.goto(f"{live_server.url}/subscribe/")
    axe.no_finding(page)
    page.locator("[type=tel]").press("Enter")
    page.locator(".error-summary").wait_for()
    axe.no_finding(page)
    page.locator("[type=tel]").fill("070-174 06 05")
    page.locator("[name=areas]").first.check()
    page.locator("[type=tel]").press("Enter")
    page.locator("[name=code]").wait_for()
    axe.no_finding(page)
    page.locator("[name=code]").fill("12")
    page.locator("[name=code]").press("Enter")
    page.locator(".error-summary").wait_for()
    axe.no_finding(page)
    page.locator("[name=code]").fill(sent_code())
    page.locator("[name=code]").press("Enter")
    page.wait_for_url("**/done/")
    axe.no_finding(page)
    settings.SMS_ENABLED = False
    page.goto(f"{live_server.url}/subscribe/")
    axe.no_finding(page)


@axe.BOTH_LANGUAGES
@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_where_people_manage_what_they_get(
    page: Page, live_server: LiveServer
) -> None:
    given.subscriber("+46701740605")
    told = dispatched.fan_out().update
    page.goto(f"{live_server.url}/manage/")
    axe.no_finding(page)
    page.locator("[type=tel]").fill("070-174 06 05")
    page.locator("[type=tel]").press("Enter")
    page.locator("[name=code]").wait_for()
    page.locator("[name=code]").fill(sent_code())
    page.locator("[name=code]").press("Enter")
    page.wait_for_url("**/manage/")
    axe.no_finding(page)
    for path in ("places/", "places/1490TB121/", "number/", "held/", "end/"):
        page.goto(f"{live_server.url}/manage/{path}")
        axe.no_finding(page)
    page.locator(".button--danger").click()
    page.locator("[action='/manage/undo/']").wait_for()
    axe.no_finding(page)
    page.goto(f"{live_server.url}/{told.alert.code}.{told.number}")
    axe.no_finding(page)


@axe.BOTH_LANGUAGES
@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_where_somebody_must_wait_or_is_refused(
    page: Page, live_server: LiveServer, settings: Settings
) -> None:
    settings.CODE_LIMIT_PER_CLIENT_PER_HOUR = 2
    given.city(), given.service("water")
    _ask_for_a_code(page, live_server)
    lost = SignUp.objects.get()
    _ask_for_a_code(page, live_server)
    page.get_by_role("heading", level=1, name=re.compile("Vänta|Wait")).wait_for()
    axe.no_finding(page)
    settings.CODE_LIMIT_PER_CLIENT_PER_HOUR = 1
    page.locator("main [type=submit]").click()
    page.locator(".error-summary").wait_for()
    axe.no_finding(page)
    DirectMessage.objects.update(state=State.FAILED)
    page.goto(f"{live_server.url}/subscribe/{lost.key}/")
    page.locator(".notice--error").wait_for()
    axe.no_finding(page)
    SignUp.objects.update(expires_at=lost.created_at)
    page.reload()
    axe.no_finding(page)


def _ask_for_a_code(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/manage/")
    page.locator("[type=tel]").fill("070-174 06 05")
    page.locator("[type=tel]").press("Enter")
    page.wait_for_url(re.compile("/subscribe/|/manage/$"))


@axe.BOTH_LANGUAGES
@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_on_the_pages_of_errors(
    page: Page, live_server: LiveServer, settings: Settings
) -> None:
    settings.ROOT_URLCONF = "tests.portal.test_errors"
    for path in ("misunderstood/", "forbidden/", "nowhere/", "manage/close/", "broken/"):
        page.goto(f"{live_server.url}/{path}")
        axe.no_finding(page)


# --- the statement ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_statement_says_what_the_law_asks_for(
    client: Client, english: Client, settings: Settings
) -> None:
    settings.PUBLISHER_EMAIL, settings.PUBLISHER_PHONE = "hjalp@example.se", "033-000 00 00"

    swedish = text(client.get("/accessibility/"))
    for part in (
        "Tillgänglighetsredogörelse",
        "delvis förenliga med lagen",
        "Brister i tillgängligheten",
        'href="mailto:hjalp@example.se"',
        "033-000 00 00",
        'href="https://www.digg.se/tdosanmalan"',
        "25 november 2026",
        "Hur sidorna har testats",
    ):
        assert part in swedish
    assert "partly conform to the law" in text(english.get("/accessibility/"))


@pytest.mark.django_db
def test_without_a_contact_of_its_own_it_still_says_whom_to_turn_to(
    client: Client, settings: Settings
) -> None:
    settings.PUBLISHER_NAME = "Exempelstad"

    assert "Kontakta Exempelstad på vanligt sätt." in text(client.get("/accessibility/"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/about/", "/accessibility/", "/nowhere/", "/console/login/"]
)
def test_every_page_leads_to_the_statement(client: Client, path: str) -> None:
    assert 'href="/accessibility/"' in client.get(path).content.decode()


@pytest.mark.django_db
def test_the_statement_costs_no_statement(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        client.get("/accessibility/")
