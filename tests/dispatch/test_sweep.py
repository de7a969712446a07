"""The sweep finds what was lost, and rings for nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone
from pytest_django import Settings
from time_machine import Traveller

from notify.alerts.vocabulary import Move
from notify.channels.memory import MemoryChannel
from notify.dispatch import direct
from notify.dispatch import expand as expanding
from notify.dispatch import sweep as sweeping
from notify.dispatch.lease import LEASE
from notify.dispatch.models import Batch, Delivery, State
from notify.dispatch.overdue import LETTING_GO
from notify.dispatch.sweep import UNHEARD, sweep
from tests.dispatch import world
from tests.dispatch.conftest import Bells

pytestmark = pytest.mark.django_db(transaction=True)


def test_when_nothing_waits_nothing_rings(bells: Bells) -> None:
    sweep()

    assert bells.heard() == []


def test_a_dispatch_whose_bell_was_lost_is_expanded(bells: Bells, clock: Traveller) -> None:
    dispatch = world.say()
    bells.heard()

    sweep()
    assert bells.heard() == [], "a bell gets a moment to be heard"
    clock.shift(UNHEARD)
    sweep()

    assert bells.heard() == [("urgent", "notify.dispatch.tasks.expand", [dispatch.pk])]


def test_a_batch_whose_bell_was_lost_is_sent(bells: Bells, clock: Traveller) -> None:
    world.crowd(1)
    world.expanded(severity="Minor")
    bells.heard()

    sweep()
    assert bells.heard() == []
    clock.shift(UNHEARD)
    sweep()

    assert bells.heard() == [("routine", "notify.dispatch.tasks.send_batch", ["routine"])]


def test_a_batch_in_good_hands_is_left_alone_until_its_lease_runs_out(
    bells: Bells, clock: Traveller
) -> None:
    world.crowd(1)
    world.expanded()
    bells.heard()
    Batch.objects.update(leased_by="somebody", leased_until=timezone.now() + LEASE)
    clock.shift(LEASE)

    sweep()
    assert bells.heard() == []
    clock.shift(UNHEARD)
    sweep()

    assert bells.names() == ["send_batch"]


def test_a_batch_whose_retry_is_not_due_is_left_alone(bells: Bells, clock: Traveller) -> None:
    world.crowd(1)
    world.expanded()
    bells.heard()
    Batch.objects.update(due_at=timezone.now() + timedelta(hours=1))
    clock.shift(UNHEARD)

    sweep()

    assert bells.heard() == []


def test_a_backlog_does_not_bury_the_broker(
    bells: Bells, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expanding, "FIRST_SLICE", 1)
    monkeypatch.setattr(sweeping, "MOST_BELLS", 3)
    world.crowd(5)
    world.expanded()
    bells.heard()
    clock.shift(UNHEARD)

    sweep()

    assert bells.names() == ["send_batch"] * 3


def test_a_direct_message_whose_bell_was_lost_is_sent(bells: Bells, clock: Traveller) -> None:
    direct.answer("+46701740605", "Hej")
    bells.heard()

    sweep()
    assert bells.heard() == []
    clock.shift(UNHEARD)
    sweep()

    assert bells.heard() == [("urgent", "notify.dispatch.tasks.send_direct", [])]


def test_the_broker_came_back_empty_and_everything_completes_from_the_database(
    bells: Bells, clock: Traveller, memory: MemoryChannel
) -> None:
    people = world.crowd(3)
    world.say()
    direct.answer("+46701740605", "Hej")
    bells.heard()

    for _ in range(4):
        clock.shift(UNHEARD)
        sweep()
        hear(bells)

    assert len(memory.sent) == len(people)
    assert len(memory.texts) == 1


def hear(bells: Bells) -> None:
    """Do what workers do when a bell rings, through the real tasks."""
    current_app.loader.import_default_modules()
    for _queue, name, arguments in bells.heard():
        current_app.tasks[name](*arguments)


def test_two_sweeps_at_once_do_no_harm(bells: Bells, memory: MemoryChannel) -> None:
    people = world.crowd(3)
    dispatch = world.expanded()
    before = timezone.now() - timedelta(minutes=5)
    Batch.objects.update(due_at=before)
    bells.heard()

    world.at_once(sweep, sweep)
    hear(bells)

    assert len(memory.sent) == len(people)
    assert set(world.states(dispatch)) == {State.SENT}


def test_a_step_that_fails_does_not_stop_the_others(
    bells: Bells, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("something is wrong")

    monkeypatch.setattr(sweeping, "STEPS", (fail, *sweeping.STEPS, fail))
    world.say()
    bells.heard()
    clock.shift(UNHEARD)

    with pytest.raises(ExceptionGroup) as raised:
        sweep()

    assert len(raised.value.exceptions) == 2
    assert bells.names() == ["expand"]


def test_what_a_dead_worker_left_is_settled(clock: Traveller, memory: MemoryChannel) -> None:
    world.crowd(1)
    delivery = world.only(world.expanded())
    now = timezone.now()
    Delivery.objects.update(state=State.SENDING, sending_at=now)
    Batch.objects.update(leased_by="the dead", leased_until=now + LEASE, ask_at=now + LEASE)
    clock.shift(LEASE)
    sweep()
    clock.shift(LETTING_GO)

    sweep()

    delivery.refresh_from_db()
    assert delivery.state == State.QUEUED


@pytest.mark.parametrize("waits_for", ["another try", "its turn", "a worker that died"])
def test_what_is_unsent_is_withdrawn_when_its_words_expire_though_no_worker_takes_it(
    clock: Traveller, waits_for: str
) -> None:
    world.crowd(1)
    now = timezone.now()
    delivery = world.only(world.expanded(expires=now + timedelta(hours=1)))
    if waits_for == "another try":
        later = now + timedelta(hours=3)
        Delivery.objects.update(due_at=later)
        Batch.objects.update(due_at=later)
    elif waits_for == "a worker that died":
        Batch.objects.update(leased_by="the dead", leased_until=now + LEASE, ask_at=now + LEASE)
    clock.shift(timedelta(minutes=59))
    sweep()
    delivery.refresh_from_db()
    assert delivery.state == State.QUEUED

    clock.shift(timedelta(minutes=2))
    sweep()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (State.WITHDRAWN, "expired")
    assert not Batch.objects.filter(done_at=None).exists()
    assert world.work() == 0


def test_what_waits_for_a_channel_that_is_switched_off_expires_too(
    clock: Traveller, settings: Settings
) -> None:
    world.crowd(1)
    delivery = world.only(world.expanded(expires=timezone.now() + timedelta(hours=1)))
    settings.NOTIFY_CHANNELS = []
    world.work()
    clock.shift(timedelta(hours=1))

    sweep()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (State.WITHDRAWN, "expired")


def test_a_batch_in_good_hands_is_not_taken_back_when_its_words_expire(clock: Traveller) -> None:
    world.crowd(1)
    delivery = world.only(world.expanded(expires=timezone.now() + timedelta(hours=1)))
    clock.shift(timedelta(hours=1))
    Batch.objects.update(leased_by="somebody", leased_until=timezone.now() + LEASE)

    sweep()

    delivery.refresh_from_db()
    assert delivery.state == State.QUEUED


def test_a_message_on_its_way_is_asked_about_though_its_words_expired(
    clock: Traveller, memory: MemoryChannel
) -> None:
    world.crowd(2)
    dispatch = world.expanded(expires=timezone.now() + timedelta(hours=1))
    now = timezone.now()
    first = dispatch.deliveries.order_by("pk")[:1].values("pk")
    Delivery.objects.filter(pk__in=list(first.values_list("pk", flat=True))).update(
        state=State.SENDING, sending_at=now
    )
    Batch.objects.update(leased_by="the dead", leased_until=now + LEASE, ask_at=now + LEASE)
    clock.shift(timedelta(hours=1))

    sweep()
    sweep()

    # The provider certainly did not have it, so it came back to the queue, and is past as well.
    assert world.states(dispatch) == [State.WITHDRAWN, State.WITHDRAWN]
    assert memory.sent == []


def test_the_all_clear_goes_out_though_the_end_it_was_expected_at_has_passed(
    clock: Traveller, memory: MemoryChannel
) -> None:
    world.crowd(1)
    alert = world.alert_of(world.fan_out(expires=timezone.now() + timedelta(hours=1)))
    clock.shift(timedelta(hours=2))
    all_clear = world.expanded(Move.RESOLVE, alert)

    sweep()
    world.work()

    assert world.states(all_clear) == [State.SENT]


def test_a_backlog_that_expired_is_taken_back_a_piece_at_a_time(
    clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expanding, "FIRST_SLICE", 1)
    monkeypatch.setattr(sweeping, "MOST_BATCHES", 3)
    world.crowd(5)
    dispatch = world.expanded(expires=timezone.now() + timedelta(hours=1))
    clock.shift(timedelta(hours=1))

    sweep()
    assert world.states(dispatch).count(State.WITHDRAWN) == 3
    sweep()

    assert set(world.states(dispatch)) == {State.WITHDRAWN}
