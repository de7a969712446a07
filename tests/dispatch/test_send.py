"""Working through batches: each message once, only while its words stand, whatever breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, ClassVar, cast

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from time_machine import Traveller

from notify.alerts.vocabulary import Move
from notify.channels.base import AddressedBy, ChannelError, Outcome, Receipt, Recipient
from notify.channels.memory import MemoryChannel
from notify.channels.notice import Notice
from notify.channels.registry import channels
from notify.dispatch import expand as expanding
from notify.dispatch import send as sending
from notify.dispatch.models import Batch, Delivery, Dispatch, State
from notify.dispatch.record import record, withdraw
from notify.dispatch.send import LET_PASS, STILL_ON_ITS_WAY, due_batches, send_next_batch
from notify.residents.models import Subscriber
from tests import given
from tests.dispatch import world


class Watched(MemoryChannel):
    """Calls ``before`` for each recipient, just before the provider would have the message."""

    handful: ClassVar[int] = 2
    before: Callable[[Recipient], None] = staticmethod(lambda _recipient: None)
    handfuls: list[int]

    def send(self, notice: Notice, recipients: Sequence[Recipient]) -> Iterator[Receipt]:
        self.handfuls = [*getattr(self, "handfuls", []), len(recipients)]
        for recipient in recipients:
            self.before(recipient)
            yield from super().send(notice, [recipient])


class Places(MemoryChannel):
    """Addressed by area."""

    addressed_by: ClassVar[AddressedBy] = AddressedBy.AREA


@pytest.fixture
def watched(settings: Settings) -> Watched:
    """Two recipients per handful, and somebody watching."""
    settings.NOTIFY_CHANNELS = [f"{__name__}.Watched"]
    return cast(Watched, channels()["memory"])


def addresses(channel: MemoryChannel) -> list[str]:
    return sorted(recipient.address for _notice, recipient in channel.sent)


def phones(people: Sequence[Subscriber]) -> list[str]:
    return sorted(person.phone for person in people)


def once(what: Callable[[], object]) -> Callable[[Recipient], None]:
    """Something that happens before the first message, and never again."""
    left = [what]
    return lambda _recipient: cast(None, left.pop()() if left else None)


@pytest.mark.django_db
def test_everybody_gets_the_words_in_their_language(memory: MemoryChannel) -> None:
    [swede] = world.crowd(1, language="sv")
    [guest] = world.crowd(1, language="en")

    dispatch = world.fan_out()

    assert {(one.address, one.language) for _notice, one in memory.sent} == {
        (swede.phone, "sv"),
        (guest.phone, "en"),
    }
    assert all(notice == dispatch.notice for notice, _one in memory.sent)


@pytest.mark.django_db
def test_what_was_accepted_is_put_down_and_the_batch_is_done(memory: MemoryChannel) -> None:
    world.crowd(1)

    delivery = world.only(world.fan_out())

    assert (delivery.state, delivery.attempts, delivery.units) == (State.SENT, 1, 1)
    assert (delivery.provider, delivery.provider_id) == ("memory", f"memory-d{delivery.pk}")
    assert delivery.sending_at is not None
    assert delivery.sent_at is not None
    assert delivery.final_at is None
    batch = delivery.batch
    assert batch.done_at is not None
    assert (batch.leased_by, batch.leased_until) == ("", None)


@pytest.mark.django_db
def test_a_place_is_addressed_by_its_code(settings: Settings) -> None:
    settings.NOTIFY_CHANNELS = [f"{__name__}.Places"]

    world.fan_out()

    assert addresses(cast(MemoryChannel, channels()["memory"])) == ["1490TB121"]


@pytest.mark.django_db
def test_a_batch_goes_out_by_the_handful(watched: Watched) -> None:
    people = world.crowd(5)

    world.fan_out()

    assert watched.handfuls == [2, 2, 1]
    assert addresses(watched) == phones(people)


@pytest.mark.django_db
def test_without_work_there_is_nothing_to_do() -> None:
    assert send_next_batch("urgent") is False


@pytest.mark.django_db
def test_workers_of_one_queue_leave_the_other_alone(memory: MemoryChannel) -> None:
    world.crowd(1)
    world.expanded(severity="Severe")

    assert send_next_batch("routine") is False
    assert send_next_batch("urgent") is True


# --- leases -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_each_message_once(
    memory: MemoryChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expanding, "SLICE", 3)
    people = world.crowd(24)
    dispatch = world.expanded()

    world.at_once(*[world.work] * 4)

    assert addresses(memory) == phones(people)
    assert set(world.states(dispatch)) == {State.SENT}


@pytest.mark.django_db(transaction=True)
def test_a_batch_has_one_holder(watched: Watched) -> None:
    world.crowd(3)
    world.expanded()
    found: list[bool] = []
    watched.before = once(lambda: found.append(send_next_batch("urgent")))

    send_next_batch("urgent")

    assert found == [False]
    assert len(watched.sent) == 3


@pytest.mark.django_db(transaction=True)
def test_who_lost_the_lease_stops_at_the_next_handful(watched: Watched) -> None:
    people = world.crowd(5)
    dispatch = world.expanded()

    def lose() -> None:
        Batch.objects.update(leased_by="another", leased_until=timezone.now() + sending.LEASE)

    watched.before = once(lose)
    send_next_batch("urgent")

    assert watched.handfuls == [2]
    assert world.states(dispatch) == [State.SENT] * 2 + [State.QUEUED] * 3
    assert Batch.objects.get().leased_by == "another"
    assert Batch.objects.get().done_at is None
    assert len(people) == 5


@pytest.mark.django_db(transaction=True)
def test_when_a_lease_runs_out_the_rest_goes_to_another_worker(watched: Watched) -> None:
    people = world.crowd(5)
    dispatch = world.expanded()

    def die() -> None:
        raise SystemExit

    watched.before = once(die)
    with pytest.raises(SystemExit):
        send_next_batch("urgent")
    # The dead give nothing back: put the lease where a kill would have left it.
    Batch.objects.update(leased_by="the dead", leased_until=timezone.now() + sending.LEASE)

    assert send_next_batch("urgent") is False
    with time_machine.travel(timezone.now() + sending.LEASE + sending.BACK_OFF):
        assert send_next_batch("urgent") is True

    assert world.states(dispatch) == [State.SENDING] * 2 + [State.SENT] * 3
    assert len(watched.sent) == 3
    assert len(people) == 5


@pytest.mark.django_db(transaction=True)
def test_a_slow_provider_does_not_cost_the_lease(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watched, "handful", 10)
    people = world.crowd(10)
    dispatch = world.expanded()
    others: list[bool] = []
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def crawl(_recipient: Recipient) -> None:
            others.append(send_next_batch("urgent"))
            clock.shift(sending.LEASE / 3)

        watched.before = crawl
        send_next_batch("urgent")

    assert others == [False] * 10
    assert addresses(watched) == phones(people)
    assert set(world.states(dispatch)) == {State.SENT}


@pytest.mark.django_db(transaction=True)
def test_who_lost_the_lease_in_the_middle_of_a_handful_sends_no_more_of_it(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watched, "handful", 10)
    world.crowd(10)
    dispatch = world.expanded()
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def lose() -> None:
            Batch.objects.update(leased_by="another")
            clock.shift(sending.LEASE / 2)

        watched.before = once(lose)
        send_next_batch("urgent")

    assert len(watched.sent) == 1
    assert world.states(dispatch) == [State.SENT] + [State.SENDING] * 9


# --- words that no longer stand, and people who left ---------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_who_leaves_before_their_handful_is_not_written_to(watched: Watched) -> None:
    people = world.crowd(4)
    dispatch = world.expanded()
    watched.before = once(lambda: world.leave(people[2]))

    send_next_batch("urgent")

    assert addresses(watched) == phones([people[0], people[1], people[3]])
    withdrawn = dispatch.deliveries.get(subscriber=people[2])
    assert (withdrawn.state, withdrawn.error) == (State.WITHDRAWN, "opted_out")
    assert withdrawn.final_at is not None


@pytest.mark.django_db(transaction=True)
def test_who_was_erased_is_not_written_to(watched: Watched) -> None:
    people = world.crowd(3)
    dispatch = world.expanded()
    watched.before = once(people[2].delete)

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

    assert world.states(dispatch) == [State.SENT] * 2 + [State.WITHDRAWN] * 4
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

    end = Dispatch.objects.latest("pk")
    expanding.expand(end.pk)

    assert world.addressed(end) == world.keys(people[:2])


@pytest.mark.django_db(transaction=True)
def test_what_is_unsent_when_it_should_be_over_is_withdrawn(watched: Watched) -> None:
    world.crowd(3)
    dispatch = world.expanded()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        watched.before = once(lambda: clock.shift(timedelta(hours=5)))
        send_next_batch("urgent")

    last = dispatch.deliveries.order_by("pk")[2]
    assert (last.state, last.error) == (State.WITHDRAWN, "expired")


@pytest.mark.django_db
def test_an_all_clear_is_never_too_late(memory: MemoryChannel) -> None:
    world.crowd(1)
    first = world.fan_out()
    end = world.expanded(Move.RESOLVE, world.alert_of(first))

    with time_machine.travel(timezone.now() + timedelta(days=1)):
        world.work()

    assert world.states(end) == [State.SENT]


# --- what breaks --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_number_that_cannot_be_read_fails_alone(memory: MemoryChannel) -> None:
    people = world.crowd(3)
    Subscriber.objects.filter(pk=people[1].pk).update(phone_cipher="gone with its key")

    dispatch = world.fan_out()

    assert world.states(dispatch) == [State.SENT, State.FAILED, State.SENT]
    assert dispatch.deliveries.get(state=State.FAILED).error == "undecryptable"


@pytest.mark.django_db(transaction=True)
def test_when_a_channel_breaks_what_is_known_is_kept_and_the_rest_is_not_sent_again(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watched, "handful", 4)
    world.crowd(6)
    dispatch = world.expanded()
    calls = iter(range(10))

    def break_at_the_third(_recipient: Recipient) -> None:
        if next(calls) == 2:
            raise RuntimeError("the channel broke")

    watched.before = break_at_the_third
    with pytest.raises(RuntimeError):
        send_next_batch("urgent")

    marked = [State.SENT] * 2 + [State.SENDING] * 2
    assert world.states(dispatch) == marked + [State.QUEUED] * 2
    assert send_next_batch("urgent") is False, "a broken channel rests"
    with time_machine.travel(timezone.now() + sending.BACK_OFF):
        world.work()
    assert world.states(dispatch) == marked + [State.SENT] * 2


@pytest.mark.django_db(transaction=True)
def test_a_channel_that_cannot_work_now_rests_and_is_said_to(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    world.crowd(1)
    world.expanded()

    def refuse(_recipient: Recipient) -> None:
        raise ChannelError("the password is wrong")

    watched.before = refuse

    assert send_next_batch("urgent") is True
    assert "the password is wrong" in caplog.text


@pytest.mark.django_db
def test_a_channel_that_is_switched_off_keeps_its_batches(settings: Settings) -> None:
    world.crowd(1)
    dispatch = world.expanded()
    settings.NOTIFY_CHANNELS = []

    assert send_next_batch("urgent") is True

    assert world.states(dispatch) == [State.QUEUED]
    assert send_next_batch("urgent") is False
    settings.NOTIFY_CHANNELS = ["notify.channels.memory.MemoryChannel"]
    with time_machine.travel(timezone.now() + sending.BACK_OFF):
        world.work()
    assert world.states(dispatch) == [State.SENT]


@pytest.mark.django_db
def test_what_fails_for_now_waits_in_the_database_and_goes_out_when_it_is_due(
    memory: MemoryChannel,
) -> None:
    [patient, lucky] = world.crowd(2)
    memory.fates[patient.phone] = Outcome.FAILED_FOR_NOW
    dispatch = world.fan_out()
    waiting = dispatch.deliveries.get(subscriber=patient)
    batch = Batch.objects.get()

    assert addresses(memory) == [lucky.phone]
    assert (waiting.state, waiting.error) == (State.QUEUED, "memory")
    assert waiting.due_at > timezone.now()
    assert (batch.done_at, batch.due_at) == (None, waiting.due_at)
    assert send_next_batch("urgent") is False

    memory.fates.clear()
    with time_machine.travel(waiting.due_at):
        world.work()

    waiting.refresh_from_db()
    assert (waiting.state, waiting.error, waiting.attempts) == (State.SENT, "", 2)
    assert Batch.objects.get().done_at is not None


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_provider_is_asked(watched: Watched) -> None:
    world.crowd(3)
    world.expanded()
    open_then: list[bool] = []
    watched.before = lambda _recipient: open_then.append(connection.in_atomic_block)

    send_next_batch("urgent")

    assert open_then == [False] * 3


# --- side by side -------------------------------------------------------------------------------


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
        lambda: sending._take(batch, "me", dispatch.notice, channel),
        lambda: world.expanded(Move.RESOLVE, alert),
    )

    assert world.addressed(end) == [person.pk]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_batch_that_is_being_leased_is_not_leased_again(memory: MemoryChannel) -> None:
    world.crowd(1)
    world.expanded()
    theirs = {"leased_by": "another", "leased_until": timezone.now() + sending.LEASE}

    taken = world.meanwhile(
        lambda: Batch.objects.update(**theirs), lambda: send_next_batch("urgent")
    )

    assert taken is False
    assert memory.sent == []


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


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_batch_is_not_closed_over_a_message_that_is_queued_again_meanwhile() -> None:
    world.crowd(1)
    delivery = world.only(world.expanded())
    Delivery.objects.update(state=State.IN_DOUBT)
    Batch.objects.update(leased_by="me", leased_until=timezone.now() + sending.LEASE)

    world.meanwhile(
        lambda: record([Receipt(delivery.reference, Outcome.ABSENT)]),
        lambda: sending._release(delivery.batch, "me", not_before=timezone.now()),
    )

    batch = Batch.objects.get()
    assert (batch.done_at, batch.leased_by) == (None, "")
    assert due_batches("urgent", timezone.now()).exists()


# --- what it costs ------------------------------------------------------------------------------


def real(captured: CaptureQueriesContext) -> list[dict[str, Any]]:
    """Statements, without the beginning and end of transactions."""
    frame = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [one for one in captured.captured_queries if not one["sql"].startswith(frame)]


@pytest.mark.django_db
def test_a_message_costs_less_than_a_tenth_of_a_statement(
    memory: MemoryChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryChannel, "handful", 100)

    def statements(size: int) -> int:
        service = given.service(f"service-of-{size}")
        world.crowd(size, services=[service])
        dispatch = world.expanded(service=service)
        with CaptureQueriesContext(connection) as captured:
            world.work()
        assert world.states(dispatch) == [State.SENT] * size
        return len(real(captured))

    few, many = statements(100), statements(400)

    assert many - few <= 0.1 * 300
    assert few <= 21
