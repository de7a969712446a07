"""Somebody who lets the browser tell where they are: their position stays with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.portal.world import borås, say
from tests.provision.chromium import Look

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)

IN_ÄSPERED = {"longitude": 13.18091, "latitude": 57.75586}
AT_SEA = {"longitude": 11.0, "latitude": 57.7}
HEARD = """
    window.heard = [];
    const said = document.querySelector(".lookup__said");
    new MutationObserver(() => window.heard.push(said.textContent)).observe(said, { childList: true });
"""


@pytest.fixture
def start(page: Page, live_server: LiveServer) -> Page:
    """The first page of the real city, with an alert in Äspered."""
    say(areas=[borås()["Äspered"]])
    page.goto(live_server.url)
    page.evaluate(HEARD)
    return page


def button(page: Page) -> Locator:
    return page.get_by_role("button", name="Använd min position")


def stand(page: Page, where: dict[str, float]) -> None:
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(where)  # type: ignore[arg-type]


def test_it_is_answered_for_the_place_where_they_are_and_the_position_goes_nowhere(
    start: Page, live_server: LiveServer
) -> None:
    sent: list[str] = []
    start.on("request", lambda one: sent.append(f"{one.url} {one.post_data} {one.headers}"))
    stand(start, IN_ÄSPERED)

    button(start).click()

    start.wait_for_url("**/?place=1490TB121")
    expect(start.get_by_role("heading", level=1)).to_have_text("Äspered: 1 störning just nu")
    assert all(one.startswith(live_server.url) for one in sent)
    for digits in ("13.18", "57.75"):
        assert not [one for one in sent if digits in one]
    assert not start.context.cookies()
    assert not start.evaluate("localStorage.length + sessionStorage.length")


def test_outside_all_places_it_says_so_once(start: Page) -> None:
    stand(start, AT_SEA)

    button(start).click()

    said = start.locator(".lookup__said")
    expect(said).to_have_text(
        "Du verkar vara utanför de platser som vi känner till. Skriv ett namn eller välj i listan."
    )
    assert start.evaluate("window.heard") == ["Tar reda på var du är …", said.text_content()]


def test_who_says_no_is_not_asked_again_and_again(start: Page) -> None:
    start.context.clear_permissions()

    button(start).click()

    expect(start.locator(".lookup__said")).to_have_text(
        "Din webbläsare låter oss inte använda din position. Skriv ett namn eller välj i listan."
    )
    assert len(start.evaluate("window.heard")) == 2


def test_when_the_outlines_cannot_be_fetched_another_try_may_go_better(start: Page) -> None:
    stand(start, IN_ÄSPERED)
    start.route("**/places.geojson", lambda route: route.abort())
    button(start).click()
    expect(start.locator(".lookup__said")).to_contain_text("Platserna kunde inte hämtas.")
    start.unroute("**/places.geojson")

    button(start).click()

    start.wait_for_url("**/?place=1490TB121")


@pytest.mark.parametrize("page", [Look(width=360, scripts=False)], indirect=True)
def test_without_scripts_nothing_is_promised_and_a_name_is_enough(
    page: Page, live_server: LiveServer
) -> None:
    say(areas=[borås()["Äspered"]])
    page.goto(live_server.url)
    expect(page.locator("[data-near]")).to_be_hidden()
    expect(page.locator("[data-map]")).to_be_hidden()

    page.get_by_label("Är det en störning där du bor?").fill("aspered")
    page.keyboard.press("Enter")

    page.wait_for_url("**/?place=1490TB121")
    page.locator("summary").click()
    page.get_by_role("link", name="Fristad").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Fristad: inga kända störningar just nu"
    )
    assert not page.context.cookies()


@pytest.mark.parametrize("page", [Look(width=320)], indirect=True)
def test_who_writes_what_we_do_not_know_is_taken_back_to_the_field(start: Page) -> None:
    start.locator("#place").fill("Atlantis")
    start.keyboard.press("Enter")

    expect(start.locator("#place")).to_be_focused()
    expect(start.locator("#place")).to_have_value("Atlantis")
    expect(start.locator("#place")).to_have_accessible_description(
        "Skriv namnet på din ort eller stadsdel. Vi hittar ingen plats som liknar ”Atlantis”. "
        "Prova en annan stavning eller välj i listan."
    )
