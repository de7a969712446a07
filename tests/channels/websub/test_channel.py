"""Hubs in the ledger: told once the feeds are new to everybody, and of exactly those that are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from notify.channels.base import Outcome, Recipient
from notify.channels.feeds.channel import FeedChannel
from notify.channels.feeds.models import Entry
from notify.channels.notice import Notice
from notify.channels.websub import errors
from notify.channels.websub.channel import STALE_FOR, WebSubChannel
from tests import given
from tests.channels.contract import ChannelContract, RefusingContract, carried
from tests.channels.notices import all_clear_of, cancel_of, hand, notice, update_of
from tests.channels.receiver import Receiver, listening

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def hub(server: Receiver, settings: Settings) -> Receiver:
    """The site's one hub. Topics go together, to spare the tests requests."""
    server.forget()
    settings.WEBSUB_HUBS = [server.url]
    settings.WEBSUB_TOPICS_AT_ONCE = 500
    return server


@pytest.fixture
def websub(hub: Receiver) -> Iterator[WebSubChannel]:
    made = WebSubChannel()
    yield made
    made.close()


def shown(told: Notice) -> Notice:
    """It, in the feeds for as long as it takes until everybody sees it."""
    given.city()
    given.service()
    hand(FeedChannel(), told)
    Entry.objects.update(arrived_at=timezone.now() - STALE_FOR)
    return told


def recipient(channel: WebSubChannel) -> Recipient:
    (address,) = channel.addresses(notice(), ())
    return Recipient(address, "d1", "sv")


class Shown(WebSubChannel):
    """Puts into the feeds what the contract has it send."""

    def send(self, told, recipients):  # type: ignore[no-untyped-def]
        shown(told)
        return super().send(told, recipients)


class TestWebSubChannel(ChannelContract, RefusingContract):
    @pytest.fixture
    def channel(self, hub: Receiver, settings: Settings) -> Iterator[WebSubChannel]:
        settings.WEBSUB_HUBS = [f"{hub.url}/one", f"{hub.url}/two"]
        made = Shown()
        yield made
        made.close()

    @pytest.fixture
    def recipients(self, channel: WebSubChannel) -> list[Recipient]:
        hubs = sorted(channel.addresses(notice(), ()))
        return [Recipient(one, f"d{number}", "sv") for number, one in enumerate(hubs)]

    @pytest.fixture
    def bad_address(self) -> str:
        return "https://gone.example/"


def test_the_hub_is_told_of_the_feeds_that_have_changed(
    websub: WebSubChannel, hub: Receiver
) -> None:
    (receipt,) = carried(websub, shown(notice()), [recipient(websub)])
    assert receipt.outcome is Outcome.DELIVERED
    (posted,) = hub.received
    topics = {value for name, value in parse_qsl(posted.body.decode()) if name == "hub.topic"}
    assert "http://testserver/feeds/sv/all.atom" in topics
    assert "http://testserver/feeds/en/area/1490TB121/service/water.rss" in topics


@pytest.mark.parametrize("end", [all_clear_of, cancel_of])
def test_an_end_changes_them_too(websub: WebSubChannel, end: object) -> None:
    first = shown(notice())
    (receipt,) = carried(websub, shown(end(first)), [recipient(websub)])  # type: ignore[operator]
    assert receipt.outcome is Outcome.DELIVERED


def test_no_hub_is_told_before_everybody_sees_what_is_new(
    websub: WebSubChannel, hub: Receiver
) -> None:
    told = shown(notice())
    for arrived in (timezone.now(), None):
        if arrived:
            Entry.objects.update(arrived_at=arrived)
        else:
            told = update_of(told)
        (receipt,) = carried(websub, told, [recipient(websub)])
        assert (receipt.outcome, receipt.error) == (Outcome.FAILED_FOR_NOW, errors.NOT_YET)
        assert receipt.retry_after == STALE_FOR.total_seconds()
    assert hub.received == []
    assert websub.rests > STALE_FOR


def test_without_hubs_there_is_nobody_to_tell(settings: Settings) -> None:
    settings.WEBSUB_HUBS = []
    assert list(WebSubChannel().addresses(notice(), ())) == []


def test_a_hub_with_a_long_address_has_a_name_that_fits_the_ledger(
    websub: WebSubChannel, hub: Receiver, settings: Settings
) -> None:
    settings.WEBSUB_HUBS = [f"{hub.url}/{'long' * 20}"]
    one = recipient(websub)
    assert len(one.address) == 64
    (receipt,) = carried(websub, shown(notice()), [one])
    assert receipt.outcome is Outcome.DELIVERED
    assert hub.received[0].path == f"/{'long' * 20}"


def test_the_statements_are_few(websub: WebSubChannel, settings: Settings, hub: Receiver) -> None:
    told = shown(notice())
    settings.WEBSUB_HUBS = [f"{hub.url}/{number}" for number in range(4)]
    everybody = [
        Recipient(one, f"d{number}", "sv") for number, one in enumerate(websub.addresses(told, ()))
    ]
    with CaptureQueriesContext(connection) as statements:
        assert len(carried(websub, told, everybody)) == 4
    assert len(statements) == 4


def test_it_waits_longer_than_a_cache_may_answer_with_what_was_before() -> None:
    assert timedelta(0) < STALE_FOR < WebSubChannel.rests
