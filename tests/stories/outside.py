"""What the feeds, the banners and the residents' pages show to somebody outside."""

from __future__ import annotations

import json
from typing import Any

import feedparser

from notify.demo.stack import Stack
from tests.stories.browsing import Page, Visitor
from tests.stories.people import Alert


def feed_entries(house: Stack, alert: Alert, address: str) -> list[Any]:
    """The alert's entries in a feed, such as ``sv/area/1490TB121.atom``, in the feed's order."""
    feed = feedparser.parse(Visitor(house.web_url).open(f"/feeds/{address}").html)
    assert not feed.bozo, f"{address} is not well-formed"
    return [entry for entry in feed.entries if entry.link == alert.link]


def banner_items(house: Stack, alert: Alert, area: str, language: str = "sv") -> list[Any]:
    """The alert's items in the banner of an area: one, or none."""
    page = Visitor(house.web_url).open(f"/embed/v1/banner.json?areas={area}&lang={language}")
    return [item for item in json.loads(page.html)["items"] if item["alert"] == alert.code]


def alert_page(house: Stack, alert: Alert, language: str = "sv") -> Page:
    """The page that the link leads to."""
    return Visitor(house.web_url, language).open(alert.link)


def timeline(page: Page) -> list[str]:
    """The headlines of an alert's page, newest first."""
    return [
        " ".join(one.text_content().split())
        for one in page.tree.xpath("//ol[@class='timeline']//h3")
    ]
