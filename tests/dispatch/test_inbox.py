"""Callbacks wait in a real Redis until they are folded into the ledger, and none is lost on the way."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from redis import Redis

from notify.channels.base import Outcome, Receipt
from notify.channels.signals import status_reported
from notify.dispatch import inbox
from notify.dispatch.models import Delivery, State
from notify.dispatch.record import record
from notify.dispatch.sweep import sweep
from tests.dispatch import world
from tests.dispatch.conftest import Bells

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def redis(redis_url: str, settings: Settings) -> Iterator[Redis]:
    """A real one with a prefix of this test's own, and no circuit left open by another."""
    settings.REDIS_KEY_PREFIX = f"{uuid.uuid4().hex}:"
    settings.REDIS_URL = redis_url
    with Redis.from_url(redis_url) as client:
        yield client
        for key in client.scan_iter(f"{settings.REDIS_KEY_PREFIX}*"):
            client.delete(key)


@pytest.fixture(autouse=True)
def closed_circuit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has found Redis away yet."""
    monkeypatch.setattr(inbox, "_avoided_until", 0.0)


def sent(size: int = 1) -> list[Delivery]:
    """Deliveries that the provider has taken."""
    world.crowd(size)
    return list(world.fan_out().deliveries.order_by("pk"))


def call_back(delivery: Delivery, outcome: Outcome = Outcome.DELIVERED) -> None:
    """The provider's later word."""
    receipt = Receipt(delivery.reference, outcome, provider="memory", provider_id="SM1")
    status_reported.send(sender=None, reference=delivery.reference, receipt=receipt)


def states() -> set[str]:
    return set(Delivery.objects.values_list("state", flat=True))


def test_a_callback_touches_no_table_until_it_is_folded(redis: Redis) -> None:
    [delivery] = sent()

    with CaptureQueriesContext(connection) as captured:
        call_back(delivery)
    assert len(captured) == 0
    assert states() == {State.SENT}

    assert inbox.fold() == 1
    assert states() == {State.DELIVERED}
    assert inbox.waiting() == inbox.Waiting(0, 0.0)


def test_many_callbacks_ring_once_and_are_folded_with_few_statements(
    redis: Redis, bells: Bells
) -> None:
    deliveries = sent(40)
    bells.heard()

    for delivery in deliveries:
        call_back(delivery)

    assert len(bells.heard()) < 5
    with CaptureQueriesContext(connection) as captured:
        assert inbox.fold() == 40
    assert len(captured) <= 5
    assert states() == {State.DELIVERED}


def test_nothing_of_a_receipt_is_lost_on_the_way(redis: Redis) -> None:
    receipt = Receipt("d7", Outcome.FAILED, "twilio", "SMå", "21610", 3, opted_out=True)

    assert inbox._unpacked({b"receipt": inbox._packed(receipt).encode()}) == receipt


def test_a_worker_that_dies_after_recording_harms_nothing(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    [delivery] = sent()
    call_back(delivery)

    def dying(receipts: list[Receipt]) -> None:
        record(receipts)
        raise KeyboardInterrupt

    with monkeypatch.context() as crash:
        crash.setattr(inbox, "record", dying)
        with pytest.raises(KeyboardInterrupt):
            inbox.fold()
    monkeypatch.setattr(inbox, "ABANDONED_AFTER", 0)

    assert inbox.fold() == 1
    assert inbox.fold() == 0
    assert states() == {State.DELIVERED}


def test_while_the_database_is_away_callbacks_stay(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    [delivery] = sent()
    call_back(delivery)

    def refuse(_receipts: list[Receipt]) -> None:
        raise OperationalError("the database is away")

    with monkeypatch.context() as away:
        away.setattr(inbox, "record", refuse)
        with pytest.raises(OperationalError):
            inbox.fold()
    assert inbox.fold() == 0, "somebody may still be at it"
    monkeypatch.setattr(inbox, "ABANDONED_AFTER", 0)

    assert inbox.fold() == 1
    assert states() == {State.DELIVERED}


def test_a_bell_that_was_lost_is_rung_again_by_the_sweep(
    redis: Redis, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    [delivery] = sent()
    call_back(delivery)
    bells.heard()
    monkeypatch.setattr(inbox, "RINGS_EVERY", -1)

    sweep()

    assert ("upkeep", "notify.dispatch.tasks.fold", []) in bells.heard()


def test_what_nobody_can_read_is_counted_and_keeps_nobody_waiting(
    redis: Redis, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    [delivery] = sent()
    stream = f"{settings.REDIS_KEY_PREFIX}callbacks"
    odd = ["", "{", "[]", "7", '["d1","lost","","","",0,false]', '[1,"sent","","","",0,false]']
    for words in odd:
        redis.xadd(stream, {"receipt": words})
    redis.xadd(stream, {"something": "else"})
    call_back(delivery)

    assert inbox.fold() == len(odd) + 2

    assert states() == {State.DELIVERED}
    assert f"threw away {len(odd) + 1} callbacks" in caplog.text
    assert inbox.fold() == 0


def test_two_who_fold_at_once_do_no_harm(redis: Redis) -> None:
    for delivery in sent(30):
        call_back(delivery)

    assert sum(world.at_once(inbox.fold, inbox.fold)) == 30
    assert states() == {State.DELIVERED}


def test_a_redis_that_came_back_empty_takes_callbacks_again(
    redis: Redis, settings: Settings
) -> None:
    first, second = sent(2)
    call_back(first)
    inbox.fold()
    redis.delete(f"{settings.REDIS_KEY_PREFIX}callbacks")

    call_back(second)

    assert inbox.fold() == 1
    assert states() == {State.DELIVERED}


@pytest.mark.parametrize("away", ["frozen", "gone"])
def test_without_redis_callbacks_go_straight_to_the_database_and_only_one_waits(
    settings: Settings, away: str, caplog: pytest.LogCaptureFixture
) -> None:
    deliveries = sent(20)
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        if away == "gone":
            server.close()
        begun = time.monotonic()
        for delivery in deliveries:
            call_back(delivery)

    assert states() == {State.DELIVERED}
    assert time.monotonic() - begun < 2
    assert caplog.text.count("Redis is away") == 1
