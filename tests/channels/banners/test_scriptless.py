from __future__ import annotations

import pytest
from django.test import Client

from notify.channels.banners.channel import BannerChannel
from notify.channels.notice import Words
from tests import given
from tests.channels.notices import FRISTAD, ÄSPERED, hand, notice

pytestmark = pytest.mark.django_db
FRAME = "/embed/v1/frame/"
IMAGE = "/embed/v1/banner.svg"


@pytest.fixture(autouse=True)
def city() -> None:
    given.city()
    given.service("water")


def test_the_frame_tells_the_news_of_its_areas_without_a_script(client: Client) -> None:
    hand(BannerChannel(), notice())
    said = client.get(f"{FRAME}?areas={ÄSPERED.code}&lang=en").content.decode()
    for part in ("Water outage in Äspered", "Severe disruption", f'areas="{ÄSPERED.code}"'):
        assert part in said
    other = client.get(f"{FRAME}?areas={FRISTAD.code}").content.decode()
    assert "Just nu finns inga kända störningar." in other


def test_any_site_may_frame_it_and_nothing_else_is_loosened(client: Client) -> None:
    response = client.get(FRAME)
    assert "X-Frame-Options" not in response
    directives = dict(
        directive.split(" ", 1) for directive in response["Content-Security-Policy"].split("; ")
    )
    assert directives["frame-ancestors"] == "*"
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert directives["default-src"] == "'none'"
    assert not response.cookies
    assert not response.has_header("Vary")


def test_words_are_no_markup_there(client: Client) -> None:
    evil = '"><script>alert(1)</script>'
    hand(BannerChannel(), notice(words={"sv": Words(evil, evil, evil)}))
    for address in (FRAME, IMAGE):
        assert "<script>alert" not in client.get(address).content.decode()


def test_its_look_is_one_that_there_is(client: Client) -> None:
    assert 'theme="light"' in client.get(f"{FRAME}?theme=light").content.decode()
    assert "theme=" not in client.get(f"{FRAME}?theme=sepia").content.decode()


def test_the_picture_may_stand_on_any_page(client: Client) -> None:
    hand(BannerChannel(), notice())
    response = client.get(f"{IMAGE}?areas={ÄSPERED.code}&lang=sv")
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Vattenavbrott i Äspered" in response.content.decode()
    assert len(response.content) < 2500


@pytest.mark.parametrize("address", [FRAME, IMAGE])
def test_what_is_not_there_is_named(client: Client, address: str) -> None:
    response = client.get(f"{address}?areas=0000&lang=sv")
    assert response.status_code == 404
    assert response.content.decode() == "Det finns inget område med koden ”0000”.\n"
