"""The page where whoever has a site of their own gets a banner for it."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from playwright.sync_api import expect
from pytest_django import DjangoAssertNumQueries, Settings

from notify.channels.banners import script
from tests import given

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db
PAGE = "/about/banner/"
CHOSEN = "?areas=1490TB121&areas=1490TB108&services=water&lang=en&theme=light&empty=on"


@pytest.fixture(autouse=True)
def city(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://drift.example.se"
    given.city(), given.service("water"), given.service("power")


def lines(client: Client, query: str = "") -> dict[str, str]:
    """What is to be pasted, by the name of each way."""
    page = client.get(PAGE + query).content.decode()
    found = re.findall(r'<code id="(\w+)-lines">(.*?)</code>', page, re.DOTALL)
    return {name: html.unescape(code) for name, code in found}


def test_before_anything_is_chosen_it_is_everything_in_the_language_of_the_page(
    client: Client, english: Client
) -> None:
    for browser, language in ((client, "sv"), (english, "en")):
        assert lines(browser)["script"] == (
            '<script src="https://drift.example.se/embed/v1/banner.js" '
            f'data-lang="{language}" data-theme="light" async></script>'
        )


def test_the_choice_is_in_every_line(client: Client) -> None:
    made = lines(client, CHOSEN)
    built = script.present()
    assert made["script"] == (
        '<script src="https://drift.example.se/embed/v1/banner.js" '
        'data-areas="1490TB121,1490TB108" data-services="water" data-lang="en" '
        'data-theme="light" data-empty="show" async></script>'
    )
    assert (
        '<service-alerts areas="1490TB121,1490TB108" services="water" lang="en"'
        in (made["element"])
    )
    assert f'banner.{built.digest}.js" integrity="{built.integrity}"' in made["pinned"]
    query = "areas=1490TB121,1490TB108&amp;services=water&amp;lang=en"
    assert f'/embed/v1/frame/?{query}&amp;theme=light"' in made["frame"]
    assert f'<img src="https://drift.example.se/embed/v1/banner.svg?{query}"' in made["picture"]


@pytest.mark.parametrize("query", ["", CHOSEN, "?services=power&lang=sv&theme="])
def test_every_address_that_it_gives_answers(client: Client, query: str) -> None:
    given_out = re.findall(r'src="https://drift.example.se([^"]+)"', str(lines(client, query)))
    page = client.get(PAGE + query).content.decode()
    given_out += re.findall(r'href="(/feeds/[^"]+)"', page)
    given_out += re.findall(r'<iframe class="embed-frame"\s+src="([^"]+)"', page)
    assert len(given_out) >= 10
    for address in given_out:
        assert client.get(html.unescape(address)).status_code == 200, address


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?areas=nowhere&lang=sv", "Det området finns inte längre."),
        ("?services=taxi&lang=sv", "Den tjänsten finns inte längre."),
        ("?lang=fi", "Välj ett språk."),
        ("?lang=sv&theme=sepia", "Välj färger i listan."),
    ],
)
def test_what_cannot_be_chosen_is_said_and_makes_no_lines(
    client: Client, query: str, sentence: str
) -> None:
    assert sentence in client.get(PAGE + query).content.decode()
    assert lines(client, query) == {}


def test_hostile_words_in_the_address_stay_words(client: Client) -> None:
    evil = client.get(PAGE, {"areas": '"><script>alert(1)</script>', "lang": "sv"})
    assert "<script>alert" not in evil.content.decode()


def test_the_page_about_the_service_leads_there(client: Client) -> None:
    assert f'href="{PAGE}"' in client.get("/about/").content.decode()


def test_it_costs_two_statements(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        client.get(PAGE + CHOSEN)


@pytest.mark.django_db(transaction=True)
def test_it_shows_the_banner_and_copies_the_line(page: Page, live_server: LiveServer) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{live_server.url}{PAGE}")
    page.get_by_role("checkbox", name="Äspered").check()
    page.get_by_role("checkbox", name="Säg till när").check()
    page.get_by_role("button", name="Visa bannern och raderna").click()
    page.wait_for_url("**areas=1490TB121**")
    shown = page.frame_locator("iframe")
    expect(shown.get_by_role("region", name="Driftinformation")).to_contain_text(
        "Just nu finns inga kända störningar."
    )
    page.get_by_role("button", name="Kopiera").first.click()
    expect(page.get_by_text("Kopierat.")).to_be_visible()
    assert 'data-areas="1490TB121"' in page.evaluate("navigator.clipboard.readText()")
