"""What the tests of kept reads ask for."""

from __future__ import annotations

import pytest
from redis import Redis

from notify.channels.banners.channel import BannerChannel
from notify.channels.feeds.channel import FeedChannel
from notify.channels.kept import reading, store
from notify.channels.notice import Notice
from tests import given
from tests.channels.notices import hand, notice


@pytest.fixture(autouse=True)
def _nothing_remembered(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis of this test's own, and a process that knows nothing of it yet."""
    monkeypatch.setattr(reading, "_avoided_until", 0.0)
    monkeypatch.setattr(store, "_noted", {})
    given.city()
    given.service("water")


@pytest.fixture
def told() -> Notice:
    """A water outage that feeds and banners show."""
    said = notice()
    hand(FeedChannel(), said)
    hand(BannerChannel(), said)
    return said
