"""The map: fetched when asked for, worked with a keyboard, and saying no more than the list."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from tests.keyboard import tab_to
from tests.portal.world import borås, planned, say, words
from tests.provision.chromium import Look

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)

EACH_WIDTH = pytest.mark.parametrize("page", [Look(width=320), Look(width=1280)], indirect=True)


@pytest.fixture
def start(page: Page, live_server: LiveServer) -> Page:
    """The first page of the real city, with two disruptions and a planned work; nothing moves."""
    areas = borås()
    say(areas=[areas["Fristad"]], severity="Moderate", words=words("Vattnet är brunt"))
    say(areas=[areas["Äspered"], areas["Dannike"]], words=words("Vattnet är borta"))
    planned(areas=[areas["Äspered"], areas["Viskafors"]], words=words("Vi spolar"))
    page.emulate_media(reduced_motion="reduce")
    page.goto(live_server.url)
    return page


def show(page: Page) -> None:
    page.get_by_role("button", name="Visa kartan").click()
    page.locator(".map-mark").first.wait_for()


@EACH_WIDTH
def test_it_says_of_each_place_what_the_list_says_the_worst_first(start: Page) -> None:
    show(start)

    assert start.locator(".map-mark").all_text_contents() == [
        "DannikeAllvarlig",
        "ÄsperedAllvarlig +1",
        "FristadMåttlig",
        "ViskaforsPlanerat",
    ]
    # Lines tell them apart too, not only colours.
    widths = start.locator("path.map-area").evaluate_all(
        "all => [...new Set(all.map(one => getComputedStyle(one).strokeWidth))].sort()"
    )
    assert widths == ["1px", "2px", "4px"]
    broken = start.locator("path.map-area--planned")
    assert broken.evaluate("it => getComputedStyle(it).strokeDasharray") == "6px, 5px"


@EACH_WIDTH
def test_it_is_worked_with_a_keyboard_alone(start: Page) -> None:
    button = start.get_by_role("button", name="Visa kartan")
    tab_to(start, button)
    start.keyboard.press("Enter")
    expect(start.get_by_role("group", name="Karta.")).to_be_focused()

    mark = start.get_by_role("button", name="Äspered")
    tab_to(start, mark)
    start.keyboard.press("Space")
    first = start.locator(".leaflet-popup").get_by_role("link", name="Vattnet är borta")
    expect(first).to_be_focused()
    start.keyboard.press("Escape")
    expect(mark).to_be_focused()

    start.keyboard.press("Enter")
    expect(first).to_be_focused()
    start.keyboard.press("Enter")
    expect(start.get_by_role("heading", level=1)).to_have_text("Vattnet är borta")


@EACH_WIDTH
def test_it_makes_no_page_wider_and_covers_nothing_that_it_says(start: Page) -> None:
    show(start)

    wide, room = start.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= room
    boxes = start.locator(".map-mark").evaluate_all(
        "all => all.map(one => { const it = one.getBoundingClientRect(); "
        "return [it.width, it.height]; })"
    )
    assert all(min(box) >= 24 for box in boxes)  # WCAG 2.2, 2.5.8


def test_a_place_that_was_chosen_is_in_the_middle_of_it(
    start: Page, live_server: LiveServer
) -> None:
    start.goto(f"{live_server.url}/?place=1490TB121")
    show(start)

    expect(start.locator("path.map-area--chosen")).to_have_count(1)
    marks = start.locator(".map-mark").all_text_contents()
    assert "FristadMåttlig" in marks, "what holds elsewhere is on the map too"


def test_it_is_fetched_from_us_alone_and_keeps_to_the_policy(
    start: Page, live_server: LiveServer
) -> None:
    asked: list[str] = []
    start.on("request", lambda one: asked.append(one.url))
    show(start)

    assert {urlsplit(one).netloc for one in asked} == {urlsplit(live_server.url).netloc}
    # The icon of the page itself may come late.
    assert sorted({urlsplit(one).path for one in asked} - {"/static/favicon.svg"}) == [
        "/places.geojson",
        "/static/js_lib_leaflet/leaflet.css",
        "/static/js_lib_leaflet/leaflet.js",
    ]


def test_when_it_cannot_be_fetched_it_says_so_and_can_be_asked_for_again(start: Page) -> None:
    start.route("**/leaflet.js", lambda route: route.abort())
    start.get_by_role("button", name="Visa kartan").click()
    expect(start.locator("[data-map] [role=status]")).to_have_text(
        "Kartan kunde inte hämtas. Kontrollera din uppkoppling och försök igen."
    )
    start.unroute("**/leaflet.js")
    show(start)


def test_tiles_lie_under_it_when_they_are_configured_and_are_credited(
    page: Page, live_server: LiveServer, settings: Settings
) -> None:
    settings.MAP_TILES_URL = f"{live_server.url}/static/favicon.svg?{{z}}-{{x}}-{{y}}"
    settings.MAP_TILES_ATTRIBUTION = "© Exempelstad"
    borås()
    page.goto(live_server.url)
    page.get_by_role("button", name="Visa kartan").click()

    page.locator("img.leaflet-tile-loaded").first.wait_for()
    expect(page.locator(".leaflet-control-attribution")).to_have_text("© Exempelstad")
