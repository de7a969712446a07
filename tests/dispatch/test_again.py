"""The one way back: only what the provider certainly does not have, and not for ever."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notify.channels.base import Outcome, Receipt
from notify.dispatch import again, control
from notify.dispatch.answers import put_down
from notify.dispatch.models import Batch, Delivery, State
from notify.dispatch.record import record
from tests import given
from tests.dispatch import world

pytestmark = pytest.mark.django_db


def sent_off(attempts: int = 1, state: State = State.SENDING) -> Delivery:
    """A delivery on its way, in a batch that its worker thinks done."""
    world.crowd(1)
    delivery = world.only(world.expanded())
    Delivery.objects.filter(pk=delivery.pk).update(state=state, attempts=attempts)
    Batch.objects.update(done_at=timezone.now())
    return delivery


def waits(delivery: Delivery, retry_after: float | None = None) -> float:
    """Seconds until the next try, after a failure for now."""
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        record([Receipt(delivery.reference, Outcome.FAILED_FOR_NOW, retry_after=retry_after)])
    delivery.refresh_from_db()
    assert delivery.state == State.QUEUED
    return (delivery.due_at - now).total_seconds()


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 2), (2, 6), (3, 18), (4, 54), (6, 486), (7, 600), (9000, 600)]
)
def test_waits_grow_up_to_ten_minutes_and_are_jittered(attempts: int, seconds: float) -> None:
    assert 0.69 * seconds <= waits(sent_off(attempts)) <= 1.31 * seconds


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [(30.0, 30, 31), (0.5, 1, 3), (1e9, 3600, 3600), (float("inf"), 3600, 3600), (-5.0, 1, 3)],
)
def test_the_provider_is_obeyed_within_reason(asked: float, least: float, most: float) -> None:
    assert least <= waits(sent_off(), retry_after=asked) <= most


@pytest.mark.parametrize("attempts", [3, 11])
def test_who_was_told_when_to_come_back_does_not_wait_ever_longer(attempts: int) -> None:
    assert 7 <= waits(sent_off(attempts), retry_after=1.0) <= 13


def test_the_next_attempt_may_be_another_providers() -> None:
    delivery = sent_off()
    record([Receipt(delivery.reference, Outcome.IN_DOUBT, provider="twilio")])
    record([Receipt(delivery.reference, Outcome.ABSENT, provider="twilio")])
    delivery.refresh_from_db()
    assert (delivery.state, delivery.provider) == (State.QUEUED, ""), "a new doubt is about anybody"


def test_a_time_that_is_no_number_is_no_time() -> None:
    assert waits(sent_off(), retry_after=float("nan")) <= 3


def test_its_batch_opens_again_from_when_the_first_is_due() -> None:
    world.crowd(2)
    dispatch = world.expanded()
    soon, late = dispatch.deliveries.order_by("pk")
    dispatch.deliveries.update(state=State.SENDING)
    Batch.objects.update(done_at=timezone.now())

    record([Receipt(late.reference, Outcome.FAILED_FOR_NOW, retry_after=900)])
    record([Receipt(soon.reference, Outcome.FAILED_FOR_NOW)])
    record([Receipt(late.reference, Outcome.FAILED_FOR_NOW, retry_after=900)])

    soon.refresh_from_db()
    batch = Batch.objects.get()
    assert (batch.done_at, batch.due_at) == (None, soon.due_at)


def test_after_a_day_it_is_given_up() -> None:
    delivery = sent_off()

    with time_machine.travel(timezone.now() + again.GIVE_UP_AFTER + timedelta(minutes=1)):
        record([Receipt(delivery.reference, Outcome.FAILED_FOR_NOW)])

    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (State.FAILED, "gave_up")
    assert delivery.final_at is not None
    assert Batch.objects.get().done_at is not None


def test_what_a_person_had_tried_again_is_not_given_up_at_the_first_refusal() -> None:
    world.crowd(1)
    delivery = world.only(world.expanded(expires=timezone.now() + timedelta(days=3)))
    Delivery.objects.update(state=State.FAILED, error="gave_up", attempts=9)
    with time_machine.travel(timezone.now() + again.GIVE_UP_AFTER + timedelta(hours=1)):
        control.retry(delivery.dispatch, key=uuid.uuid4(), by=None)
        Delivery.objects.update(state=State.SENDING)

        record([Receipt(delivery.reference, Outcome.FAILED_FOR_NOW)])

    delivery.refresh_from_db()
    assert delivery.state == State.QUEUED


def test_an_odd_code_is_cut_to_what_the_ledger_holds() -> None:
    delivery = sent_off()
    delivery.refresh_from_db()
    receipt = Receipt(delivery.reference, Outcome.FAILED_FOR_NOW, error="busy\x00\ud800" + "é" * 90)

    put_down([delivery], [receipt])

    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (State.QUEUED, "busy")


@pytest.mark.parametrize("state", [State.SENT, State.DELIVERED, State.FAILED, State.WITHDRAWN])
@pytest.mark.parametrize("outcome", [Outcome.FAILED_FOR_NOW, Outcome.ABSENT])
def test_what_is_settled_is_never_queued_again(state: State, outcome: Outcome) -> None:
    delivery = sent_off(state=state)

    record([Receipt(delivery.reference, outcome)])

    delivery.refresh_from_db()
    assert delivery.state == state
    assert Batch.objects.get().done_at is not None


def test_what_is_proven_absent_goes_out_at_once() -> None:
    delivery = sent_off(state=State.IN_DOUBT)

    record([Receipt(delivery.reference, Outcome.ABSENT)])

    delivery.refresh_from_db()
    assert delivery.state == State.QUEUED
    assert delivery.due_at <= timezone.now()


def test_a_slow_asker_does_not_send_again_what_is_on_its_way_again() -> None:
    delivery = sent_off(attempts=2, state=State.SENDING)

    record([Receipt(delivery.reference, Outcome.ABSENT)])

    delivery.refresh_from_db()
    assert delivery.state == State.SENDING


@pytest.mark.parametrize("outcome", [Outcome.FAILED_FOR_NOW, Outcome.ABSENT])
def test_five_hundred_cost_as_many_statements_as_one(outcome: Outcome) -> None:
    def statements(size: int) -> int:
        service = given.service(f"service-of-{size}")
        world.crowd(size, services=[service])
        dispatch = world.expanded(service=service)
        dispatch.deliveries.update(state=State.IN_DOUBT, attempts=1)
        keys = dispatch.deliveries.values_list("pk", flat=True)
        receipts = {key: Receipt(f"d{key}", outcome) for key in keys}
        with CaptureQueriesContext(connection) as captured:
            again.queue_again(Delivery, receipts, timezone.now())
        assert world.states(dispatch) == [State.QUEUED] * size
        return len(captured)

    # Lock the batches, lock the messages, put them back, open the batches; and the savepoint.
    assert (statements(1), statements(500)) == (6, 6)


def test_those_who_failed_together_do_not_come_back_together() -> None:
    world.crowd(20)
    dispatch = world.expanded()
    dispatch.deliveries.update(state=State.SENDING, attempts=1)

    record([Receipt(one.reference, Outcome.FAILED_FOR_NOW) for one in dispatch.deliveries.all()])

    assert dispatch.deliveries.values("due_at").distinct().count() == 20


def test_accepted_and_failed_for_now_at_once_is_accepted() -> None:
    delivery = sent_off()

    record(
        [
            Receipt(delivery.reference, Outcome.FAILED_FOR_NOW),
            Receipt(delivery.reference, Outcome.ACCEPTED),
        ]
    )

    delivery.refresh_from_db()
    assert delivery.state == State.SENT
