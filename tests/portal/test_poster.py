"""An alert on paper: one A4 with everything that matters, and a code that leads to the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts.content import LONGEST
from notify.alerts.help_at import LONGEST_LINE, MOST
from notify.alerts.models import Alert, Area
from notify.alerts.vocabulary import Move
from notify.portal.poster import (
    FEW_LETTERS,
    LETTERS_OF_HEADING,
    LETTERS_OF_PHRASE,
    LETTERS_OF_ROW,
    ROW,
    code_for,
)
from tests import given
from tests.portal.world import HOUR, say
from tests.provision.chromium import Look

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

SVG = "{http://www.w3.org/2000/svg}"
EVERYTHING = {"drink": "boil", "shower": "mouth", "wash": "no", "flush": "little"}
LONG = {
    "headline": ("Vattenavbrott " * 10)[: LONGEST["headline"]],
    "description": "Vi letar efter läckan. " * 80,
    "instruction": ("Hämta vatten.\n" * 90)[: LONGEST["instruction"]],
}


# --- the code -----------------------------------------------------------------------------------


def test_the_code_is_a_drawing_that_runs_nothing_and_may_be_kept() -> None:
    root = etree.fromstring(code_for("https://drift.example.se/a/65cmgvq/"))

    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox")
    assert {part.tag for part in root} == {f"{SVG}path"}
    for part in root.iter():
        assert not set(part.attrib) & {"style", "onload", "href"}


def test_different_addresses_have_different_codes_and_the_same_has_one() -> None:
    assert code_for("https://a.example/a/b/") == code_for("https://a.example/a/b/")
    assert code_for("https://a.example/a/b/") != code_for("https://a.example/a/c/")


@pytest.mark.django_db
def test_a_cache_may_keep_the_code_and_ask_whether_it_changed(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alert = say()
    with django_assert_num_queries(2):
        answer = client.get(f"/a/{alert.code}/qr.svg")

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert answer.content == code_for(f"http://testserver/a/{alert.code}/")
    assert "public" in answer["Cache-Control"]
    assert "Vary" not in answer
    again = client.get(f"/a/{alert.code}/qr.svg", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
def test_a_draft_has_no_code(client: Client) -> None:
    assert client.get(f"/a/{given.draft().code}/qr.svg").status_code == 404


# --- the page -----------------------------------------------------------------------------------


@pytest.fixture
def printed(page: Page, live_server: LiveServer) -> Callable[[Alert], str]:
    """Lays out an alert's page on paper and reads it; it must be one sheet with nothing cut at its edge."""

    def sheet(alert: Alert) -> str:
        page.goto(f"{live_server.url}/a/{alert.code}/")
        assert sheets(page.pdf(prefer_css_page_size=True)) == 1
        page.emulate_media(media="print")
        # An A4 within its margins.
        page.set_viewport_size({"width": 688, "height": 1016})
        body = page.locator("body")
        assert body.evaluate("body => body.scrollHeight <= body.clientHeight")
        return " ".join(body.inner_text().split())

    return sheet


def sheets(pdf: bytes) -> int:
    """How many pages a PDF of Chromium's has."""
    return len(re.findall(rb"/Type /Page\b", pdf))


EVERY_THEME = pytest.mark.parametrize(
    "page",
    [Look(width=360, theme="dark", language="en"), Look(width=1280, theme="light", language="sv")],
    indirect=True,
)


@pytest.mark.django_db(transaction=True)
def test_without_the_posters_style_it_would_be_more_sheets(
    page: Page, live_server: LiveServer
) -> None:
    alert = say(words={"sv": LONG}, advice=EVERYTHING)
    page.route("**/poster*.css", lambda route: route.abort())
    page.goto(f"{live_server.url}/a/{alert.code}/")
    assert sheets(page.pdf()) > 1


@EVERY_THEME
@pytest.mark.django_db(transaction=True)
def test_it_prints_on_one_sheet_with_what_matters(
    printed: Callable[[Alert], str], page: Page
) -> None:
    alert = say(advice={"drink": "boil", "flush": "yes"})
    say(Move.UPDATE, alert, expires=timezone.now() + 9 * HOUR)

    sheet = printed(alert)
    swedish = page.locator("html").get_attribute("lang") == "sv"
    words = given.WORDS["sv" if swedish else "en"]
    assert words["headline"] in sheet
    assert words["instruction"] in sheet
    assert ("Koka vattnet innan" if swedish else "Boil the water before") in sheet
    assert ("Väntas vara klart" if swedish else "Expected to be over") in sheet
    for text in ("Äspered", "Driftinformation", f"http://testserver/a/{alert.code}/"):
        assert text in sheet
    # The story and the ways on are for the screen.
    assert words["description"] not in sheet
    assert ("Det här har vi meddelat" if swedish else "What we have said") not in sheet


def forty_areas() -> list[Area]:
    """More places than a poster can name."""
    borås = given.city()["Borås"]
    return [
        Area.objects.create(code=f"x{number}", name=f"Stadsdelen nummer {number}", parent=borås)
        for number in range(40)
    ]


@EVERY_THEME
@pytest.mark.django_db(transaction=True)
def test_the_longest_alert_still_prints_on_one_sheet(
    printed: Callable[[Alert], str], page: Page, settings: Settings
) -> None:
    settings.PUBLISHER_PHONE = "033-35 70 00"
    settings.PUBLISHER_EMAIL = "kundservice@example.se"
    alert = say(words={"sv": LONG}, areas=forty_areas(), advice=EVERYTHING)

    sheet = printed(alert)
    assert settings.PUBLISHER_PHONE in sheet
    assert LONG["headline"].strip() in sheet
    assert f"http://testserver/a/{alert.code}/" in sheet
    shown = page.locator(".instruction > div").bounding_box()
    assert shown
    assert shown["height"] > 8 * 12 * 1.3


@pytest.mark.parametrize("count", [6, MOST])
@EVERY_THEME
@pytest.mark.django_db(transaction=True)
def test_the_longest_alert_still_names_every_place_where_help_is_to_be_had(
    printed: Callable[[Alert], str], page: Page, settings: Settings, count: int
) -> None:
    settings.PUBLISHER_PHONE = "033-35 70 00"
    settings.PUBLISHER_EMAIL = "kundservice@example.se"
    places = [f"{number} {'Tankbilen vid skolan ' * 9}"[:LONGEST_LINE] for number in range(count)]
    alert = say(words={"sv": LONG}, areas=forty_areas(), advice=EVERYTHING, help_at=places)

    sheet = printed(alert)
    for place in places:
        assert place.strip() in sheet
    assert f"http://testserver/a/{alert.code}/" in sheet
    assert page.locator(".instruction > div").bounding_box()


@pytest.mark.django_db(transaction=True)
def test_a_few_places_where_help_is_to_be_had_fit_in_large_print(
    printed: Callable[[Alert], str], page: Page, settings: Settings
) -> None:
    settings.PUBLISHER_PHONE = "033-35 70 00"
    settings.PUBLISHER_EMAIL = "kundservice@example.se"
    headline = "Vattenavbrott i Äspered"
    places = [f"{number} {'Tankbilen på torget ' * 3}"[:ROW].strip() for number in range(5)]
    used = LETTERS_OF_HEADING + LETTERS_OF_ROW * len(places) + 2 * len(headline)
    texts = {
        "headline": headline,
        "description": "",
        "instruction": ("Hämta vatten vid tankbilen. " * 9)[: FEW_LETTERS - used],
    }
    alert = say(words={"sv": texts}, areas=forty_areas(), help_at=places)

    sheet = printed(alert)
    for text in (*places, texts["instruction"].strip()):
        assert text in sheet
    assert not page.locator(".story--long").count()


@pytest.mark.parametrize(("letters", "advice"), [(LONGEST["headline"], {}), (56, EVERYTHING)])
@pytest.mark.django_db(transaction=True)
def test_what_is_just_short_enough_for_large_print_fits(
    printed: Callable[[Alert], str],
    page: Page,
    settings: Settings,
    letters: int,
    advice: dict[str, str],
) -> None:
    settings.PUBLISHER_PHONE = "033-35 70 00"
    settings.PUBLISHER_EMAIL = "kundservice@example.se"
    headline = ("Vattenavbrott " * 10)[:letters].strip()
    left = FEW_LETTERS - 2 * len(headline) - LETTERS_OF_PHRASE * len(advice)
    texts = {
        "headline": headline,
        "description": "",
        "instruction": ("Hämta vatten vid tankbilen på torget. " * 9)[:left],
    }
    alert = say(words={"sv": texts}, areas=forty_areas(), advice=advice)
    assert texts["instruction"].strip() in printed(alert)
    assert not page.locator(".story--long").count()


@pytest.mark.parametrize("page", [Look(width=360)], indirect=True)
@pytest.mark.django_db(transaction=True)
def test_it_is_black_on_white_and_its_code_is_there(page: Page, live_server: LiveServer) -> None:
    alert = say(advice=EVERYTHING)
    page.goto(f"{live_server.url}/a/{alert.code}/")
    code = page.locator(".poster-code")
    assert not code.is_visible()

    page.emulate_media(media="print", color_scheme="dark")
    assert code.is_visible()
    assert code.locator("img").evaluate("image => image.naturalWidth") > 0
    for part in ("h1", ".instruction", ".facts dd"):
        colour = page.locator(part).first.evaluate("one => getComputedStyle(one).color")
        assert colour == "rgb(0, 0, 0)"
    for icon in page.locator(".advice img").all():
        assert icon.evaluate("image => image.naturalWidth") > 0


@pytest.mark.parametrize("page", [Look(width=360)], indirect=True)
@pytest.mark.django_db(transaction=True)
def test_a_button_prints_it(page: Page, live_server: LiveServer) -> None:
    page.add_init_script("window.print = () => { document.title = 'printed'; }")
    page.goto(f"{live_server.url}/a/{say().code}/")
    page.get_by_role("button", name="Skriv ut som anslag").click()

    assert page.title() == "printed"
