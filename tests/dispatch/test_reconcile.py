"""Messages in doubt: asked about once, and sent again only when they are proven absent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import cast

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from time_machine import Traveller

from notify.alerts.vocabulary import Move
from notify.channels.base import ChannelError, Outcome, Receipt, Recipient
from notify.channels.memory import MemoryChannel
from notify.channels.notice import Notice
from notify.channels.registry import channels
from notify.dispatch import reconcile as reconciling
from notify.dispatch.lease import LEASE, due_batches
from notify.dispatch.models import Batch, Delivery, Dispatch, State
from notify.dispatch.overdue import ASK_AGAIN, DOUBTED_FOR, LETTING_GO, OVERDUE
from notify.dispatch.reconcile import reconcile
from notify.dispatch.record import SETTLING, record
from notify.residents.models import Subscriber
from tests.dispatch import world


class Asked(MemoryChannel):
    """Counts what it is asked, and lets something happen before it answers."""

    asked: list[str]
    about: Sequence[Recipient] = ()
    before: Callable[[], object] = staticmethod(lambda: None)
    on_its_way: Callable[[], object] = staticmethod(lambda: None)

    def send(self, notice: Notice, recipients: Iterable[Recipient]) -> Iterator[Receipt]:
        for one in recipients:
            self.on_its_way()
            yield from super().send(notice, [one])

    def look_up(self, notice: Notice, recipients: Sequence[Recipient]) -> Iterator[Receipt]:
        self.asked = [*getattr(self, "asked", []), *(one.reference for one in recipients)]
        self.about = recipients
        self.before()
        yield from super().look_up(notice, recipients)


@pytest.fixture
def channel(settings: Settings) -> Asked:
    settings.NOTIFY_CHANNELS = [f"{__name__}.Asked"]
    channel = cast(Asked, channels()["memory"])
    channel.asked = []
    return channel


def their_worker_dies() -> None:
    """Everything is on its way, and nobody waits for the answers."""
    now = timezone.now()
    Delivery.objects.update(state=State.SENDING, sending_at=now, attempts=1)
    Batch.objects.update(leased_by="the dead", leased_until=now + LEASE, ask_at=now + LEASE)


def died_sending(size: int = 1, *, accepted: bool) -> list[Delivery]:
    """Deliveries of a worker that died in the middle, with or without the provider having them."""
    world.crowd(size)
    dispatch = world.expanded()
    their_worker_dies()
    deliveries = list(dispatch.deliveries.select_related("subscriber").order_by("pk"))
    if accepted:
        channel = cast(MemoryChannel, channels()["memory"])
        for one in deliveries:
            person = cast(Subscriber, one.subscriber)
            channel.sent.append((dispatch.notice, Recipient(person.phone, one.reference, "sv")))
    return deliveries


def state(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def until_it_is_time_to_ask(clock: Traveller) -> None:
    """The lease of the dead runs out, a sweep doubts what they left, and the doubt has rested."""
    clock.shift(LEASE)
    assert reconcile() == 0, "nobody asks at once about what was found abandoned"
    clock.shift(LETTING_GO)


@pytest.mark.django_db
def test_while_its_worker_holds_the_lease_nobody_doubts_it(
    channel: Asked, clock: Traveller
) -> None:
    [delivery] = died_sending(accepted=False)
    clock.shift(LEASE - timedelta(seconds=1))

    assert reconcile() == 0
    assert state(delivery) == State.SENDING


@pytest.mark.django_db
def test_what_the_provider_has_is_sent(channel: Asked, clock: Traveller) -> None:
    [delivery] = died_sending(accepted=True)
    until_it_is_time_to_ask(clock)

    assert reconcile() == 1

    assert state(delivery) == State.SENT
    world.work()
    assert len(channel.sent) == 1


@pytest.mark.django_db
def test_what_the_provider_lacks_is_sent_again_once(channel: Asked, clock: Traveller) -> None:
    [delivery] = died_sending(accepted=False)
    Batch.objects.update(done_at=timezone.now())
    until_it_is_time_to_ask(clock)

    reconcile()

    assert state(delivery) == State.QUEUED
    assert due_batches("urgent", timezone.now()).get() == delivery.batch
    world.work()
    assert (state(delivery), delivery.attempts) == (State.SENT, 2)
    assert len(channel.sent) == 1


@pytest.mark.django_db
def test_a_callback_gets_time_to_settle_it_first(channel: Asked, clock: Traveller) -> None:
    [delivery] = died_sending(accepted=False)
    Batch.objects.update(leased_by="", leased_until=None, ask_at=timezone.now())
    record([Receipt(delivery.reference, Outcome.IN_DOUBT)])
    clock.shift(SETTLING - timedelta(seconds=1))

    assert reconcile() == 0

    clock.shift(timedelta(seconds=1))
    assert reconcile() == 1


@pytest.mark.django_db
def test_a_doubt_rests_from_when_it_arose_and_not_from_when_its_handful_was_marked(
    channel: Asked, clock: Traveller
) -> None:
    [delivery] = died_sending(accepted=False)
    clock.shift(SETTLING)
    record([Receipt(delivery.reference, Outcome.IN_DOUBT)])
    Batch.objects.update(leased_by="", leased_until=None, ask_at=timezone.now())

    assert reconcile() == 0

    clock.shift(SETTLING)
    assert reconcile() == 1


@pytest.mark.django_db
def test_a_callback_that_comes_before_the_answer_wins(channel: Asked, clock: Traveller) -> None:
    [delivery] = died_sending(accepted=False)
    until_it_is_time_to_ask(clock)
    channel.before = lambda: record([Receipt(delivery.reference, Outcome.DELIVERED)])

    reconcile()

    assert state(delivery) == State.DELIVERED


@pytest.mark.django_db
def test_what_proves_absent_by_a_clock_that_is_ahead_is_due_by_a_right_one(
    channel: Asked, clock: Traveller
) -> None:
    [delivery] = died_sending(accepted=False)
    right = timezone.now()
    clock.shift(timedelta(hours=1))
    assert reconcile() == 0
    clock.shift(LETTING_GO)
    reconcile()
    assert state(delivery) == State.QUEUED

    clock.move_to(right + LETTING_GO)
    world.work()

    assert (state(delivery), len(channel.sent)) == (State.SENT, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("jump", [timedelta(hours=1), LEASE])
def test_what_is_on_its_way_when_a_clock_jumps_is_sent_once(
    channel: Asked, clock: Traveller, jump: timedelta
) -> None:
    world.crowd(3)
    dispatch = world.expanded()

    def a_clock_jumps() -> None:
        channel.on_its_way = lambda: None
        clock.shift(jump)
        # Who sweeps thinks that the lease has run out. What is on its way comes much later.
        reconcile()
        world.work()
        clock.shift(LETTING_GO - timedelta(seconds=1))
        assert reconcile() == 0
        world.work()

    channel.on_its_way = a_clock_jumps
    world.work()
    assert len(channel.sent) == 1, "who lost the lease stops"
    clock.shift(timedelta(seconds=1))
    reconcile()
    world.work()

    assert sorted(one.reference for _notice, one in channel.sent) == sorted(
        one.reference for one in dispatch.deliveries.all()
    )
    assert set(world.states(dispatch)) == {State.SENT}


@pytest.mark.django_db
def test_a_handful_that_its_channel_left_without_a_word_is_doubted_at_once(
    channel: Asked, clock: Traveller
) -> None:
    world.crowd(1)
    delivery = world.only(world.expanded())

    def refuse() -> None:
        raise ChannelError("the provider is away")

    channel.on_its_way = refuse
    world.work()
    assert reconcile() == 0
    assert state(delivery) == State.IN_DOUBT
    channel.on_its_way = lambda: None
    clock.shift(LETTING_GO)

    assert reconcile() == 1
    world.work()
    assert (state(delivery), len(channel.sent)) == (State.SENT, 1)


@pytest.mark.django_db
def test_an_answer_about_an_earlier_try_does_not_undo_a_later_one(
    channel: Asked, clock: Traveller
) -> None:
    [delivery] = died_sending(accepted=False)
    until_it_is_time_to_ask(clock)

    def tried_again_and_the_answer_is_lost() -> None:
        record([Receipt(delivery.reference, Outcome.FAILED_FOR_NOW)])
        clock.shift(timedelta(minutes=1))
        channel.fates[cast(Subscriber, delivery.subscriber).phone] = Outcome.IN_DOUBT
        world.work()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts) == (State.IN_DOUBT, 2)

    channel.before = tried_again_and_the_answer_is_lost
    reconcile()

    assert state(delivery) == State.IN_DOUBT


@pytest.mark.django_db
def test_words_that_cannot_be_read_do_not_keep_others_waiting(
    channel: Asked, clock: Traveller
) -> None:
    world.crowd(1)
    spoiled, other = world.only(world.expanded()), world.only(world.expanded())
    their_worker_dies()
    Dispatch.objects.filter(pk=spoiled.dispatch_id).update(notice_json={})
    until_it_is_time_to_ask(clock)

    with pytest.raises(ExceptionGroup):
        reconcile()

    assert (state(spoiled), state(other)) == (State.IN_DOUBT, State.QUEUED)


@pytest.mark.django_db
def test_who_is_told_to_stop_leaves_the_rest_to_others(
    channel: Asked, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "AT_ONCE", 1)
    died_sending(3, accepted=True)
    until_it_is_time_to_ask(clock)
    monkeypatch.setattr(reconciling, "stopping", lambda: True)

    assert reconcile() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_reconcile_at_once_ask_about_each_message_once(channel: Asked) -> None:
    deliveries = died_sending(8, accepted=True)
    before = timezone.now() - timedelta(hours=1)
    Delivery.objects.update(sending_at=before, state=State.IN_DOUBT, due_at=before)
    Batch.objects.update(leased_until=None, ask_at=before)

    world.at_once(reconcile, reconcile, reconcile)

    assert sorted(channel.asked) == sorted(one.reference for one in deliveries)
    assert {state(one) for one in deliveries} == {State.SENT}


@pytest.mark.django_db
def test_while_the_provider_cannot_be_asked_it_stays_in_doubt_and_is_asked_about_again(
    channel: Asked, clock: Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    [delivery] = died_sending(accepted=False)
    until_it_is_time_to_ask(clock)

    def refuse() -> None:
        raise ChannelError("the provider is away")

    channel.before = refuse
    reconcile()

    assert state(delivery) == State.IN_DOUBT
    assert "the provider is away" in caplog.text
    assert reconcile() == 0
    clock.shift(ASK_AGAIN)
    assert reconcile() == 1


@pytest.mark.django_db
def test_whatever_is_still_unknown_stays_in_doubt(
    channel: Asked, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    [delivery] = died_sending(accepted=False)
    until_it_is_time_to_ask(clock)

    def unsure(_notice: Notice, recipients: Sequence[Recipient]) -> Iterator[Receipt]:
        for one in recipients:
            yield Receipt(one.reference, Outcome.IN_DOUBT)

    monkeypatch.setattr(channel, "look_up", unsure)
    reconcile()

    assert state(delivery) == State.IN_DOUBT
    world.work()
    assert channel.sent == []


@pytest.mark.django_db
def test_one_whose_number_cannot_be_read_does_not_keep_the_others_waiting(
    channel: Asked, clock: Traveller
) -> None:
    unread, other = died_sending(2, accepted=True)
    Subscriber.objects.filter(deliveries=unread).update(phone_cipher="?")
    until_it_is_time_to_ask(clock)

    reconcile()

    assert (state(unread), state(other)) == (State.IN_DOUBT, State.SENT)


@pytest.mark.django_db
def test_nobody_asks_about_a_person_who_was_erased(channel: Asked, clock: Traveller) -> None:
    [delivery] = died_sending(accepted=False)
    Subscriber.objects.all().delete()
    until_it_is_time_to_ask(clock)

    reconcile()

    assert (state(delivery), delivery.error) == (State.FAILED, "erased")
    assert channel.asked == []


@pytest.mark.django_db
def test_the_longest_in_doubt_come_first_and_a_backlog_is_worked_off_in_one_go(
    channel: Asked, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "AT_ONCE", 2)
    first, second, third = died_sending(3, accepted=True)
    Delivery.objects.filter(pk=third.pk).update(sending_at=timezone.now() - timedelta(hours=1))
    until_it_is_time_to_ask(clock)

    assert reconcile() == 3
    assert set(channel.asked[:2]) == {third.reference, first.reference}
    assert channel.asked[2:] == [second.reference]


@pytest.mark.django_db
def test_two_hundred_questions_cost_few_statements(channel: Asked, clock: Traveller) -> None:
    died_sending(200, accepted=True)
    until_it_is_time_to_ask(clock)

    with CaptureQueriesContext(connection) as captured:
        assert reconcile() == 200

    assert len(captured) <= 26


@pytest.mark.django_db
def test_what_was_withdrawn_meanwhile_is_not_sent_when_it_proves_absent(
    channel: Asked, clock: Traveller
) -> None:
    [delivery] = died_sending(accepted=False)
    world.say("cancel", world.alert_of(delivery.dispatch))  # type: ignore[arg-type]
    until_it_is_time_to_ask(clock)

    reconcile()
    world.work()

    assert (state(delivery), delivery.error) == (State.WITHDRAWN, "superseded")
    assert channel.sent == []


@pytest.mark.django_db
def test_what_nobody_can_ever_settle_is_given_up_after_a_day_and_not_sent_again(
    channel: Asked, clock: Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    [delivery] = died_sending(accepted=False)
    Subscriber.objects.update(phone_cipher="?")
    until_it_is_time_to_ask(clock)
    reconcile()
    assert state(delivery) == State.IN_DOUBT

    clock.shift(DOUBTED_FOR)
    reconcile()

    assert (state(delivery), delivery.error) == (State.FAILED, "nobody_knows")
    assert delivery.final_at == timezone.now()
    assert Batch.objects.get().ask_at is None
    world.work()
    assert (channel.sent, channel.asked, caplog.text) == ([], [], "")


@pytest.mark.django_db
def test_who_may_have_been_told_hears_that_it_is_over(channel: Asked, clock: Traveller) -> None:
    [delivery] = died_sending(accepted=False)
    Delivery.objects.update(state=State.FAILED, error="nobody_knows")

    over = world.expanded(Move.CANCEL, world.alert_of(delivery.dispatch))

    assert world.addressed(over) == [delivery.subscriber_id]


@pytest.mark.django_db
def test_a_word_that_comes_after_all_still_counts(channel: Asked, clock: Traveller) -> None:
    [delivery] = died_sending(accepted=False)
    now = timezone.now()
    Delivery.objects.update(state=State.FAILED, error="nobody_knows", final_at=now)

    clock.shift(timedelta(hours=1))
    record([Receipt(delivery.reference, Outcome.ACCEPTED)])
    # Nobody asks any more, so it is sent for good, unless the last word comes by itself.
    assert (state(delivery), delivery.error) == (State.SENT, "no_receipt")
    assert delivery.final_at == timezone.now()

    record([Receipt(delivery.reference, Outcome.DELIVERED)])
    assert (state(delivery), delivery.error) == (State.DELIVERED, "")


@pytest.mark.django_db
def test_a_message_that_stays_sent_is_asked_about_in_ever_longer_waits(
    channel: Asked, clock: Traveller
) -> None:
    world.crowd(1)
    delivery = world.only(world.fan_out())
    begun = timezone.now()
    asked_after = []
    while state(delivery) == State.SENT and delivery.final_at is None:
        clock.shift(timedelta(minutes=1))
        if reconcile():
            asked_after.append(round((timezone.now() - begun) / timedelta(minutes=1)))

    assert (
        asked_after
        == [10, 20, 40, 80, 160, 320, 640, 1000, 1360, 1720, 2080, 2160][: len(asked_after)]
    )
    assert timezone.now() - begun == timedelta(hours=36)
    assert (state(delivery), delivery.error) == (State.SENT, "no_receipt")
    assert Batch.objects.get().ask_at is None
    assert len(channel.sent) == 1


@pytest.mark.django_db
def test_what_the_provider_says_when_it_is_asked_ends_it(
    channel: Asked, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.crowd(1)
    delivery = world.only(world.fan_out())
    clock.shift(OVERDUE)

    def arrived(_notice: Notice, recipients: Sequence[Recipient]) -> Iterator[Receipt]:
        for one in recipients:
            assert one.provider == "memory", "who took it is who is asked"
            yield Receipt(one.reference, Outcome.DELIVERED)

    monkeypatch.setattr(channel, "look_up", arrived)
    assert reconcile() == 1

    assert state(delivery) == State.DELIVERED
    assert Batch.objects.get().ask_at is None


@pytest.mark.django_db
def test_what_was_taken_is_never_sent_again_even_if_the_provider_forgot_it(
    channel: Asked, clock: Traveller
) -> None:
    world.crowd(1)
    delivery = world.only(world.fan_out())
    channel.sent.clear()
    clock.shift(OVERDUE)

    assert reconcile() == 1
    world.work()

    assert (state(delivery), channel.sent) == (State.SENT, [])


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_callback_that_comes_while_it_is_doubted_is_not_undone(channel: Asked) -> None:
    [delivery] = died_sending(accepted=True)
    Batch.objects.update(leased_until=None, ask_at=timezone.now())

    world.meanwhile(lambda: record([Receipt(delivery.reference, Outcome.DELIVERED)]), reconcile)

    assert state(delivery) == State.DELIVERED


@pytest.mark.django_db
def test_what_an_earlier_update_with_the_same_words_brought_is_not_it(
    channel: Asked, clock: Traveller
) -> None:
    world.crowd(1)
    first = world.only(world.fan_out())
    alert = world.alert_of(first.dispatch)
    second = world.only(world.fan_out(Move.UPDATE, alert))
    delivery = world.only(world.expanded(Move.UPDATE, alert))
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(state=State.IN_DOUBT, sending_at=now, due_at=now)
    Batch.objects.filter(pk=delivery.batch_id).update(ask_at=now)

    reconcile()

    assert [set(one.earlier) for one in channel.about] == [{first.provider_id, second.provider_id}]
