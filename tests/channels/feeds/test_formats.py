from __future__ import annotations

import pytest

from notify.channels.feeds.formats import Format, Link
from notify.channels.feeds.render import WRITERS
from tests.channels.feeds.feeding import head


def test_every_format_is_written_by_somebody() -> None:
    assert set(WRITERS) == set(Format)


@pytest.mark.parametrize(
    ("link", "value"),
    [
        (Link("hub", "https://hub.example.se/"), '<https://hub.example.se/>; rel="hub"'),
        (
            Link("alternate", "https://drift.example/", "text/html", "sv"),
            '<https://drift.example/>; rel="alternate"; type="text/html"; hreflang="sv"',
        ),
    ],
)
def test_a_link_is_a_value_of_the_header(link: Link, value: str) -> None:
    assert str(link) == value


def test_a_feed_links_only_to_what_there_is() -> None:
    assert [link.rel for link in head(Format.RSS).links] == ["alternate", "self"]
    archive = head(
        Format.ATOM,
        current="https://drift.example/c",
        previous="https://drift.example/p",
        following="https://drift.example/n",
    )
    assert {link.rel: link.href[-1] for link in archive.links[2:]} == {
        "current": "c",
        "prev-archive": "p",
        "next-archive": "n",
    }


def test_json_has_no_character_set_to_name() -> None:
    assert Format.JSON.content_type == "application/feed+json"
    assert Format.GEOJSON.content_type == "application/geo+json"
    assert Format.ICS.content_type == "text/calendar; charset=utf-8"
