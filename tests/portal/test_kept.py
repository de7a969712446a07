"""Pages that a crowd opens with an SMS in the hand are rendered once, and never old."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from redis import Redis

from notify.alerts.models import Alert
from notify.alerts.vocabulary import Move
from notify.channels.kept import reading
from notify.dispatch.models import Dispatch, State
from tests.dispatch import world
from tests.dispatch.conftest import MEMORY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _kept(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis of this test's own, to keep pages in."""
    monkeypatch.setattr(reading, "_avoided_until", 0.0)


@pytest.fixture
def waiting(settings: Settings) -> Dispatch:
    """An update whose one SMS has not left."""
    settings.NOTIFY_CHANNELS = [MEMORY]
    world.crowd(1)
    return world.expanded()


@pytest.fixture
def alert(waiting: Dispatch) -> Alert:
    """An alert of which an SMS has told."""
    waiting.deliveries.update(channel="sms", state=State.SENT)
    return world.alert_of(waiting)


def pages(alert: Alert) -> list[str]:
    return [f"/a/{alert.code}/", f"/{alert.code}.1"]


def test_they_ask_the_database_nothing_until_something_changes(
    client: Client, alert: Alert
) -> None:
    for address in pages(alert):
        first = client.get(address)
        with CaptureQueriesContext(connection) as asked:
            again = client.get(address)
        assert (first.status_code, again.content, len(asked)) == (200, first.content, 0)

    world.say(Move.RESOLVE, alert)

    for address in pages(alert):
        assert "Avhjälpt" in client.get(address).content.decode()


def test_each_is_kept_in_its_language(client: Client, alert: Alert) -> None:
    for address in pages(alert):
        languages = [client.get(address, headers={"accept-language": one}) for one in ("sv", "en")]
        assert ['<html lang="en"' in one.content.decode() for one in languages] == [False, True]


def test_that_nothing_has_been_sent_yet_is_said_no_longer_than_it_is_true(
    client: Client, waiting: Dispatch
) -> None:
    address = pages(world.alert_of(waiting))[1]
    before = client.get(address).content

    waiting.deliveries.update(channel="sms", state=State.SENT)

    assert client.get(address).content != before
