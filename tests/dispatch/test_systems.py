"""Other systems in the ledger: channels that name their addresses themselves, as webhooks do."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import ClassVar, cast

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from notify.alerts.vocabulary import Move
from notify.channels.base import AddressedBy, Outcome
from notify.channels.memory import MemoryChannel
from notify.channels.notice import Notice
from notify.channels.registry import channels
from notify.dispatch import control
from notify.dispatch.control import NothingToDo
from notify.dispatch.expand import expand
from notify.dispatch.models import Batch, Decision, Delivery, Dispatch, State
from notify.dispatch.preview import preview
from notify.dispatch.progress import progress
from tests import given
from tests.dispatch import world
from tests.dispatch.conftest import MEMORY, Bells

pytestmark = pytest.mark.django_db


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
