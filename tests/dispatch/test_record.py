"""Receipts: in any order, any number of times, and never backwards."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, example
from hypothesis import given as whatever
from hypothesis import settings as tried
from hypothesis import strategies as some

from notify.channels.base import Outcome, Receipt
from notify.channels.memory import MemoryChannel
from notify.dispatch.direct import answer
from notify.dispatch.models import FINAL, Delivery, DirectMessage, State
from notify.dispatch.record import RANK, STATE, record
from notify.residents.models import Consent, EndedReason, Subscriber
from tests.dispatch import world

pytestmark = pytest.mark.django_db

FORWARD = [Outcome.ACCEPTED, Outcome.DELIVERED, Outcome.FAILED, Outcome.IN_DOUBT]


def message(table: type[Delivery | DirectMessage] = Delivery) -> Delivery | DirectMessage:
    """One that was handed to its channel and not heard of since."""
    sending = {"state": State.SENDING, "sending_at": timezone.now(), "attempts": 1}
    if table is DirectMessage:
        one = answer("+46701740605", "Hej")
        DirectMessage.objects.filter(pk=one.pk).update(**sending)
        return DirectMessage.objects.get(pk=one.pk)
    world.crowd(1)
    dispatch = world.expanded()
    Delivery.objects.update(**sending)
    return Delivery.objects.filter(dispatch=dispatch).latest("pk")


def fresh(one: Delivery | DirectMessage) -> Delivery | DirectMessage:
    one.refresh_from_db()
    return one


@pytest.mark.parametrize("table", [Delivery, DirectMessage])
@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.ACCEPTED, State.SENT),
        (Outcome.DELIVERED, State.DELIVERED),
        (Outcome.FAILED, State.FAILED),
        (Outcome.IN_DOUBT, State.IN_DOUBT),
        (Outcome.FAILED_FOR_NOW, State.QUEUED),
    ],
)
def test_a_receipt_moves_its_message(
    table: type[Delivery | DirectMessage], outcome: Outcome, state: State
) -> None:
    one = message(table)

    record([Receipt(one.reference, outcome, "twilio", "SM1", "30005", 2)])

    assert fresh(one).state == state
    assert (one.final_at is not None) == (state in FINAL)
    assert (one.sent_at is not None) == (state in (State.SENT, State.DELIVERED))
    assert one.error == "30005"
    if outcome in FORWARD:
        assert (one.provider, one.provider_id, one.units) == ("twilio", "SM1", 2)


@some.composite
def stories(draw: some.DrawFn) -> list[list[Receipt]]:
    """What a provider may say of one message, in calls of one or more receipts."""
    receipt = some.builds(
        Receipt,
        reference=some.just("?"),
        outcome=some.sampled_from(FORWARD),
        provider=some.sampled_from(["", "twilio"]),
        provider_id=some.sampled_from(["", "SM1"]),
        units=some.integers(0, 3),
    )
    return draw(some.lists(some.lists(receipt, min_size=1, max_size=4), min_size=1, max_size=5))


@whatever(story=stories())
@example(
    story=[
        [Receipt("?", Outcome.DELIVERED, "twilio", "SM1")],
        [Receipt("?", Outcome.ACCEPTED, "twilio", "SM1", units=2)],
    ]
)
@tried(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_the_order_the_furthest_word_stands(story: list[list[Receipt]]) -> None:
    one = message()
    said: list[Receipt] = []
    final: tuple[str, object] | None = None

    for told in story:
        call = [replace(receipt, reference=one.reference) for receipt in told]
        before = RANKS[fresh(one).state]
        record(call)
        said += call
        assert RANKS[fresh(one).state] >= before
        if final is not None:
            assert (one.state, one.final_at) == final
        if one.state in FINAL:
            final = (one.state, one.final_at)

    assert RANKS[one.state] == max(RANK[STATE[receipt.outcome]] for receipt in said)
    assert one.units == max(receipt.units for receipt in said)
    assert one.provider_id == ("SM1" if any(receipt.provider_id for receipt in said) else "")
    ways_out = {Outcome.ACCEPTED, Outcome.DELIVERED} & {receipt.outcome for receipt in said}
    if one.state in (State.SENT, State.DELIVERED):
        assert one.sent_at is not None
    if not ways_out:
        assert one.sent_at is None


RANKS: dict[str, int] = {"queued": 0, "sending": 1, "withdrawn": 4} | {
    state.value: rank for state, rank in RANK.items()
}


def test_a_callback_that_overtakes_the_answer_stands(memory: MemoryChannel) -> None:
    one = message()

    record([Receipt(one.reference, Outcome.DELIVERED, "twilio", "SM1")])
    record([Receipt(one.reference, Outcome.ACCEPTED, "twilio", "SM1", units=3)])

    assert (fresh(one).state, one.provider_id, one.units) == (State.DELIVERED, "SM1", 3)


def test_a_message_that_was_withdrawn_stays_so_and_its_answer_is_kept() -> None:
    one = message()
    Delivery.objects.update(state=State.WITHDRAWN, final_at=timezone.now(), error="superseded")

    record([Receipt(one.reference, Outcome.ACCEPTED, "twilio", "SM1")])

    assert (fresh(one).state, one.error, one.provider_id) == ("withdrawn", "superseded", "SM1")


def test_one_that_waits_for_another_try_is_moved_by_a_late_callback() -> None:
    one = message()
    record([Receipt(one.reference, Outcome.FAILED_FOR_NOW, error="429")])
    record([Receipt(one.reference, Outcome.ACCEPTED)])

    assert (fresh(one).state, one.error) == (State.SENT, "")


@pytest.mark.parametrize(
    "reference",
    [
        "", "d", "m", "x1", "d-1", "d1.0", "d٣", "d²", "d 1", "d1\x00", "D1", "dd1", "d'; DROP",
        "d99999999", "d0", "d007", "d" + "9" * 18, "d" + "9" * 19, "d" + "9" * 5000, "\ud800", "d\ud800",
    ],
)  # fmt: skip
def test_a_reference_that_is_not_ours_is_dropped_and_the_others_are_kept(reference: str) -> None:
    one = message()
    weird = reference.replace("007", f"00{one.pk}")

    record([Receipt(weird, outcome) for outcome in Outcome])
    assert fresh(one).state == State.SENDING

    record([Receipt(weird, Outcome.FAILED), Receipt(one.reference, Outcome.DELIVERED)])
    assert fresh(one).state == State.DELIVERED


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.FAILED_FOR_NOW])
def test_what_does_not_fit_a_column_is_cut_and_spoils_nothing(outcome: Outcome) -> None:
    one, other = message(), message()
    odd = Receipt(one.reference, outcome, "p" * 99, "\x00\ud800" + "i" * 99, "é\x00" * 99, 10**9)

    record([odd, Receipt(other.reference, Outcome.DELIVERED, units=-1)])

    assert fresh(one).error == "é" * 32
    assert fresh(other).state == State.DELIVERED
    assert other.units == 0


def test_both_tables_are_told_apart() -> None:
    delivery, text = message(Delivery), message(DirectMessage)
    record(
        [Receipt(delivery.reference, Outcome.DELIVERED), Receipt(text.reference, Outcome.FAILED)]
    )

    assert fresh(delivery).state == State.DELIVERED
    assert fresh(text).state == State.FAILED


def test_who_told_the_provider_to_stop_gets_nothing_more_from_us() -> None:
    [person, other] = world.crowd(2)
    dispatch = world.expanded()
    refused = dispatch.deliveries.get(subscriber=person)

    record([Receipt(refused.reference, Outcome.FAILED, error="21610", opted_out=True)] * 2)

    person.refresh_from_db()
    other.refresh_from_db()
    assert (person.ended_reason, other.ended_at) == (EndedReason.PROVIDER, None)
    assert not person.subscriptions.filter(ended_at=None).exists()
    assert person.consents.get().source == Consent.Source.PROVIDER


def test_a_refused_code_ends_nobody() -> None:
    text = message(DirectMessage)

    record([Receipt(text.reference, Outcome.FAILED, error="21610", opted_out=True)])

    assert fresh(text).state == State.FAILED


def bulk(outcome: Outcome, size: int) -> int:
    """How many statements it takes to put down so many receipts."""
    Subscriber.objects.all().delete()
    world.crowd(size)
    dispatch = world.expanded()
    dispatch.deliveries.update(state=State.SENDING)
    receipts = [
        Receipt(one.reference, outcome, "twilio", uuid.uuid4().hex, "", 2)
        for one in dispatch.deliveries.all()
    ]
    assert len(receipts) == size
    with CaptureQueriesContext(connection) as captured:
        record(receipts)
    assert len(set(world.states(dispatch))) == 1
    return len([one for one in captured if "SAVEPOINT" not in one["sql"]])


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.FAILED_FOR_NOW])
def test_five_hundred_receipts_cost_no_more_than_a_few_statements(outcome: Outcome) -> None:
    assert bulk(outcome, 500) <= (3 if outcome == Outcome.ACCEPTED else 20)


def test_more_receipts_than_a_database_takes_at_once_are_put_down_in_parts() -> None:
    assert bulk(Outcome.DELIVERED, 1600) <= 12


def test_an_empty_hand_costs_nothing() -> None:
    with CaptureQueriesContext(connection) as captured:
        record([])

    assert len(captured) == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_record_the_same_messages_in_opposite_order_wait_for_each_other() -> None:
    world.crowd(400)
    dispatch = world.expanded()
    references = [one.reference for one in dispatch.deliveries.all()]

    def say(order: list[str], outcome: Outcome) -> None:
        for _ in range(5):
            record([Receipt(one, outcome) for one in order])

    world.at_once(
        lambda: say(references, Outcome.ACCEPTED),
        lambda: say(references[::-1], Outcome.DELIVERED),
        lambda: say(references[::-1], Outcome.FAILED_FOR_NOW),
    )

    assert set(world.states(dispatch)) == {State.DELIVERED}
