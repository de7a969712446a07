"""What the tests of kept reads ask for."""

from __future__ import annotations

from typing import Any

import pytest
from redis import Redis

from notify.channels.banners.channel import BannerChannel
from notify.channels.feeds.channel import FeedChannel
from notify.channels.kept import reading, store
from notify.channels.kept.address import RENDERING
from notify.channels.notice import Notice
from tests import given
from tests.channels.notices import hand, notice

ANEW: Any = {RENDERING: True}
"""For the test client: the answer of all the middleware, and nothing that is kept."""


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
