"""The page about the service: feeds, the banner's line, and what becomes of a number."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from notify.channels.feeds.formats import Format
from tests import given

pytestmark = pytest.mark.django_db


def test_every_feed_that_it_lists_is_there(client: Client, english: Client) -> None:
    given.city(), given.service("water")

    for browser in (client, english):
        page = browser.get("/about/").content.decode()
        feeds = set(re.findall(r'href="(/feeds/[^"]+)"', page))
        assert len(feeds) == len(Format) * (1 + 1 + 3)
        for feed in feeds:
            assert browser.get(feed).status_code == 200


def test_the_banners_line_can_be_pasted_as_it_stands(client: Client, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://drift.example.se"
    given.city()

    page = html.unescape(client.get("/about/").content.decode())

    line = re.search(r"<code>(<script .*?</script>)</code>", page)
    assert line
    assert line[1] == (
        '<script src="https://drift.example.se/embed/v1/banner.js" '
        'data-areas="1490" data-lang="sv" data-theme="light" async></script>'
    )
    assert client.get("/embed/v1/banner.js").status_code == 200


def test_it_says_what_becomes_of_a_number(client: Client, english: Client) -> None:
    assert "Så hanterar vi ditt telefonnummer" in client.get("/about/").content.decode()
    assert (
        "When you end everything you get nothing more." in english.get("/about/").content.decode()
    )


def test_an_empty_city_has_a_page_too(client: Client) -> None:
    assert client.get("/about/").status_code == 200


def test_it_costs_two_statements(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    given.city(), given.service("water"), given.service("power")

    with django_assert_num_queries(2):
        client.get("/about/")
