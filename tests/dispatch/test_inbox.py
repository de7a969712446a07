"""Callbacks wait in a real Redis until they are folded into the ledger, and none is lost on the way."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from redis import Redis
from twilio.request_validator import RequestValidator

from config import broker
from notify.channels.base import Outcome, Receipt
from notify.channels.signals import status_reported
from notify.dispatch import inbox
from notify.dispatch.models import Delivery, State
from notify.dispatch.record import record
from notify.dispatch.sweep import sweep
from tests.dispatch import world
from tests.dispatch.conftest import Bells

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_happened_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has found Redis away, and nobody has rung."""
    monkeypatch.setattr(inbox, "_avoided_until", 0.0)
    monkeypatch.setattr(inbox, "_rung_at", float("-inf"))


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


def test_not_even_the_whole_way_from_the_provider_asks_the_database(
    redis: Redis, settings: Settings
) -> None:
    settings.TWILIO_AUTH_TOKEN = "token"
    path, form = "/sms/status?ref=d7", {"MessageSid": f"SM{7:032}", "MessageStatus": "delivered"}
    signature = RequestValidator("token").compute_signature(settings.PUBLIC_URL + path, form)
    body, headers = urlencode(form), {"X-Twilio-Signature": signature}
    kind = "application/x-www-form-urlencoded"

    with CaptureQueriesContext(connection) as captured:
        assert Client().post(path, body, content_type=kind, headers=headers).status_code == 204

    assert len(captured) == 0
    assert inbox.fold() == 1


def test_of_callbacks_from_many_threads_none_is_lost(redis: Redis, bells: Bells) -> None:
    deliveries = sent(40)
    bells.heard()

    def all_of_them() -> None:
        for delivery in deliveries:
            call_back(delivery)

    world.at_once(*[all_of_them] * 4)

    assert inbox.fold() == 160
    assert states() == {State.DELIVERED}


def test_a_connection_that_redis_has_closed_sends_nobody_to_the_database(redis: Redis) -> None:
    first, second = sent(2)
    call_back(first)
    mine = broker.redis()
    assert mine is not None
    redis.client_kill_filter(_id=str(mine.client_id()))

    with CaptureQueriesContext(connection) as captured:
        call_back(second)

    assert len(captured) == 0
    assert inbox.fold() == 2


def test_a_redis_that_answers_and_refuses_sends_them_to_the_database(redis: Redis) -> None:
    [delivery] = sent()
    redis.set(broker.key("callbacks"), "no stream, as good as full")

    call_back(delivery)

    assert states() == {State.DELIVERED}


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
