"""A batch has one holder, whatever dies and however slow the provider is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notify.channels import permit as permits
from notify.channels.base import Outcome, Receipt, Recipient
from notify.channels.memory import MemoryChannel
from notify.channels.permit import LEAVES_WITHIN
from notify.channels.sms.leaving import UNHEARD_SECONDS
from notify.channels.sms.pace import PATIENCE
from notify.channels.sms.provider import ANSWER_SECONDS
from notify.dispatch import direct
from notify.dispatch import expand as expanding
from notify.dispatch import send as sending
from notify.dispatch.lease import LEASE, Held, due_batches, release
from notify.dispatch.models import Batch, Delivery, State
from notify.dispatch.overdue import LETTING_GO
from notify.dispatch.reconcile import reconcile
from notify.dispatch.record import SETTLING, record
from notify.dispatch.send import send_next_batch
from tests.dispatch import world
from tests.dispatch.watched import Watched, addresses, once, phones


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_each_message_once(
    memory: MemoryChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expanding, "FIRST_SLICE", 3)
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
        Batch.objects.update(leased_by="another", leased_until=timezone.now() + LEASE)

    watched.before = once(lose)
    send_next_batch("urgent")

    assert len(watched.sent) == 2
    assert world.tally(dispatch) == {State.SENT: 2, State.QUEUED: 3}
    assert Batch.objects.get().leased_by == "another"
    assert Batch.objects.get().done_at is None
    assert len(people) == 5


@pytest.mark.django_db(transaction=True)
def test_who_lost_one_of_its_batches_sends_no_more_of_any(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expanding, "FIRST_SLICE", 2)
    monkeypatch.setattr(sending, "RENEW_AFTER", timedelta())
    world.crowd(6)
    dispatch = world.expanded()
    first = dispatch.batches.earliest("pk")

    def lose_the_first_in_the_second() -> None:
        if len(watched.sent) == 2:
            Batch.objects.filter(pk=first.pk).update(leased_by="another")

    watched.before = lambda _recipient: lose_the_first_in_the_second()
    send_next_batch("urgent")

    assert world.states(dispatch).count(State.SENT) == 3
    first.refresh_from_db()
    assert (first.leased_by, first.done_at) == ("another", None)


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
    Batch.objects.update(leased_by="the dead", leased_until=timezone.now() + LEASE)

    assert send_next_batch("urgent") is False
    with time_machine.travel(timezone.now() + LEASE + sending.BACK_OFF):
        assert send_next_batch("urgent") is True

    assert world.tally(dispatch) == {State.SENDING: 2, State.SENT: 3}
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
            clock.shift(LEASE / 3)

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
            clock.shift(LEASE / 2)

        watched.before = once(lose)
        send_next_batch("urgent")

    assert len(watched.sent) == 1
    assert world.tally(dispatch) == {State.SENT: 1, State.SENDING: 9}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_batch_that_is_being_leased_is_not_leased_again(memory: MemoryChannel) -> None:
    world.crowd(1)
    world.expanded()
    theirs = {"leased_by": "another", "leased_until": timezone.now() + LEASE}

    taken = world.meanwhile(
        lambda: Batch.objects.update(**theirs), lambda: send_next_batch("urgent")
    )

    assert taken is False
    assert memory.sent == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_batch_is_not_closed_over_a_message_that_is_queued_again_meanwhile() -> None:
    world.crowd(1)
    delivery = world.only(world.expanded())
    Delivery.objects.update(state=State.IN_DOUBT)
    Batch.objects.update(leased_by="me", leased_until=timezone.now() + LEASE)

    world.meanwhile(
        lambda: record([Receipt(delivery.reference, Outcome.ABSENT)]),
        lambda: release(Held(delivery.batch, "me"), not_before=timezone.now()),
    )

    batch = Batch.objects.get()
    assert (batch.done_at, batch.leased_by) == (None, "")
    assert due_batches("urgent", timezone.now()).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("jump", [LEASE / 2, -timedelta(hours=1)])
def test_who_lost_the_lease_does_not_undo_what_another_tries_by_now(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    monkeypatch.setattr(Watched, "handful", 10)
    people = world.crowd(2)
    dispatch = world.expanded()
    watched.fates |= {person.phone: Outcome.FAILED_FOR_NOW for person in people}
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def lose() -> None:
            Batch.objects.update(leased_by="another")
            dispatch.deliveries.update(attempts=2)
            clock.shift(jump)

        watched.before = once(lose)
        send_next_batch("urgent")

    assert watched.sent == []
    assert world.states(dispatch) == [State.SENDING, State.SENDING]


# --- standing still ---------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """Moves our clock and the one that permits go by, as time itself does."""
    monkeypatch.setattr(Watched, "handful", 10)
    monkeypatch.setattr(permits, "now", lambda: timezone.now().timestamp())
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@pytest.mark.django_db(transaction=True)
def test_who_stood_still_while_others_sent_it_sends_no_more_of_what_it_has_in_hand(
    watched: Watched, clock: time_machine.Traveller
) -> None:
    people = world.crowd(5)
    dispatch = world.expanded()

    def stand_still() -> None:
        clock.shift(LEASE)
        reconcile()
        clock.shift(LETTING_GO)
        reconcile()
        assert send_next_batch("urgent") is True
        assert addresses(watched) == phones(people)

    watched.before = once(stand_still)
    send_next_batch("urgent")

    assert addresses(watched) == phones(people)
    assert set(world.states(dispatch)) == {State.SENT}


@pytest.mark.django_db(transaction=True)
def test_what_could_not_leave_because_we_stood_still_comes_back_if_nobody_took_over(
    watched: Watched, clock: time_machine.Traveller
) -> None:
    people = world.crowd(5)
    dispatch = world.expanded()
    watched.before = once(lambda: clock.shift(LEAVES_WITHIN))

    send_next_batch("urgent")

    assert len(watched.sent) == 4, "the lease was renewed, and the others may leave"
    assert world.tally(dispatch) == {State.QUEUED: 1, State.SENT: 4}
    clock.shift(timedelta(minutes=1))
    world.work()
    assert addresses(watched) == phones(people)


def test_the_waits_that_keep_two_workers_apart_fit_together() -> None:
    """Who works keeps its permit; what left last has arrived, or never will, when others ask."""
    longest_silence = timedelta(seconds=max(ANSWER_SECONDS, PATIENCE))
    leaves_within = timedelta(seconds=LEAVES_WITHIN)
    for renew_after in (sending.RENEW_AFTER, direct.RENEW_AFTER):
        assert renew_after + longest_silence <= leaves_within < LEASE
    assert leaves_within + timedelta(seconds=UNHEARD_SECONDS) < LETTING_GO
    assert timedelta(seconds=UNHEARD_SECONDS) < SETTLING
