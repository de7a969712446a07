"""The first page is light: what a phone on a slow network fetches before it can be read and used."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.portal.world import borås, planned, say, words

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)

MOST = 60_000
"""Bytes of the page, its styles, scripts and pictures, and of their headers."""
HEADERS = 800
"""Bytes that each answer's headers are counted as, more than ours have."""
SLOW_3G = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,
}
"""400 kbit/s each way and 400 ms, as browsers' own tools call it."""


def busy_day() -> None:
    """Ten disruptions and five planned works in the real city."""
    areas = list(borås().values())
    for number, area in enumerate(areas[:15]):
        more = words(f"Störning nummer {number} i {area.name}", instruction="Koka vattnet. " * 8)
        (planned if number % 3 == 0 else say)(areas=[area], words=more)


def test_everything_that_the_first_page_fetches_is_under_60_kb(
    page: Page, live_server: LiveServer
) -> None:
    """Compressed as nginx and whitenoise do it; the one server of the tests compresses nothing."""
    busy_day()
    fetched: dict[str, Response] = {}

    def keep(response: Response) -> None:
        fetched[response.url] = response

    page.on("response", keep)
    page.goto(live_server.url, wait_until="networkidle")

    weights = {
        urlsplit(url).path: len(gzip.compress(one.body(), 6)) + HEADERS
        for url, one in fetched.items()
    }
    assert {"/", "/static/notify.css", "/static/portal/near.js"} <= weights.keys()
    assert not [path for path in weights if "leaflet" in path or "geojson" in path]
    assert {urlsplit(url).netloc for url in fetched} == {urlsplit(live_server.url).netloc}
    assert sum(weights.values()) < MOST, weights


def test_it_can_be_read_and_used_within_seconds_on_a_slow_network(
    page: Page, live_server: LiveServer
) -> None:
    """As the test's server sends it: uncompressed, and so slower than in use."""
    busy_day()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW_3G)

    page.goto(live_server.url, wait_until="commit")
    page.get_by_role("heading", level=1).wait_for()

    painted = page.evaluate(
        "new Promise((seen) => new PerformanceObserver((list) => seen(list.getEntries()[0].startTime))"
        ".observe({ type: 'paint', buffered: true }))"
    )
    assert painted < 5_000
    page.get_by_role("searchbox").or_(page.get_by_role("combobox")).first.fill("äspered")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?place=1490TB121")
