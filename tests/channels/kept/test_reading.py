"""Reads that are the same for everybody, answered from what is kept."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis import Redis

from notify.channels.banners.channel import BannerChannel
from notify.channels.feeds.channel import FeedChannel
from notify.channels.feeds.formats import Format
from tests import given
from tests.channels.notices import hand, notice

pytestmark = pytest.mark.django_db(transaction=True)

FEEDS = [f"/feeds/{language}/all.{suffix}" for language in ("sv", "en") for suffix in Format]
ADDRESSES = [
    *FEEDS,
    "/feeds/sv/area/1490.atom",
    "/feeds/sv/area/1490/service/water.rss",
    "/feeds/sv/all/2026-W10.json",
    "/cap/all.atom",
    "/cap/area/1490/service/water.rss",
    "/embed/v1/banner.json?areas=1490&lang=en",
    "/embed/v1/banner.svg",
    "/embed/v1/frame/?theme=light&areas=1490",
    "/api/v1/alerts/",
    "/api/v1/alerts/?current=true&page_size=5",
    "/",
    "/?place=1490",
]


@pytest.fixture(autouse=True)
def city(redis: Redis) -> None:
    given.city()
    given.service("water")
    told = notice()
    hand(FeedChannel(), told)
    hand(BannerChannel(), told)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_kept_read_asks_the_database_nothing_and_is_the_same(
    client: Client, address: str
) -> None:
    first = client.get(address)
    assert first.status_code == 200
    with CaptureQueriesContext(
        connection,
    ) as asked:
        again = client.get(address)
    assert len(asked) == 0
    assert again.content == first.content
    assert dict(again.headers) == dict(first.headers)
