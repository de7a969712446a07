"""Working through batches: each message once, by the handful, whatever breaks."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from notify.channels.base import AddressedBy, ChannelError, Outcome, Recipient
from notify.channels.memory import MemoryChannel
from notify.channels.registry import channels
from notify.dispatch import expand as expanding
from notify.dispatch import send as sending
from notify.dispatch.models import Batch, Delivery, State
from notify.dispatch.send import send_next_batch
from tests import given
from tests.dispatch import world
from tests.dispatch.watched import Watched, addresses, once, phones


class Places(MemoryChannel):
    """Addressed by area."""

    addressed_by: ClassVar[AddressedBy] = AddressedBy.AREA


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


@pytest.mark.django_db(transaction=True)
def test_a_batch_goes_out_by_the_handful(watched: Watched) -> None:
    people = world.crowd(5)
    dispatch = world.expanded()
    marked: list[int] = []
    watched.before = lambda _recipient: marked.append(
        dispatch.deliveries.filter(state=State.SENDING).count()
    )

    send_next_batch("urgent")

    assert marked == [2, 2, 4, 4, 5], "nobody is marked before there is room for them"
    assert addresses(watched) == phones(people)


@pytest.mark.django_db(transaction=True)
def test_the_next_batch_is_drawn_from_while_the_last_message_of_the_first_is_under_way(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expanding, "FIRST_SLICE", 2)
    people = world.crowd(4)
    world.expanded()
    held: list[int] = []
    watched.before = lambda _recipient: held.append(Batch.objects.exclude(leased_by="").count())

    send_next_batch("urgent")

    assert addresses(watched) == phones(people)
    assert held == [1, 1, 2, 2]
    assert not Batch.objects.filter(done_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_another_fan_out_that_is_next_in_line_is_not_passed_over(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expanding, "FIRST_SLICE", 2)
    world.crowd(4)
    first, second = world.expanded(), world.expanded()
    last = first.batches.latest("pk")
    first.batches.filter(pk=last.pk).update(due_at=timezone.now())

    send_next_batch("urgent")

    assert world.states(first) == [State.SENT] * 2 + [State.QUEUED] * 2
    assert world.states(second) == [State.QUEUED] * 4
    world.work()
    assert {*world.states(first), *world.states(second)} == {State.SENT}


@pytest.mark.django_db
def test_without_work_there_is_nothing_to_do() -> None:
    assert send_next_batch("urgent") is False


@pytest.mark.django_db
def test_workers_of_one_queue_leave_the_other_alone(memory: MemoryChannel) -> None:
    world.crowd(1)
    world.expanded(severity="Severe")

    assert send_next_batch("routine") is False
    assert send_next_batch("urgent") is True


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

    marked = {State.SENT: 2, State.SENDING: 2}
    assert world.tally(dispatch) == {**marked, State.QUEUED: 2}
    assert send_next_batch("urgent") is False, "a broken channel rests"
    with time_machine.travel(timezone.now() + sending.BACK_OFF):
        world.work()
    assert world.tally(dispatch) == {**marked, State.SENT: 4}


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
def test_a_refusal_of_an_earlier_try_says_nothing_about_the_present_one(watched: Watched) -> None:
    [person] = world.crowd(1)
    watched.fates[person.phone] = Outcome.FAILED_FOR_NOW
    delivery = world.only(world.expanded())

    def taken_for_dead_and_tried_once_more() -> None:
        Delivery.objects.update(attempts=2)

    watched.before = once(taken_for_dead_and_tried_once_more)
    send_next_batch("urgent")

    delivery.refresh_from_db()
    assert delivery.state == State.SENDING, "to queue it again would send it twice"


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_provider_is_asked(watched: Watched) -> None:
    world.crowd(3)
    world.expanded()
    open_then: list[bool] = []
    watched.before = lambda _recipient: open_then.append(connection.in_atomic_block)

    send_next_batch("urgent")

    assert open_then == [False] * 3


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
