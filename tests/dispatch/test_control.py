"""What a person may decide about a dispatch under way, and what happens beside it meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from pytest_django import Settings

from notify.alerts.vocabulary import Move
from notify.channels.base import Outcome, Receipt, Recipient
from notify.channels.memory import MemoryChannel
from notify.channels.notice import Notice
from notify.channels.registry import channels
from notify.dispatch.control import (
    NothingToDo,
    may_stop,
    retry,
    retryable,
    stop,
    stoppable,
)
from notify.dispatch.expand import expand
from notify.dispatch.models import Batch, Decision, Delivery, Dispatch, EarlierTry, State
from notify.dispatch.progress import failures
from notify.dispatch.reconcile import reconcile
from notify.dispatch.record import record
from notify.residents.models import Subscriber
from tests.dispatch import world
from tests.dispatch.conftest import Bells

pytestmark = pytest.mark.django_db

BUSY, NO_SUCH_NUMBER = "busy", "no such number"
NEWER = {"sv": {"headline": "Vattentank vid skolan"}}


class Hopeful(MemoryChannel):
    """Says of one failure that it may be over later, and remembers what it was to pass over."""

    def __init__(self) -> None:
        super().__init__()
        self.passed_over: list[tuple[str, ...]] = []

    def look_up(self, notice: Notice, recipients: Sequence[Recipient]) -> Iterator[Receipt]:
        self.passed_over += [one.earlier for one in recipients]
        return super().look_up(notice, recipients)

    def may_work_later(self, error: str) -> bool:
        return error == BUSY


@pytest.fixture(autouse=True)
def hopeful(memory: MemoryChannel, settings: Settings) -> Hopeful:
    settings.NOTIFY_CHANNELS = [f"{__name__}.Hopeful"]
    channel = channels()["memory"]
    assert isinstance(channel, Hopeful)
    return channel


@pytest.fixture
def karin() -> User:
    return User.objects.create_user("karin")


def failed(*errors: str) -> Dispatch:
    """A dispatch all of whose deliveries the provider took, and then failed for these reasons."""
    world.crowd(len(errors))
    dispatch = world.fan_out()
    for delivery, error in zip(dispatch.deliveries.order_by("pk"), errors, strict=True):
        says(delivery, Outcome.FAILED, its_id=f"first-{delivery.pk}", error=error)
    return dispatch


def says(delivery: Delivery, outcome: Outcome, *, its_id: str, error: str = "") -> None:
    """The provider's word on one of its messages."""
    record([Receipt(delivery.reference, outcome, "memory", its_id, error)])


def again(dispatch: Dispatch) -> Decision:
    return retry(dispatch, key=uuid.uuid4(), by=None)


def halt(dispatch: Dispatch) -> Decision:
    return stop(dispatch, key=uuid.uuid4(), by=None)


# --- stop ------------------------------------------------------------------------------------------


def test_what_waits_is_taken_back_and_says_why(karin: User, bells: Bells) -> None:
    world.crowd(3)
    dispatch = world.expanded()
    bells.heard()

    decision = stop(dispatch, key=uuid.uuid4(), by=karin)
    world.work()

    assert world.states(dispatch) == ["withdrawn"] * 3
    assert [one.error for one in failures(dispatch)] == ["stopped"]
    assert (decision.kind, decision.by, decision.count) == ("stop", karin, 3)


def test_workers_are_woken_to_take_it_back(
    bells: Bells, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    world.crowd(1)
    dispatch = world.expanded()
    bells.heard()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        halt(dispatch)
    assert bells.names() == ["send_batch"]


def test_what_has_left_stays_as_it_is() -> None:
    world.crowd(3)
    dispatch = world.expanded()
    one, two, _three = dispatch.deliveries.order_by("pk")
    says(one, Outcome.DELIVERED, its_id="a")
    says(two, Outcome.ACCEPTED, its_id="b")

    assert stoppable(dispatch) == 1
    halt(dispatch)
    world.work()

    assert world.states(dispatch) == ["delivered", "sent", "withdrawn"]


def test_what_comes_back_after_the_stop_is_taken_back_too(clock: time_machine.Traveller) -> None:
    world.crowd(1)
    dispatch = world.expanded()
    delivery = world.only(dispatch)
    Delivery.objects.update(state=State.SENDING, sending_at=delivery.due_at)
    halt(dispatch)

    record([Receipt(delivery.reference, Outcome.FAILED_FOR_NOW, error=BUSY)])
    clock.shift(timedelta(minutes=5))
    world.work()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("withdrawn", "stopped")


def test_what_waits_for_another_try_is_taken_back_at_once() -> None:
    world.crowd(1)
    dispatch = world.expanded()
    later = dispatch.created_at + timedelta(hours=1)
    Delivery.objects.update(due_at=later)
    Batch.objects.update(due_at=later)

    halt(dispatch)
    world.work()

    assert world.states(dispatch) == ["withdrawn"]


def test_a_dispatch_that_is_not_expanded_tells_nobody() -> None:
    world.crowd(2)
    dispatch = world.say()

    halt(dispatch)
    expand(dispatch.pk)
    world.work()

    assert world.states(dispatch) == []


def test_the_same_click_twice_is_one_decision() -> None:
    world.crowd(1)
    dispatch = world.expanded()
    key = uuid.uuid4()
    assert stop(dispatch, key=key, by=None) == stop(dispatch, key=key, by=None)
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("state", [State.SENT, State.DELIVERED, State.FAILED, State.WITHDRAWN])
def test_there_is_nothing_to_stop_when_all_has_left(state: State) -> None:
    world.crowd(1)
    dispatch = world.expanded()
    Delivery.objects.update(state=state)
    assert not may_stop(dispatch)
    with pytest.raises(NothingToDo):
        halt(dispatch)
    dispatch.refresh_from_db()
    assert dispatch.withdrawn_at is None


def test_a_later_update_still_goes_out_after_a_stop() -> None:
    world.crowd(2)
    dispatch = world.expanded()
    halt(dispatch)
    world.work()
    update = world.fan_out(Move.UPDATE, world.alert_of(dispatch), words=NEWER)
    assert world.states(update) == ["sent", "sent"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_handful_that_is_being_marked_comes_before_the_stop_or_not_at_all() -> None:
    world.crowd(1)
    dispatch = world.expanded()
    world.meanwhile(lambda: halt(dispatch), world.work)
    assert world.states(dispatch) == ["withdrawn"]


# --- try again -------------------------------------------------------------------------------------


def test_what_may_yet_arrive_is_sent_again_under_the_same_row(hopeful: Hopeful) -> None:
    dispatch = failed(BUSY)
    before = world.only(dispatch)

    decision = again(dispatch)
    waiting = world.only(dispatch)
    assert (waiting.pk, waiting.state, waiting.attempts) == (before.pk, "queued", 1)
    assert (waiting.error, waiting.provider_id, waiting.final_at) == ("", "", None)
    world.work()

    after = world.only(dispatch)
    assert (after.state, after.attempts, decision.count) == ("sent", 2, 1)
    assert len(hopeful.sent) == 2
    [earlier] = EarlierTry.objects.all()
    assert (earlier.provider_id, earlier.error) == (f"first-{before.pk}", BUSY)


def test_what_never_will_is_left_alone() -> None:
    dispatch = failed(BUSY, NO_SUCH_NUMBER, "opted_out", "erased", "")
    assert retryable(dispatch) == 1
    again(dispatch)
    world.work()
    assert world.states(dispatch) == ["sent", "failed", "failed", "failed", "failed"]


@pytest.mark.parametrize("reason", ["gave_up", "undecryptable"])
def test_our_own_reasons_that_may_be_gone_are_tried_again(reason: str) -> None:
    dispatch = failed(reason)
    again(dispatch)
    assert world.states(dispatch) == ["queued"]


@pytest.mark.parametrize("state", [one for one in State if one != State.FAILED])
def test_only_what_failed_is_tried_again(state: State) -> None:
    dispatch = failed(BUSY)
    Delivery.objects.update(state=state)
    with pytest.raises(NothingToDo):
        again(dispatch)
    assert world.states(dispatch) == [state]


def test_who_has_left_or_is_erased_is_not_written_to_again() -> None:
    dispatch = failed(BUSY, BUSY, BUSY)
    one, two, _three = dispatch.deliveries.order_by("pk")
    assert one.subscriber
    assert two.subscriber
    world.leave(one.subscriber)
    Subscriber.objects.filter(pk=two.subscriber.pk).delete()
    assert again(dispatch).count == 1
    assert world.states(dispatch) == ["failed", "failed", "queued"]


def test_words_that_no_longer_hold_are_not_sent_again() -> None:
    dispatch = failed(BUSY)
    world.say(Move.UPDATE, world.alert_of(dispatch), words=NEWER)
    dispatch.refresh_from_db()
    assert retryable(dispatch) == 0
    with pytest.raises(NothingToDo):
        again(dispatch)
    assert world.states(dispatch) == ["failed"]


def test_words_whose_time_is_over_are_not_sent_again(clock: time_machine.Traveller) -> None:
    dispatch = failed(BUSY)
    clock.shift(timedelta(days=30))
    with pytest.raises(NothingToDo):
        again(dispatch)


def test_what_was_stopped_is_not_started_by_another_try() -> None:
    dispatch = failed(BUSY, BUSY)
    Delivery.objects.filter(pk=dispatch.deliveries.earliest("pk").pk).update(state=State.QUEUED)
    halt(dispatch)
    with pytest.raises(NothingToDo):
        again(dispatch)


def test_a_second_click_sends_nothing_twice(hopeful: Hopeful) -> None:
    dispatch = failed(BUSY)
    key = uuid.uuid4()
    retry(dispatch, key=key, by=None)
    world.work()
    assert retry(dispatch, key=key, by=None).count == 1
    world.work()
    assert len(hopeful.sent) == 2


def test_another_persons_click_finds_nothing_left_to_do(hopeful: Hopeful) -> None:
    dispatch = failed(BUSY)
    again(dispatch)
    with pytest.raises(NothingToDo):
        again(dispatch)
    world.work()
    assert len(hopeful.sent) == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_click_at_once_send_once(hopeful: Hopeful) -> None:
    dispatch = failed(BUSY, BUSY)

    def click() -> int:
        try:
            return again(dispatch).count
        except NothingToDo:
            return 0

    assert sorted(world.at_once(click, click)) == [0, 2]
    world.work()
    assert len(hopeful.sent) == 4


# --- what the provider still says about the earlier message ----------------------------------------


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.IN_DOUBT, State.SENT])
@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.ACCEPTED, Outcome.FAILED_FOR_NOW])
def test_a_late_word_on_the_earlier_message_moves_nothing(state: State, outcome: Outcome) -> None:
    dispatch = failed(BUSY)
    delivery = world.only(dispatch)
    again(dispatch)
    Delivery.objects.update(state=state)
    says(delivery, outcome, its_id=f"first-{delivery.pk}", error=BUSY)
    after = world.only(dispatch)
    assert (after.state, after.provider_id) == (state, "")


def test_an_earlier_message_that_arrived_after_all_spares_the_second(hopeful: Hopeful) -> None:
    dispatch = failed(BUSY)
    delivery = world.only(dispatch)
    again(dispatch)
    says(delivery, Outcome.DELIVERED, its_id=f"first-{delivery.pk}")
    world.work()
    assert world.states(dispatch) == ["delivered"]
    assert len(hopeful.sent) == 1


def test_words_on_the_present_message_count() -> None:
    dispatch = failed(BUSY)
    delivery = world.only(dispatch)
    again(dispatch)
    world.work()
    says(delivery, Outcome.FAILED, its_id="second", error=NO_SUCH_NUMBER)
    assert world.only(dispatch).error == NO_SUCH_NUMBER


def test_who_asks_about_a_doubt_passes_the_earlier_message_over(hopeful: Hopeful) -> None:
    dispatch = failed(BUSY)
    delivery = world.only(dispatch)
    again(dispatch)
    long_ago = dispatch.created_at - timedelta(minutes=5)
    Delivery.objects.update(state=State.IN_DOUBT, sending_at=long_ago, due_at=long_ago)
    Batch.objects.update(ask_at=long_ago)
    reconcile()
    assert hopeful.passed_over == [(f"first-{delivery.pk}",)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_newer_words_that_are_being_published_come_before_another_try() -> None:
    dispatch = failed(BUSY)
    alert = world.alert_of(dispatch)

    def click() -> bool:
        try:
            again(dispatch)
        except NothingToDo:
            return False
        return True

    assert not world.meanwhile(lambda: world.say(Move.UPDATE, alert, words=NEWER), click)
    assert world.states(dispatch) == ["failed"]
