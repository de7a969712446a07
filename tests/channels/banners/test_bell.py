from __future__ import annotations

import pytest
from pytest_django import Settings
from redis import Redis

from notify.channels.banners import bell
from notify.channels.banners.channel import BannerChannel
from notify.channels.banners.models import Item
from tests.channels.notices import FRISTAD, ÄSPERED, hand, notice, update_of


@pytest.mark.django_db(transaction=True)
def test_it_rings_for_what_is_new_and_only_then(redis: Redis) -> None:
    told = notice(places=(ÄSPERED, FRISTAD))
    with redis.pubsub() as heard:  # type: ignore[no-untyped-call]
        heard.subscribe(bell.channel())
        assert heard.get_message(timeout=5)
        for said, codes in ((told, None), (told, None), (update_of(told), [FRISTAD.code])):
            hand(BannerChannel(), said, codes)
        hand(BannerChannel(), told)
        names = [heard.get_message(timeout=5)["data"] for _bell in range(2)]
        assert len(set(names)) == 2
        assert heard.get_message(timeout=0.1) is None


@pytest.mark.django_db(transaction=True)
def test_what_is_published_is_there_though_nobody_can_be_told(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    hand(BannerChannel(), notice())
    assert Item.objects.count() == 1
    assert "no bell for banners" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_it_rings_for_a_correction_too(redis: Redis) -> None:
    told = notice()
    hand(BannerChannel(), told)
    with redis.pubsub() as heard:  # type: ignore[no-untyped-call]
        heard.subscribe(bell.channel())
        assert heard.get_message(timeout=5)
        BannerChannel().correct(told.corrected(told.words, told.sent))
        assert heard.get_message(timeout=5)["data"]
