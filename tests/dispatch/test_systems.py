"""Other systems in the ledger: channels that name their addresses themselves, and the webhooks among them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from ipaddress import ip_network
from itertools import pairwise
from typing import ClassVar, cast

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from notify.alerts.vocabulary import Move
from notify.channels.base import AddressedBy, Outcome
from notify.channels.memory import MemoryChannel
from notify.channels.notice import Notice
from notify.channels.registry import channels
from notify.channels.webhooks.endpoints import Wanted, register
from notify.channels.webhooks.models import Attempt, Endpoint
from notify.dispatch import answers, control
from notify.dispatch import send as sending
from notify.dispatch.control import NothingToDo
from notify.dispatch.expand import expand
from notify.dispatch.models import Batch, Decision, Delivery, Dispatch, State
from notify.dispatch.preview import preview
from notify.dispatch.progress import progress
from notify.dispatch.retention import forget
from notify.dispatch.send import send_next_batch
from notify.dispatch.sweep import sweep
from tests import given
from tests.channels.receiver import Receiver, listening
from tests.dispatch import world
from tests.dispatch.conftest import MEMORY, Bells

pytestmark = pytest.mark.django_db
WEBHOOKS = "notify.channels.webhooks.channel.WebhookChannel"


class Systems(MemoryChannel):
    """Names its addresses itself; tells on which ground."""

    name: ClassVar[str] = "outside"
    addressed_by: ClassVar[AddressedBy] = AddressedBy.OWN
    rests: ClassVar[timedelta] = timedelta(seconds=6)
    repeatable: ClassVar[bool] = True
    known: ClassVar[list[str]] = []

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int, set[str]]] = []

    def addresses(self, notice: Notice, told: Collection[str]) -> Collection[str]:
        self.asked.append((notice.number, set(told)))
        return {*self.known, *told}


@pytest.fixture
def outside(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Systems:
    """Two systems beside the people."""
    monkeypatch.setattr(Systems, "known", ["one", "two"])
    settings.NOTIFY_CHANNELS = [MEMORY, f"{__name__}.Systems"]
    return cast(Systems, channels()["outside"])


def only(dispatch: Dispatch, address: str = "one") -> Delivery:
    return dispatch.deliveries.get(channel="outside", address=address)


def test_each_address_that_the_channel_names_has_a_delivery_in_one_batch(
    outside: Systems,
    bells: Bells,
    clock: time_machine.Traveller,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    dispatch = world.say()
    with django_capture_on_commit_callbacks(execute=True):
        expand(dispatch.pk)
    batch = Batch.objects.get(channel="outside")
    assert sorted(batch.deliveries.values_list("address", flat=True)) == ["one", "two"]
    assert batch.queue == "systems"
    # Not before the channel wants to: the bell lies with a worker until then.
    assert batch.due_at == only(dispatch).due_at == timezone.now() + outside.rests
    assert bells.times() == [timezone.now() + outside.rests]


def test_expanding_twice_makes_nothing_twice(outside: Systems) -> None:
    dispatch = world.expanded()
    Dispatch.objects.filter(pk=dispatch.pk).update(expanded_at=None)
    expand(dispatch.pk)
    assert dispatch.deliveries.filter(channel="outside").count() == 2


def test_who_heard_the_beginning_is_named_to_the_channel(
    outside: Systems, monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
) -> None:
    first = world.expanded()
    clock.shift(outside.rests)
    world.work()
    monkeypatch.setattr(Systems, "known", [])
    update = world.expanded(Move.UPDATE, world.alert_of(first))
    assert outside.asked == [(1, set()), (2, {"one", "two"})]
    assert update.deliveries.filter(channel="outside").count() == 2


def test_a_channel_that_knows_nobody_has_no_batch_no_bar_and_no_preview(
    outside: Systems, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Systems, "known", [])
    dispatch = world.expanded()
    assert not Batch.objects.filter(channel="outside").exists()
    assert [one.channel for one in progress(dispatch)] == ["memory"]
    draft = given.draft()
    looked = preview(draft, Move.PUBLISH, given.content())
    assert [one.name for one in looked.channels] == ["memory"]


def test_one_that_knows_somebody_is_shown_before_and_after(outside: Systems) -> None:
    dispatch = world.expanded()
    assert [one.channel for one in progress(dispatch)] == ["memory", "outside"]
    (_memory, ahead) = preview(given.draft(), Move.PUBLISH, given.content()).channels
    assert (ahead.total, len(ahead.previews), ahead.cost) == (2, 1, None)


def told(outside: Systems, clock: time_machine.Traveller) -> Dispatch:
    dispatch = world.expanded()
    clock.shift(outside.rests)
    world.work()
    assert only(dispatch).state == State.SENT
    return dispatch


def test_what_has_arrived_is_repeated_as_the_same_message(
    outside: Systems,
    clock: time_machine.Traveller,
    bells: Bells,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    dispatch = told(outside, clock)
    with django_capture_on_commit_callbacks(execute=True):
        made = control.repeat(only(dispatch), key=uuid.uuid4(), by=None)
    assert (made.kind, made.count) == ("repeat", 1)
    assert only(dispatch).state == State.QUEUED
    assert bells.heard() == [("systems", "notify.dispatch.tasks.send_batch", ["systems"])]
    world.work()
    references = [one.reference for _notice, one in outside.sent]
    assert references.count(only(dispatch).reference) == 2
    assert references.count(only(dispatch, "two").reference) == 1


def test_what_failed_is_repeated_and_has_a_day_again(
    outside: Systems, clock: time_machine.Traveller
) -> None:
    outside.fates["one"] = Outcome.FAILED
    dispatch = world.expanded(expires=timezone.now() + timedelta(days=5))
    clock.shift(outside.rests)
    world.work()
    assert only(dispatch).state == State.FAILED
    clock.shift(timedelta(hours=30))
    outside.fates["one"] = Outcome.FAILED_FOR_NOW
    control.repeat(only(dispatch), key=uuid.uuid4(), by=None)
    world.work()
    assert (only(dispatch).state, only(dispatch).attempts) == (State.QUEUED, 2)


def test_a_double_click_repeats_once(outside: Systems, clock: time_machine.Traveller) -> None:
    dispatch, key = told(outside, clock), uuid.uuid4()
    first = control.repeat(only(dispatch), key=key, by=None)
    world.work()
    assert control.repeat(only(dispatch), key=key, by=None) == first
    assert only(dispatch).state != State.QUEUED
    assert Decision.objects.count() == 1


def test_what_is_under_way_superseded_or_to_a_person_is_not_repeated(
    outside: Systems, clock: time_machine.Traveller
) -> None:
    world.crowd(1)
    dispatch = told(outside, clock)
    control.repeat(only(dispatch), key=uuid.uuid4(), by=None)
    person = dispatch.deliveries.get(channel="memory")
    for delivery in (only(dispatch), person):
        with pytest.raises(NothingToDo):
            control.repeat(delivery, key=uuid.uuid4(), by=None)
    world.say(Move.UPDATE, world.alert_of(dispatch))
    with pytest.raises(NothingToDo):
        control.repeat(only(dispatch, "two"), key=uuid.uuid4(), by=None)


def test_what_newer_words_overtake_is_taken_back(
    outside: Systems, clock: time_machine.Traveller
) -> None:
    outside.fates["one"] = Outcome.FAILED_FOR_NOW
    first = world.expanded()
    clock.shift(outside.rests)
    world.work()
    world.say(Move.UPDATE, world.alert_of(first))
    clock.shift(timedelta(seconds=10))
    world.work()
    assert (only(first).state, only(first).error) == (State.WITHDRAWN, "superseded")


# --- the webhooks themselves ------------------------------------------------------------------


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
    monkeypatch.setattr("notify.channels.webhooks.channel.PAUSE", 0.05)
    monkeypatch.setattr("notify.channels.webhooks.post.ANSWER_SECONDS", 0.4)
    monkeypatch.setattr(sending, "RECORD_AFTER", timedelta(0))
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
