"""Planned work ends by the clock alone wherever the public reads of it; a draft is read of nowhere."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from notify.alerts.models import Alert
from notify.alerts.vocabulary import State, Urgency
from notify.dispatch.expand import expand
from notify.dispatch.models import Dispatch
from notify.dispatch.scheduled import announce_later
from notify.dispatch.sweep import sweep
from tests import given
from tests.dispatch import world

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
FEED = "/feeds/sv/area/1490TB121.rss"
BANNER = "/embed/v1/banner.json?areas=1490TB121&lang=sv"
CURRENT = "/api/v1/alerts/?current=true"
EVERYTHING = "/api/v1/alerts/"
HEADLINE = given.WORDS["sv"]["headline"]
ADDRESSES = ("/", FEED, BANNER, CURRENT, EVERYTHING)


@pytest.fixture(autouse=True)
def _real_channels(settings: Settings) -> None:
    settings.NOTIFY_CHANNELS = [
        "notify.channels.feeds.channel.FeedChannel",
        "notify.channels.banners.channel.BannerChannel",
    ]


def read(address: str) -> str:
    response = Client(headers={"accept-language": "sv"}).get(address)
    assert response.status_code == 200
    return response.content.decode()


def shown() -> list[str]:
    """Where the alert's headline is read."""
    return [address for address in ADDRESSES if HEADLINE in read(address)]


def test_planned_work_is_over_at_its_end_everywhere_and_nobody_did_anything() -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        world.expanded(urgency=Urgency.FUTURE, onset=now - HOUR, expires=now + HOUR)
        world.work()
        assert shown() == [*ADDRESSES]
        assert "Tiden har gått ut" not in read(FEED)

        clock.shift(HOUR)

        # The page and the feed go on for a week, and say that it is over.
        assert shown() == ["/", FEED, EVERYTHING]
        assert "Tiden har gått ut" in read(FEED)
        assert "Inga kända störningar just nu" in read("/")
        assert Alert.objects.get().state == State.ACTIVE


def test_a_draft_that_waits_for_its_time_is_read_of_nowhere_until_then() -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        alert = given.draft(expires=now + 4 * HOUR)
        announce_later(alert, now + HOUR, version=1, key=uuid.uuid4(), by=given.editor())
        page = f"/a/{alert.code}/"

        clock.shift(HOUR)
        assert shown() == []
        assert Client().get(page).status_code == 404
        assert Client().get(f"{EVERYTHING}{alert.code}/").status_code == 404
        sweep()
        expand(Dispatch.objects.get().pk)
        world.work()

        assert shown() == [*ADDRESSES]
        assert HEADLINE in read(page)
