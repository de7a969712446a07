"""What is past its time is forgotten by itself; what somebody may yet need is not."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from time_machine import Traveller

from notify.alerts.vocabulary import Move, Urgency
from notify.channels.base import Outcome, Receipt
from notify.channels.memory import MemoryChannel
from notify.dispatch import direct, retention
from notify.dispatch import expand as expanding
from notify.dispatch.expand import expand
from notify.dispatch.models import (
    Delivery,
    DirectMessage,
    Dispatch,
    EarlierTry,
    State,
    StillWithout,
)
from notify.dispatch.progress import failures, progress
from notify.dispatch.reconcile import reconcile
from notify.dispatch.record import record
from notify.residents import marks
from notify.residents.models import Consent, Mark, SignUp, Subscriber, Subscription
from notify.residents.services import Wish, confirm_sign_up, opt_out, request_sign_up
from tests import given
from tests.dispatch import world

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "+46701740605"
HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
LITTLE = timedelta(minutes=1)


def asked(phone: str = PHONE) -> tuple[SignUp, str]:
    wish = Wish([given.city()["Äspered"]], [given.service()], "sv")
    return request_sign_up(phone, wish, client=str(uuid.uuid4()))


def asks(phone: str = PHONE) -> SignUp:
    return asked(phone)[0]


def forget() -> None:
    """As it runs by itself: beside a sweep that has settled what nobody speaks of any more."""
    reconcile()
    retention.forget()


def named(dispatch: Dispatch) -> int:
    """How many deliveries still say whom they were for."""
    return dispatch.deliveries.exclude(subscriber=None).count()


# --- sign-ups and codes ---------------------------------------------------------------------------


def test_a_sign_up_is_gone_after_a_day_confirmed_or_not(clock: Traveller) -> None:
    asks()
    given.subscriber("+46701740606")
    clock.shift(DAY - LITTLE)
    forget()
    assert SignUp.objects.count() == 2

    clock.shift(LITTLE)
    younger = asks("+46701740607")
    forget()

    assert list(SignUp.objects.all()) == [younger]
    assert not SignUp.areas.through.objects.exclude(signup=younger).exists()
    assert Subscriber.objects.exists(), "who confirmed is a subscriber, and stays"


def test_the_times_are_the_operators(clock: Traveller, settings: Settings) -> None:
    settings.KEEP_SIGN_UPS_HOURS = 2
    asks()

    clock.shift(2 * HOUR)
    forget()

    assert not SignUp.objects.exists()


def test_a_mark_goes_when_its_own_time_is_past(clock: Traveller) -> None:
    assert marks.may_answer(PHONE)
    clock.shift(marks.ANSWERED_FOR[Mark.Kind.ANSWERED] - LITTLE)
    forget()
    assert Mark.objects.exists()

    clock.shift(LITTLE)
    forget()

    assert not Mark.objects.exists()


def test_codes_and_answers_are_gone_after_a_month(clock: Traveller) -> None:
    direct.answer(PHONE, "Hej")
    clock.shift(MONTH - LITTLE)
    forget()
    assert DirectMessage.objects.exists()

    clock.shift(LITTLE)
    younger = direct.answer(PHONE, "Hej igen")
    forget()

    assert list(DirectMessage.objects.all()) == [younger]


# --- whom a message was for -----------------------------------------------------------------------


def over(clock: Traveller) -> tuple[Dispatch, Dispatch]:
    """An alert that three people were told of, and its all-clear."""
    world.crowd(3)
    first = world.fan_out()
    clock.shift(HOUR)
    return first, world.fan_out(Move.RESOLVE, world.alert_of(first))


def test_after_a_month_nobody_can_tell_from_the_ledger_who_was_told(clock: Traveller) -> None:
    first, last = over(clock)
    people = {str(key) for key in Subscriber.objects.values_list("pk", flat=True)}
    clock.shift(MONTH)

    forget()

    for dispatch in (first, last):
        dispatch.refresh_from_db()
        assert named(dispatch) == 0
        assert not people & set(dispatch.deliveries.values_list("address", flat=True))
        assert set(dispatch.deliveries.values_list("provider_id", flat=True)) == {""}
        # Each batch, and the dispatch itself, ended with somebody's key.
        assert set(dispatch.batches.values_list("number", flat=True)) == {None}
        assert dispatch.expanded_through == 0
        assert dispatch.unlinked_at == timezone.now()
    assert Subscriber.objects.count() == 3, "they subscribe as before"


def test_what_became_of_the_messages_is_counted_as_before(
    clock: Traveller, memory: MemoryChannel
) -> None:
    [_one, another, _third] = world.crowd(3)
    memory.fates[another.phone] = Outcome.FAILED
    dispatch = world.fan_out()
    world.fan_out(Move.RESOLVE, world.alert_of(dispatch))
    clock.shift(MONTH)
    reconcile()
    before = progress(dispatch), failures(dispatch)
    assert before[0][0].counts[State.FAILED] == 1

    forget()

    dispatch.refresh_from_db()
    assert dispatch.unlinked_at
    assert (progress(dispatch), failures(dispatch)) == before


def test_until_then_everything_is_as_it_was(clock: Traveller) -> None:
    first, last = over(clock)
    before = list(Delivery.objects.order_by("pk").values())
    clock.shift(MONTH - HOUR - LITTLE)

    retention.forget()

    assert list(Delivery.objects.order_by("pk").values()) == before
    assert (named(first), named(last)) == (3, 3)


def test_whoever_was_told_of_what_still_stands_hears_the_all_clear_however_late(
    clock: Traveller,
) -> None:
    world.crowd(3)
    first = world.fan_out()
    clock.shift(6 * MONTH)
    forget()
    assert named(first) == 3
    # They do not subscribe to the place any more, so that only the ledger knows them.
    Subscription.objects.update(ended_at=timezone.now())

    last = world.fan_out(Move.RESOLVE, world.alert_of(first))

    assert world.states(last) == [State.SENT] * 3
    forget()
    assert (named(first), named(last)) == (0, 3), "the all-clear is not a month old"


def test_nobody_is_forgotten_while_an_all_clear_is_still_looking_for_them(clock: Traveller) -> None:
    world.crowd(3)
    first = world.fan_out()
    clock.shift(6 * MONTH)
    last = world.say(Move.RESOLVE, world.alert_of(first))

    forget()
    assert named(first) == 3
    expand(last.pk)
    forget()

    assert named(first) == 0
    assert named(last) == 3


def test_planned_work_that_ran_out_is_over_a_month_after_its_end(clock: Traveller) -> None:
    world.crowd(1)
    now = timezone.now()
    dispatch = world.fan_out(urgency=Urgency.FUTURE, onset=now + MONTH, expires=now + MONTH + DAY)

    clock.shift(2 * MONTH)
    forget()
    assert named(dispatch) == 1
    clock.shift(DAY)
    forget()

    assert named(dispatch) == 0


def test_areas_are_nobody_and_stay(clock: Traveller, settings: Settings) -> None:
    settings.NOTIFY_CHANNELS = ["notify.channels.feeds.channel.FeedChannel"]
    dispatch = world.fan_out()
    world.fan_out(Move.RESOLVE, world.alert_of(dispatch))
    dispatch.batches.update(done_at=None)
    before = list(dispatch.deliveries.values())
    clock.shift(MONTH)

    retention.forget()

    dispatch.refresh_from_db()
    assert list(dispatch.deliveries.values()) == before
    assert dispatch.unlinked_at


def test_the_names_of_earlier_tries_go_too(clock: Traveller) -> None:
    first, _last = over(clock)
    delivery = first.deliveries.order_by("pk")[0]
    EarlierTry.objects.create(delivery=delivery, provider="twilio", provider_id="SM1")
    clock.shift(MONTH)

    forget()

    assert not EarlierTry.objects.exists()


@pytest.mark.parametrize(
    ("state", "batch"),
    [
        (State.QUEUED, {"done_at": None}),
        (State.SENDING, {"done_at": None}),
        (State.IN_DOUBT, {"ask_at": datetime(2026, 1, 1, tzinfo=UTC)}),
        (State.SENT, {"ask_at": datetime(2026, 1, 1, tzinfo=UTC)}),
    ],
)
def test_what_is_under_way_still_names_whom_it_is_for(
    clock: Traveller, state: State, batch: dict[str, datetime | None]
) -> None:
    first, _last = over(clock)
    first.deliveries.update(state=state, final_at=None)
    first.batches.update(**batch)
    clock.shift(MONTH)

    retention.forget()
    assert named(first) == 3
    first.batches.update(done_at=timezone.now(), ask_at=None)
    retention.forget()

    assert named(first) == 0


def test_what_never_left_is_taken_back_first_and_then_names_nobody(
    clock: Traveller, memory: MemoryChannel
) -> None:
    world.crowd(1)
    dispatch = world.expanded(expires=None)
    world.fan_out(Move.CANCEL, world.alert_of(dispatch))
    dispatch.deliveries.update(state=State.QUEUED)
    dispatch.batches.update(done_at=None)
    clock.shift(MONTH)
    forget()
    assert named(dispatch) == 1

    world.work()
    forget()

    assert named(dispatch) == 0
    assert world.states(dispatch) == [State.WITHDRAWN]
    assert memory.sent == []


def test_a_word_about_a_message_that_comes_after_all_is_recorded(clock: Traveller) -> None:
    first, _last = over(clock)
    clock.shift(MONTH)
    forget()
    delivery = first.deliveries.order_by("pk")[0]

    record([Receipt(delivery.reference, Outcome.DELIVERED)])

    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED
    assert delivery.subscriber_id is None


# --- who has left ---------------------------------------------------------------------------------


def test_who_left_is_erased_after_three_months(clock: Traveller) -> None:
    stayer, _leaver = given.subscriber("+46701740606"), given.subscriber(PHONE)
    dispatch = world.fan_out()
    clock.shift(2 * DAY)
    forget()
    opt_out(PHONE, source="sms", words="STOPP")
    clock.shift(90 * DAY - LITTLE)
    forget()
    assert Subscriber.objects.count() == 2

    clock.shift(LITTLE)
    forget()

    assert list(Subscriber.objects.all()) == [stayer]
    for kind in (Subscription, Consent):
        assert set(kind.objects.values_list("subscriber", flat=True)) == {stayer.pk}
    # The alert stands: who stays must hear its end; of who left only the count remains.
    assert world.addressed(dispatch) == [stayer.pk]
    assert len(world.states(dispatch)) == 2


def test_who_is_just_coming_back_comes_back(clock: Traveller) -> None:
    given.subscriber(PHONE)
    opt_out(PHONE, source="sms")
    clock.shift(90 * DAY)
    sign_up, code = asked()

    forget()
    confirm_sign_up(sign_up.key, code)

    assert Subscriber.objects.get().ended_at is None


def test_that_somebody_wants_no_codes_is_remembered_for_its_own_time(clock: Traveller) -> None:
    given.subscriber(PHONE)
    opt_out(PHONE, source="sms")
    clock.shift(89 * DAY)
    asks()
    marks.block_codes(PHONE)
    clock.shift(3 * DAY)

    forget()
    assert marks.blocks_codes(PHONE)
    assert not Subscriber.objects.exists()
    clock.shift(marks.BLOCKED_FOR)
    forget()

    assert not Mark.objects.exists()


def test_many_who_left_go_in_pieces(clock: Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PEOPLE", 2)
    for person in world.crowd(5):
        opt_out(person.phone, source="sms")
    clock.shift(90 * DAY)

    assert retention.forget_people(timezone.now())
    assert Subscriber.objects.count() == 3
    forget()

    assert not Subscriber.objects.exists()


# --- in pieces, and twice -------------------------------------------------------------------------


def test_it_goes_on_where_its_time_ran_out(
    clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expanding, "FIRST_SLICE", 1)
    first, _last = over(clock)
    clock.shift(MONTH)
    reconcile()

    assert retention.forget_recipients(timezone.now())
    assert named(first) == 2
    first.refresh_from_db()
    assert first.unlinked_at is None
    forget()

    assert named(first) == 0


def test_without_any_time_it_does_nothing(
    clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BUDGET", 0)
    first, _last = over(clock)
    clock.shift(MONTH)

    forget()

    assert named(first) == 3


def test_twice_is_harmless_and_costs_a_look_at_each_kind(clock: Traveller) -> None:
    over(clock)
    asks()
    clock.shift(MONTH)
    forget()
    before = list(Delivery.objects.order_by("pk").values())

    with CaptureQueriesContext(connection) as captured:
        retention.forget()

    assert list(Delivery.objects.order_by("pk").values()) == before
    statements = [
        one["sql"] for one in captured if one["sql"].split(" ")[0] in {"SELECT", "UPDATE", "DELETE"}
    ]
    assert len(statements) == len(retention.PIECES)


def test_a_kind_that_fails_does_not_keep_the_others(
    clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_now: object) -> bool:
        raise ValueError

    monkeypatch.setattr(retention, "PIECES", (fail, *retention.PIECES))
    asks()
    clock.shift(DAY)

    with pytest.raises(ExceptionGroup, match="not everything that is past its time"):
        forget()

    assert not SignUp.objects.exists()


@pytest.mark.postgres
def test_two_at_once_share_the_work(clock: Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "FIRST_SLICE", 2)
    world.crowd(40)
    dispatch = world.fan_out()
    world.fan_out(Move.RESOLVE, world.alert_of(dispatch))
    for person in world.crowd(6):
        opt_out(person.phone, source="sms")
    clock.shift(91 * DAY)

    reconcile()

    world.at_once(retention.forget, retention.forget, retention.forget)
    retention.forget()

    assert not Delivery.objects.exclude(subscriber=None).exists()
    assert not Dispatch.objects.filter(unlinked_at=None).exists()
    assert not Subscriber.objects.exclude(ended_at=None).exists()


# --- what people answered -------------------------------------------------------------------------


def test_an_answer_to_an_all_clear_is_gone_after_a_month(clock: Traveller) -> None:
    person = given.subscriber(PHONE)
    dispatch = world.fan_out()
    [area] = dispatch.update.alert.areas.all()[:1]
    StillWithout.objects.create(dispatch=dispatch, subscriber=person, area=area)
    clock.shift(MONTH - LITTLE)
    forget()
    assert StillWithout.objects.exists()

    clock.shift(LITTLE)
    forget()

    assert not StillWithout.objects.exists()
