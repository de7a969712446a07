"""What is taken out of the ledger next: only words that stand, to people who are still there."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from time_machine import Traveller

from notify.alerts.vocabulary import Move
from notify.channels.base import Outcome, Receipt
from notify.channels.memory import MemoryChannel
from notify.channels.registry import channels
from notify.dispatch import expand as expanding
from notify.dispatch.handful import LET_PASS, STILL_ON_ITS_WAY, take
from notify.dispatch.lease import Held
from notify.dispatch.models import Batch, Delivery, Dispatch, State
from notify.dispatch.record import record
from notify.dispatch.send import send_next_batch
from notify.dispatch.withdrawal import withdraw
from notify.residents.models import Subscriber
from tests.dispatch import world
from tests.dispatch.watched import Watched, addresses, once, phones


@pytest.mark.django_db(transaction=True)
def test_who_leaves_before_their_handful_is_not_written_to(watched: Watched) -> None:
    people = world.crowd(4)
    dispatch = world.expanded()
    left: list[Subscriber] = []

    def leave() -> None:
        left.append(world.waiting(dispatch))
        world.leave(*left)

    watched.before = once(leave)
    send_next_batch("urgent")

    assert addresses(watched) == phones([one for one in people if one not in left])
    withdrawn = dispatch.deliveries.get(subscriber__in=left)
    assert (withdrawn.state, withdrawn.error) == (State.WITHDRAWN, "opted_out")
    assert withdrawn.final_at is not None


@pytest.mark.django_db(transaction=True)
def test_who_pauses_before_their_handful_is_not_written_to(watched: Watched) -> None:
    people = world.crowd(4)
    dispatch = world.expanded()
    paused: list[Subscriber] = []

    def pause() -> None:
        paused.append(world.waiting(dispatch))
        world.pause(*paused, hours=8)

    watched.before = once(pause)
    send_next_batch("urgent")

    assert addresses(watched) == phones([one for one in people if one not in paused])
    withdrawn = dispatch.deliveries.get(subscriber__in=paused)
    assert (withdrawn.state, withdrawn.error) == (State.WITHDRAWN, "paused")


@pytest.mark.django_db(transaction=True)
def test_who_pauses_before_the_end_is_sent_hears_of_it_all_the_same(watched: Watched) -> None:
    [person] = world.crowd(1)
    alert = world.alert_of(world.fan_out())
    end = world.expanded(Move.RESOLVE, alert)
    world.pause(person, hours=8)

    world.work()

    assert world.states(end) == [State.SENT]


@pytest.mark.django_db(transaction=True)
def test_who_was_erased_is_not_written_to(watched: Watched) -> None:
    world.crowd(3)
    dispatch = world.expanded()
    watched.before = once(lambda: world.waiting(dispatch).delete())

    send_next_batch("urgent")

    assert len(watched.sent) == 2
    withdrawn = dispatch.deliveries.get(subscriber=None)
    assert (withdrawn.state, withdrawn.error) == (State.WITHDRAWN, "opted_out")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("move", [Move.UPDATE, Move.RESOLVE, Move.CANCEL])
def test_what_is_unsent_when_newer_words_come_is_withdrawn(watched: Watched, move: Move) -> None:
    world.crowd(6)
    dispatch = world.expanded()
    watched.before = once(lambda: world.say(move, world.alert_of(dispatch)))

    send_next_batch("urgent")

    assert world.tally(dispatch) == {State.SENT: 2, State.WITHDRAWN: 4}
    assert set(dispatch.deliveries.values_list("error", flat=True)) == {"", "superseded"}
    assert Batch.objects.filter(dispatch=dispatch, done_at=None).count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("earlier", [State.SENDING, State.IN_DOUBT])
def test_a_cancel_does_not_overtake_the_alert_that_it_cancels(
    memory: MemoryChannel, clock: Traveller, earlier: State
) -> None:
    world.crowd(2)
    told = world.expanded()
    slow, _quick = told.deliveries.order_by("pk")
    Delivery.objects.update(state=State.SENT)
    Delivery.objects.filter(pk=slow.pk).update(state=earlier, sending_at=timezone.now())
    Batch.objects.update(done_at=timezone.now())
    world.expanded(Move.CANCEL, told.update.alert)

    world.work()
    assert len(memory.sent) == 1

    record([Receipt(slow.reference, Outcome.ACCEPTED)])
    clock.shift(LET_PASS)
    world.work()
    assert len(memory.sent) == 2


@pytest.mark.django_db
def test_a_cancel_does_not_wait_for_ever_for_what_nobody_knows(
    memory: MemoryChannel, clock: Traveller
) -> None:
    world.crowd(1)
    told = world.expanded()
    Delivery.objects.update(state=State.IN_DOUBT, sending_at=timezone.now())
    Batch.objects.update(done_at=timezone.now())
    world.expanded(Move.CANCEL, told.update.alert)
    clock.shift(STILL_ON_ITS_WAY)

    world.work()
    assert len(memory.sent) == 1


@pytest.mark.django_db
def test_what_waits_for_another_try_is_withdrawn_as_soon_as_newer_words_come(
    memory: MemoryChannel,
) -> None:
    [person] = world.crowd(1)
    memory.fates[person.phone] = Outcome.FAILED_FOR_NOW
    dispatch = world.fan_out()
    assert world.only(dispatch).due_at > timezone.now()

    world.say(Move.CANCEL, world.alert_of(dispatch))
    world.work()

    assert world.states(dispatch) == [State.WITHDRAWN]


@pytest.mark.django_db(transaction=True)
def test_whoever_was_told_before_the_all_clear_hears_it(watched: Watched) -> None:
    people = world.crowd(6)
    first = world.expanded()
    watched.before = once(lambda: world.say(Move.RESOLVE, world.alert_of(first)))
    send_next_batch("urgent")
    told = [one for one in people if one.phone in addresses(watched)]

    end = Dispatch.objects.latest("pk")
    expanding.expand(end.pk)

    assert len(told) == 2
    assert world.addressed(end) == world.keys(told)


@pytest.mark.django_db(transaction=True)
def test_what_is_unsent_when_it_should_be_over_is_withdrawn(watched: Watched) -> None:
    world.crowd(3)
    dispatch = world.expanded()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        watched.before = once(lambda: clock.shift(timedelta(hours=5)))
        send_next_batch("urgent")

    assert len(watched.sent) == 2
    last = dispatch.deliveries.exclude(state=State.SENT).get()
    assert (last.state, last.error) == (State.WITHDRAWN, "expired")


@pytest.mark.django_db
def test_an_all_clear_is_never_too_late(memory: MemoryChannel) -> None:
    world.crowd(1)
    first = world.fan_out()
    end = world.expanded(Move.RESOLVE, world.alert_of(first))

    with time_machine.travel(timezone.now() + timedelta(days=1)):
        world.work()

    assert world.states(end) == [State.SENT]


@pytest.mark.django_db
def test_a_number_that_cannot_be_read_fails_alone(memory: MemoryChannel) -> None:
    people = world.crowd(3)
    Subscriber.objects.filter(pk=people[1].pk).update(phone_cipher="gone with its key")

    dispatch = world.fan_out()

    assert world.states(dispatch) == [State.SENT, State.FAILED, State.SENT]
    assert dispatch.deliveries.get(state=State.FAILED).error == "undecryptable"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_callback_that_comes_while_a_handful_is_marked_is_not_undone(
    memory: MemoryChannel,
) -> None:
    world.crowd(1)
    delivery = world.only(world.expanded())

    world.meanwhile(
        lambda: record([Receipt(delivery.reference, Outcome.DELIVERED)]),
        lambda: send_next_batch("urgent"),
    )

    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED
    assert memory.sent == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_handful_waits_for_newer_words_that_are_being_published(memory: MemoryChannel) -> None:
    world.crowd(1)
    delivery = world.only(world.expanded())
    alert = world.alert_of(delivery.dispatch)

    world.meanwhile(lambda: world.say(Move.UPDATE, alert), lambda: send_next_batch("urgent"))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (State.WITHDRAWN, "superseded")
    assert memory.sent == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_all_clear_waits_for_a_handful_that_is_being_marked_and_counts_it_as_told() -> None:
    [person] = world.crowd(1)
    dispatch = world.expanded()
    alert, channel = world.alert_of(dispatch), channels()["memory"]
    batch = Batch.objects.get()
    Batch.objects.update(leased_by="me")

    end = world.meanwhile(
        lambda: take(Held(batch, "me"), dispatch.notice, channel),
        lambda: world.expanded(Move.RESOLVE, alert),
    )

    assert world.addressed(end) == [person.pk]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_callback_that_comes_while_the_rest_is_withdrawn_is_not_undone() -> None:
    [person] = world.crowd(1)
    delivery = world.only(world.expanded())
    world.leave(person)

    world.meanwhile(
        lambda: record([Receipt(delivery.reference, Outcome.DELIVERED)]),
        lambda: withdraw(Delivery.objects.exclude(subscriber__ended_at=None), "opted_out"),
    )

    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED
