"""When what is kept is no longer the newest: at each change, by the clock, and if nobody says so."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from redis import Redis
from time_machine import travel

from notify.channels import tally
from notify.channels.banners.channel import BannerChannel
from notify.channels.feeds.channel import FeedChannel
from notify.channels.kept import generation, store
from notify.channels.notice import Notice, Words
from tests import given
from tests.channels.notices import all_clear_of, cancel_of, hand, notice, update_of

pytestmark = pytest.mark.django_db(transaction=True)

FEED = "/feeds/sv/all.json"
BANNER = "/embed/v1/banner.json"
NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


def titles(client: Client) -> list[str]:
    return [item["title"] for item in client.get(FEED).json()["items"]]


def shown(client: Client) -> int:
    return len(client.get(BANNER).json()["items"])


@pytest.mark.parametrize("then", [update_of, all_clear_of, cancel_of])
def test_whatever_is_said_next_is_read_at_once(
    client: Client, told: Notice, then: Callable[[Notice], Notice]
) -> None:
    before = (client.get(FEED).content, client.get(BANNER).content)
    later = then(told)
    hand(FeedChannel(), later)
    hand(BannerChannel(), later)

    assert client.get(FEED).content != before[0]
    assert client.get(BANNER).content != before[1]


def test_a_correction_is_read_at_once_and_without_a_ring_soon_after(
    client: Client, told: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "TRUSTED", 0.2)
    words = {"sv": Words("Vattenavbrott i Fristad"), "en": Words("Water outage in Fristad")}

    def read() -> list[bytes]:
        return [client.get(address).content for address in (FEED, BANNER)]

    first = read()
    for channel in (FeedChannel(), BannerChannel()):
        channel.correct(told.corrected(words, timezone.now()))
    second = read()
    assert all(b"Fristad" in document for document in second)
    assert first != second
    monkeypatch.setattr(generation, "_turn_now", lambda _topics: None)
    for channel in (FeedChannel(), BannerChannel()):
        channel.correct(told.corrected(told.words, timezone.now()))
    until = time.monotonic() + 5
    while any(b"Fristad" in document for document in read()):
        assert time.monotonic() < until, "The correction was never seen."


def test_what_is_not_committed_is_not_read(client: Client, told: Notice) -> None:
    before = client.get(FEED).content
    with transaction.atomic():
        hand(FeedChannel(), notice())
        transaction.set_rollback(True)

    assert client.get(FEED).content == before


def test_a_change_that_nobody_rang_for_is_read_all_the_same(
    client: Client, told: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "TRUSTED", 0.2)
    assert (len(titles(client)), shown(client)) == (1, 1)
    monkeypatch.setattr(generation, "_turn_now", lambda _topics: None)
    for channel in (FeedChannel(), BannerChannel()):
        hand(channel, notice())
    until = time.monotonic() + 5
    while (len(titles(client)), shown(client)) != (2, 2):
        assert time.monotonic() < until, "The change was never seen."


def test_a_redis_that_forgets_everything_is_filled_again(
    client: Client, told: Notice, redis: Redis
) -> None:
    before = client.get(FEED).content
    for key in redis.scan_iter("*kept:*"):
        redis.delete(key)

    assert client.get(FEED).content == before


def test_a_new_release_answers_with_pages_of_its_own(
    client: Client, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/")
    monkeypatch.setattr(staticfiles_storage, "manifest_hash", "another", raising=False)
    client.get("/")

    assert dict(tally.counts(tally.RENDERED)) == {"alerts": 2}


def test_publishing_goes_on_without_redis(
    client: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    hand(FeedChannel(), notice())

    assert len(titles(client)) == 1
    assert "Redis is away" in caplog.text


def test_what_lapses_says_so_when_it_does_and_leaves_a_week_later(
    client: Client, redis: Redis
) -> None:
    with travel(NOON, tick=False) as clock:
        planned = notice(
            urgency="Future", sent=NOON, onset=NOON, expires=NOON + timedelta(minutes=7, seconds=30)
        )
        hand(FeedChannel(), planned)
        hand(BannerChannel(), planned)
        before = titles(client)
        assert (len(before), shown(client)) == (1, 1)
        clock.shift(timedelta(minutes=7, seconds=29))
        assert (titles(client), shown(client)) == (before, 1)
        clock.shift(1)
        assert titles(client) != before
        assert shown(client) == 0
        clock.shift(timedelta(days=7))
        assert titles(client) == []


def test_a_time_of_day_on_a_page_is_of_this_minute(client: Client, redis: Redis) -> None:
    with travel(NOON, tick=False) as clock:
        first = client.get("/").content
        clock.shift(59)
        assert client.get("/").content == first
        clock.shift(1)
        assert client.get("/").content != first


def test_a_new_name_of_an_area_is_everywhere_at_once(client: Client, told: Notice) -> None:
    addresses = ("/", "/feeds/sv/area/1490.json")
    for address in addresses:
        client.get(address)
    borås = given.city()["Borås"]
    borås.name = "Storborås"
    borås.save()

    assert all("Storborås" in client.get(address).content.decode() for address in addresses)


def test_only_so_many_are_kept_and_the_last_asked_for_stay(
    client: Client, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST", 3)
    feeds = [
        f"/feeds/{one}/all.{suffix}" for one in ("sv", "en") for suffix in ("rss", "atom", "json")
    ]
    for feed in feeds:
        assert client.get(feed).status_code == 200

    kept = store.asked_lately(redis, "feeds")
    assert [one.path for one in kept] == feeds[:2:-1]
    assert len(list(redis.scan_iter("*kept:document:feeds:*"))) == 2 * 3
