"""The same journeys before a screen: an editor's, a resident's, and a visitor's of somebody else's site."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.utils.translation import gettext, override
from playwright.sync_api import expect

from notify.demo.stack import Stack
from tests.channels.banners.conftest import HostPage
from tests.keyboard import tab_to
from tests.provision.chromium import Look
from tests.simulator_fixture import Simulator, wait_until
from tests.stories.conftest import EDITORS, PASSWORD
from tests.stories.outside import banner_items
from tests.stories.people import Alert, Editor, Resident, Words
from tests.stories.places import FRUFÄLLAN, SANDHULT, VISKAFORS

if TYPE_CHECKING:
    from playwright.sync_api import Page

GONE = Words("Vattnet är borta i Viskafors")
NEWS = Words("Tankbil vid torget i Viskafors")


def sv(sentence: str) -> str:
    """What the pages say for it in Swedish."""
    with override("sv"):
        return gettext(sentence)


# --- an editor --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [Look(width=1280)], indirect=True)
def test_an_editor_logs_in_writes_looks_publishes_and_watches_it_arrive(
    house: Stack, page: Page, simulator: Simulator, resident: Callable[..., Resident]
) -> None:
    reader = resident(SANDHULT).subscribes()
    simulator.set_faults(delivered_ms=2500)
    page.goto(f"{house.web_url}/console/")
    page.get_by_label(sv("Username")).fill(EDITORS[0])
    page.get_by_label(sv("Password")).fill(PASSWORD)
    page.get_by_role("button", name=sv("Log in"), exact=True).click()
    page.get_by_role("link", name=sv("New alert")).click()
    page.get_by_role("link", name="Vattenleverans: störning").click()

    page.get_by_label(sv("Search areas")).fill("sandhu")
    page.get_by_role("checkbox", name="Sandhult").check()
    page.get_by_role("button", name=sv("in 4 hours")).click()
    swedish = page.get_by_role("group", name=re.compile("svenska", re.IGNORECASE))
    swedish.get_by_label(sv("Headline")).fill("Vattnet är borta i Sandhult")
    page.get_by_role("button", name=sv("See what will be sent")).click()

    expect(page.get_by_role("heading", name=sv("What will be sent"))).to_be_visible()
    expect(page.locator("main")).to_contain_text("Vattnet är borta i Sandhult")
    assert len(reader.texts()) == 1, "somebody was told before it was published"
    page.get_by_role("button", name=re.compile(sv("Publish"))).first.click()

    # It arrives before the editor's eyes: this very page shows it, without being loaded again.
    bars = page.locator("[data-fanout-bars]")
    bars.wait_for()
    page.evaluate("window.stayed = true")
    said = sv("%(arrived)d of %(total)d have arrived") % {"arrived": 1, "total": 1}
    expect(bars).to_contain_text(said, timeout=30_000)
    expect(page.locator("[data-finished=true]")).to_be_attached(timeout=30_000)
    assert page.evaluate("window.stayed") is True
    assert ["Vattnet är borta i Sandhult" in text for text in reader.texts()] == [False, True]


# --- a resident -------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [Look(width=360)], indirect=True)
def test_a_resident_subscribes_by_keyboard_alone_with_the_code_from_the_phone(
    house: Stack, page: Page, editor: Editor, resident: Callable[..., Resident]
) -> None:
    reader = resident(FRUFÄLLAN)
    page.goto(f"{house.web_url}/subscribe/")
    tab_to(page, page.get_by_label(sv("Your mobile number")))
    page.keyboard.type(f"0{reader.phone.removeprefix('+46')}")
    tab_to(page, page.get_by_label("Frufällan"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name=sv("Send me a code")))
    page.keyboard.press("Enter")

    code = page.get_by_label(sv("The code from the SMS"))
    expect(code).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab_to(page, code)
    page.keyboard.type(code_on_the_phone(house, page, reader))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(sv("Done. You will get an SMS."))

    alert = editor.tells(FRUFÄLLAN, Words("Vattnet är borta i Frufällan"))
    editor.sees_it_arrive(alert)
    assert len(reader.texts_about(alert)) == 1
    page.goto(alert.link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Vattnet är borta i Frufällan")


def code_on_the_phone(house: Stack, page: Page, reader: Resident) -> str:
    """What the phone shows in another tab, as soon as it does."""
    phone = page.context.new_page()
    phone.goto(f"{house.simulator_url}/phones/{reader.phone}")
    message = phone.get_by_role("listitem").filter(has_text=re.compile(r"\b\d{6}\b"))
    expect(message).to_be_visible()
    found = re.search(r"\b\d{6}\b", message.inner_text())
    phone.close()
    assert found
    return found[0]


# --- a visitor of somebody else's site --------------------------------------------------------


def test_a_banner_elsewhere_shows_the_alert_and_says_what_is_new(
    house: Stack, page: Page, host: HostPage, editor: Editor
) -> None:
    alert = editor.tells(VISKAFORS, GONE, severity="Moderate")
    wait_until(lambda: banner_items(house, alert, VISKAFORS), "the banner's document")
    embed(house, host, VISKAFORS)
    look(page, alert, lambda: page.goto(host.url))
    banner = page.locator("[data-notify-banner] section")
    expect(banner.get_by_role("link", name=GONE.sv)).to_have_attribute("href", alert.link)
    expect(banner.get_by_role("status")).to_have_text("")

    page.evaluate("window.stayed = true")
    alert = editor.updates(alert, **NEWS.fields())
    wait_until(
        lambda: banner_items(house, alert, VISKAFORS)[0]["headline"] == NEWS.sv, "the update"
    )
    # Within seconds, since it is told: it would look by itself much later.
    expect(banner.get_by_role("link", name=NEWS.sv)).to_be_visible()
    expect(banner.get_by_role("status")).to_contain_text(NEWS.sv)
    assert page.evaluate("window.stayed") is True


def embed(house: Stack, host: HostPage, area: str) -> None:
    """One line in a page whose content policy allows our scripts and documents, and nothing else."""
    script = f'<script src="{house.web_url}/embed/v1/banner.js" data-areas="{area}" async></script>'
    host.html = (
        '<!doctype html><html lang="sv"><meta charset="utf-8"><title>Bygdegården</title>'
        f"<main>{script}<h1>Välkommen</h1></main></html>"
    )
    host.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {house.web_url}; connect-src {house.web_url} "
        f"{house.environment['EVENTS_ORIGIN']}; require-trusted-types-for 'script'"
    )


def look(page: Page, alert: Alert, act: Callable[[], object]) -> None:
    """Do it, and wait until the script has its answer, which holds the alert."""
    with page.expect_response(lambda response: "banner.json" in response.url) as response:
        act()
    items = json.loads(response.value.text())["items"]
    assert [item["alert"] for item in items] == [alert.code]
    page.evaluate("Promise.resolve()")
