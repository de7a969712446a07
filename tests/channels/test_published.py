"""What feeds and banners promise of how they publish, whichever worker comes first."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from notify.channels.banners import selectors as banners
from notify.channels.banners.channel import BannerChannel
from notify.channels.base import Outcome
from notify.channels.feeds import selectors as feeds
from notify.channels.feeds.channel import FeedChannel
from notify.channels.notice import Notice, Place
from notify.channels.published import PublishingChannel
from tests.channels.notices import all_clear_of, hand, notice, update_of

PLACES = tuple(Place(f"P{number}", f"Plats {number}", f"/P{number}/") for number in range(12))


def entries(place: Place) -> list[str]:
    rows, _left = feeds.listed(feeds.Scope(path=place.path), timezone.now())
    return [f"{row.update} {row.ending}" for row in rows]


def items(place: Place) -> list[str]:
    rows = banners.shown(banners.Scope(paths=(place.path,)), timezone.now()).notices
    return [f"{row.update} {'resolved' if row.all_clear else ''}" for row in rows]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("channel", "look", "told"), [(FeedChannel(), entries, 3), (BannerChannel(), items, 1)]
)
def test_workers_that_race_with_overlapping_slices_come_to_one_result(
    channel: PublishingChannel, look: Callable[[Place], list[str]], told: int
) -> None:
    first = notice(places=PLACES)
    second = update_of(first)
    last = all_clear_of(second, sent=timezone.now())
    chance = random.Random(7)
    slices = [
        (news, chance.sample([place.code for place in PLACES], 8))
        for news in (first, second, last)
        for _repeat in range(6)
    ]
    slices += [(news, [place.code for place in PLACES]) for news in (first, second, last)]
    chance.shuffle(slices)

    def work(news: Notice, codes: list[str]) -> set[Outcome]:
        try:
            return {receipt.outcome for receipt in hand(channel, news, codes)}
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as workers:
        outcomes = list(workers.map(lambda slice_: work(*slice_), slices))
    assert outcomes == [{Outcome.DELIVERED}] * len(slices)
    shown = {tuple(look(place)) for place in PLACES}
    assert len(shown) == 1
    (same,) = shown
    assert len(same) == told
    assert same[0] == f"{last.update} resolved"
