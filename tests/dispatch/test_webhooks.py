"""Webhooks in the ledger: tried for a day, harmless to repeat, and nobody waits for who is silent."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from itertools import pairwise

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from notify.alerts.vocabulary import Move
from notify.channels.registry import channels
from notify.channels.webhooks.endpoints import Wanted, register
from notify.channels.webhooks.models import Attempt, Endpoint
from notify.dispatch import answers
from notify.dispatch import send as sending
from notify.dispatch.expand import expand
from notify.dispatch.models import Batch, State
from notify.dispatch.retention import forget
from notify.dispatch.send import send_next_batch
from notify.dispatch.sweep import sweep
from tests.channels.receiver import Receiver, listening
from tests.dispatch import world

pytestmark = pytest.mark.django_db
WEBHOOKS = "notify.channels.webhooks.channel.WebhookChannel"


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_ALLOW_NETWORKS = [ip_network("127.0.0.1/32")]
    settings.NOTIFY_CHANNELS = [WEBHOOKS]
    with listening() as server:
        yield server
        channels()["webhooks"].close()  # type: ignore[attr-defined]


def registered(receiver: Receiver, path: str = "/hook", **changes: object) -> Endpoint:
    wanted = Wanted(path.strip("/"), receiver.url + path, **changes)  # type: ignore[arg-type]
    return register(wanted, key=uuid.uuid4())[0]


def test_a_receiver_that_is_away_is_tried_for_a_day_ever_more_rarely(
    receiver: Receiver, clock: time_machine.Traveller
) -> None:
    registered(receiver)
    receiver.answers(500)
    began = timezone.now()
    dispatch = world.expanded(expires=began + timedelta(days=3))
    its = dispatch.deliveries
    while not its.filter(final_at__isnull=False).exists():
        # Every ten minutes for a whole day is as good as every hour, and costs a sixth.
        if its.get().attempts == 8:
            receiver.answers(503, Retry_After="3600")
        clock.move_to(max(Batch.objects.get().due_at, timezone.now()))
        assert send_next_batch("systems")
    assert (its.get().state, its.get().error) == (State.FAILED, "http-503")
    times = [one.at - began for one in Attempt.objects.order_by("pk")]
    waits = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    growing = (2, 6, 18, 54, 162, 486, 600, 600)
    for wait, about in zip(waits, growing, strict=False):
        assert 0.69 * about < wait < 1.31 * about
    assert all(wait == pytest.approx(3600, abs=1) for wait in waits[8:])
    assert timedelta(hours=24) < times[-1] < timedelta(hours=25)
    # The schedule is the database's, and it was one message all the while.
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert len(receiver.received) == its.get().attempts == len(times)


def test_what_others_have_answered_is_in_the_ledger_while_one_is_silent(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notify.channels.webhooks.channel.PAUSE", 0.15)
    monkeypatch.setattr("notify.channels.webhooks.post.ANSWER_SECONDS", 0.4)
    # Later than the others answer, sooner than the pause.
    monkeypatch.setattr(sending, "RECORD_AFTER", timedelta(milliseconds=100))
    silent = registered(receiver, "/silent")
    others = [registered(receiver, f"/{number}") for number in range(3)]
    receiver.hold = {"/silent"}
    dispatch = world.expanded()
    seen: list[dict[str, str]] = []

    def put_down(*arguments: object) -> None:
        answers.put_down(*arguments)  # type: ignore[arg-type]
        seen.append(dict(dispatch.deliveries.values_list("address", "state")))

    monkeypatch.setattr(sending, "put_down", put_down)
    assert send_next_batch("systems")
    during = {one.address: "delivered" for one in others} | {silent.address: "sending"}
    assert during in seen
    assert dispatch.deliveries.get(address=silent.address).error == "no_answer"


def test_it_hears_the_newest_word_when_it_is_back(
    receiver: Receiver, clock: time_machine.Traveller
) -> None:
    registered(receiver)
    receiver.answers(503, Retry_After="120")
    first = world.fan_out()
    assert first.deliveries.get().due_at == timezone.now() + timedelta(seconds=120)
    receiver.answers(204)
    last = world.fan_out(Move.RESOLVE, world.alert_of(first))
    clock.shift(timedelta(seconds=121))
    world.work()
    assert first.deliveries.get().state == State.WITHDRAWN
    assert last.deliveries.get().state == State.DELIVERED
    kinds = list(Attempt.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["alert.published", "alert.resolved"]


def test_a_worker_that_died_after_the_request_only_makes_it_come_twice(
    receiver: Receiver, clock: time_machine.Traveller
) -> None:
    registered(receiver)
    dispatch = world.expanded()
    # It had sent, and put nothing down.
    now = timezone.now()
    dispatch.deliveries.update(state=State.SENDING, sending_at=now, attempts=1)
    Batch.objects.update(leased_by="gone", leased_until=now, ask_at=now)
    clock.shift(timedelta(seconds=1))
    sweep()
    clock.shift(timedelta(seconds=60))
    Batch.objects.update(ask_at=timezone.now())
    sweep()
    world.work()
    assert dispatch.deliveries.get().state == State.DELIVERED
    assert len(receiver.received) == 1


def test_the_log_of_attempts_is_forgotten_with_the_rest(
    receiver: Receiver, clock: time_machine.Traveller, settings: Settings
) -> None:
    registered(receiver)
    world.fan_out()
    clock.shift(timedelta(days=settings.KEEP_LINKS_DAYS - 1))
    forget()
    assert Attempt.objects.count() == 1
    clock.shift(timedelta(days=1, seconds=1))
    forget()
    assert Attempt.objects.count() == 0


def test_the_statements_of_a_fan_out_do_not_grow_with_the_receivers(receiver: Receiver) -> None:
    def statements() -> int:
        dispatch = world.say()
        with CaptureQueriesContext(connection) as seen:
            expand(dispatch.pk)
            world.work()
        assert not dispatch.deliveries.exclude(state=State.DELIVERED).exists()
        return len(seen)

    # Of several, the rows are locked first.
    for number in range(2):
        registered(receiver, f"/{number}")
    few = statements()
    for number in range(2, 20):
        registered(receiver, f"/{number}")
    assert statements() == few
