"""Rendering ahead of those who ask."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from redis import Redis

from notify.channels.feeds.channel import FeedChannel
from notify.channels.kept import store
from notify.channels.kept.renewal import behind, renew
from notify.channels.notice import Notice
from tests.channels.kept.conftest import ANEW
from tests.channels.notices import hand, update_of

pytestmark = pytest.mark.django_db(transaction=True)

FEEDS = ("/feeds/sv/all.atom", "/feeds/en/area/1490.rss")


def test_readers_find_what_a_worker_has_rendered(client: Client, told: Notice) -> None:
    before = [client.get(address).content for address in FEEDS]
    hand(FeedChannel(), update_of(told))
    assert behind("feeds")

    assert renew("feeds") == len(FEEDS)

    with CaptureQueriesContext(connection) as asked:
        after = [client.get(address) for address in FEEDS]
    assert len(asked) == 0
    assert [answer.content for answer in after] != before
    fresh = [client.get(address, **ANEW) for address in FEEDS]
    assert [one.content for one in after] == [one.content for one in fresh]
    assert not behind("feeds")


def test_a_second_worker_finds_nothing_to_do(client: Client, told: Notice) -> None:
    client.get(FEEDS[0])
    hand(FeedChannel(), update_of(told))

    assert (renew("feeds"), renew("feeds")) == (1, 0)


def test_what_nobody_has_asked_for_lately_waits_for_somebody(
    client: Client, told: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(FEEDS[0])
    hand(FeedChannel(), update_of(told))
    monkeypatch.setattr(store, "LATELY", -1.0)

    assert not behind("feeds")
    assert renew("feeds") == 0


def test_each_page_is_rendered_in_its_language_and_leaves_the_workers_alone(
    client: Client, redis: Redis
) -> None:
    for language in ("sv", "en"):
        client.get("/", headers={"accept-language": language})
    for key in redis.scan_iter("*kept:document:*"):
        redis.delete(key)
    with translation.override(settings.LANGUAGE_CODE):
        assert renew("alerts") == 2
        assert translation.get_language() == settings.LANGUAGE_CODE
    with CaptureQueriesContext(connection) as asked:
        assert 'lang="en"' in client.get("/", headers={"accept-language": "en"}).content.decode()
    assert len(asked) == 0
