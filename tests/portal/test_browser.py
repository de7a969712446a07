"""A resident with a small phone, a keyboard and no mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from notify.residents.models import Subscriber, Subscription
from tests import given
from tests.keyboard import tab_to
from tests.portal.world import planned, say, sent_code, words
from tests.provision.chromium import Look

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = pytest.mark.parametrize("page", [Look(width=360)], indirect=True)
BARE = pytest.mark.parametrize("page", [Look(width=360, scripts=False)], indirect=True)
EVERY_LOOK = pytest.mark.parametrize(
    "page",
    [
        Look(width=320, theme="light", language="sv"),
        Look(width=320, theme="dark", language="en"),
        Look(width=1280, theme="light", language="en"),
        Look(width=1280, theme="dark", language="sv"),
    ],
    indirect=True,
)


@pytest.fixture
def city() -> None:
    """A place, two services and a disruption to read about."""
    given.city(), given.service("water"), given.service("power")
    say(), planned(words=words("Vi spolar ledningarna"))


@SMALL
@pytest.mark.usefixtures("city")
def test_somebody_with_a_keyboard_alone_reads_and_subscribes(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Hoppa till innehållet")
    tab_to(page, page.get_by_role("link", name="Vattenavbrott i Äspered"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Det här har vi meddelat").wait_for()

    tab_to(page, page.get_by_role("link", name="Få sms när något ändras"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Ditt mobilnummer"))
    page.keyboard.type("070-174")
    page.keyboard.press("Enter")

    # The focus is on what went wrong, and from there on the field.
    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.type("070-174 06 05")
    tab_to(page, page.get_by_label("Sök efter ett område"))
    page.keyboard.type("frist")
    expect(page.get_by_label("Hela Borås")).to_be_hidden()
    expect(page.get_by_label("Äspered"), "what is ticked stays in sight").to_be_visible()
    tab_to(page, page.get_by_label("Fristad"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Skicka en kod till mig"))
    page.keyboard.press("Enter")

    tab_to(page, page.get_by_label("Koden i sms:et"))
    page.keyboard.type(sent_code())
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Klart. Du får sms från oss.").wait_for()
    assert Subscriber.objects.get().phone == "+46701740605"
    chosen = Subscription.objects.values_list("area__name", flat=True)
    assert set(chosen) == {"Äspered", "Fristad"}


@BARE
@pytest.mark.usefixtures("city")
def test_without_scripts_everything_works(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/subscribe/")
    expect(page.get_by_label("Sök efter ett område")).to_be_hidden()
    page.get_by_label("Ditt mobilnummer").fill("070-174 06 05")
    page.get_by_label("Fristad").check()
    page.get_by_role("button", name="Skicka en kod till mig").click()
    code = page.get_by_label("Koden i sms:et")
    code.wait_for()
    code.fill(sent_code())
    page.get_by_role("button", name="Börja prenumerera").click()

    page.get_by_role("heading", name="Klart. Du får sms från oss.").wait_for()


@SMALL
@pytest.mark.usefixtures("city")
def test_a_reader_changes_language_and_stays_where_they_are(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/?place=1490")
    page.get_by_role("button", name="English").click()

    page.get_by_role("heading", name="All of Borås: 1 disruption right now").wait_for()
    expect(page).to_have_url(f"{live_server.url}/?place=1490")


@EVERY_LOOK
@pytest.mark.usefixtures("city")
def test_no_page_scrolls_sideways_not_even_with_large_type(
    page: Page, live_server: LiveServer
) -> None:
    for path in (
        "/",
        "/?place=nowhere",
        f"/a/{say().code}/",
        "/subscribe/",
        "/about/",
        "/accessibility/",
        "/nowhere/",
    ):
        page.goto(live_server.url + path)
        for size in ("100%", "225%"):  # the page's own 112.5 %, doubled
            page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            wide, room = page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            assert wide <= room, f"{path} at {size} is {wide} px wide in {room}"
