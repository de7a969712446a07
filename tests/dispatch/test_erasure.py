"""Everything that is held on a number goes at once, and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone
from pytest_django import Settings
from time_machine import Traveller

from notify.alerts.vocabulary import Move
from notify.channels.base import Outcome, Receipt, Recipient
from notify.channels.memory import MemoryChannel
from notify.channels.notice import Notice
from notify.dispatch import direct
from notify.dispatch.erasure import Erased, erase_number
from notify.dispatch.expand import expand
from notify.dispatch.models import Delivery, DirectMessage, State
from notify.dispatch.progress import progress
from notify.dispatch.reconcile import reconcile
from notify.dispatch.record import record
from notify.residents import marks
from notify.residents.limits import COUNTED_FOR, TooManyCodes
from notify.residents.models import Mark, Reveal, SignUp, Subscriber
from notify.residents.moving import move_number
from notify.residents.secrecy import blind_index, decrypt
from notify.residents.services import (
    Wish,
    WrongCode,
    confirm_sign_up,
    find_subscriber,
    opt_out,
    request_sign_up,
)
from tests import given
from tests.dispatch import world

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, NEIGHBOUR = "+46701740605", "+46701740606"
NOTHING = Erased(0, 0, 0, 0, 0, 0, 0)


def asks(phone: str = PHONE, client: str = "") -> tuple[SignUp, str]:
    wish = Wish([given.city()["Äspered"]], [given.service()], "sv")
    return request_sign_up(phone, wish, client=client or str(uuid.uuid4()))


def everything(phone: str) -> None:
    """A subscriber with a story: told twice, answered, asked for a code, looked at."""
    person = given.subscriber(phone)
    sign_up, code = asks(phone)
    direct.send_code(sign_up, code, phone)
    direct.answer(phone, "Hej")
    marks.may_answer(phone)
    Reveal.objects.create(subscriber=person, by=given.editor(phone[1:]), reason="KS 2026/1")


def traces(phone: str) -> list[str]:
    """Every value of every row, as text, in which the number or what stands for it is found."""
    subscriber = Subscriber.objects.filter(phone_index=blind_index(phone)).first()
    found = []
    for model in apps.get_models():
        if model._meta.app_label not in {"residents", "dispatch"}:
            continue
        for row in model._default_manager.values():
            for name, value in row.items():
                text = str(value)
                if name.endswith("_cipher") and text:
                    text = decrypt(text)
                theirs = text in {phone, blind_index(phone)}
                if subscriber is not None and name in {"subscriber_id", "address"}:
                    theirs = theirs or text == str(subscriber.pk)
                if theirs:
                    found.append(f"{model.__name__}.{name}")
    return found


def test_nothing_in_the_database_tells_of_the_number_any_more() -> None:
    everything(PHONE)
    everything(NEIGHBOUR)
    dispatch = world.fan_out()
    key = Subscriber.objects.order_by("pk")[0].pk
    before = traces(NEIGHBOUR)
    assert sorted(set(traces(PHONE))) == [
        "Consent.subscriber_id",
        "Delivery.address",
        "Delivery.subscriber_id",
        "DirectMessage.address_cipher",
        "Mark.phone_index",
        "Reveal.subscriber_id",
        "SignUp.phone_cipher",
        "SignUp.phone_index",
        "Subscriber.phone_cipher",
        "Subscriber.phone_index",
        "Subscription.subscriber_id",
    ]

    erased = erase_number(PHONE)

    assert erased == Erased(
        subscribers=1,
        subscriptions=1,
        consents=1,
        sign_ups=2,
        marks=1,
        direct_messages=2,
        deliveries=1,
    )
    assert traces(PHONE) == []
    assert not Delivery.objects.filter(address=str(key)).exists()
    assert traces(NEIGHBOUR) == before
    [counted] = progress(dispatch)
    assert counted.counts[State.SENT] == 2


def test_twice_and_for_a_stranger_it_is_harmless() -> None:
    everything(PHONE)
    erase_number(PHONE)

    assert erase_number(PHONE) == NOTHING
    assert erase_number(NEIGHBOUR) == NOTHING


def test_who_looked_stays_on_record_without_whose_number_it_was() -> None:
    everything(PHONE)

    erase_number(PHONE)

    look = Reveal.objects.get()
    assert (look.subscriber, look.reason) == (None, "KS 2026/1")


def test_who_has_left_can_be_erased_too() -> None:
    given.subscriber(PHONE)
    opt_out(PHONE, source="sms", words="STOPP")

    assert erase_number(PHONE).consents == 2
    assert not Subscriber.objects.exists()


def test_whoever_is_erased_may_come_back_as_somebody_new() -> None:
    before = given.subscriber(PHONE).pk
    erase_number(PHONE)

    assert given.subscriber(PHONE).pk != before


def test_nothing_is_sent_to_somebody_who_was_erased_on_the_way(memory: MemoryChannel) -> None:
    given.subscriber(PHONE)
    given.subscriber(NEIGHBOUR)
    dispatch = world.expanded()
    sign_up, code = asks()
    direct.send_code(sign_up, code, PHONE)

    erase_number(PHONE)
    world.work()
    direct.send_direct()

    assert [recipient.address for _notice, recipient in memory.sent] == [NEIGHBOUR]
    assert memory.texts == []
    assert sorted(world.states(dispatch)) == [State.SENT, State.WITHDRAWN]


def test_somebody_erased_before_the_fan_out_finds_them_is_not_found() -> None:
    given.subscriber(PHONE)
    dispatch = world.say()

    erase_number(PHONE)
    expand(dispatch.pk)

    assert world.states(dispatch) == []


def test_what_is_being_handed_over_may_arrive_and_is_counted_as_what_became_of_it(
    memory: MemoryChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    given.subscriber(PHONE)
    dispatch = world.expanded()
    hand_over = memory.send

    def erase_meanwhile(notice: Notice, recipients: Iterable[Recipient]) -> Iterator[Receipt]:
        for receipt in hand_over(notice, recipients):
            erase_number(PHONE)
            yield receipt

    monkeypatch.setattr(memory, "send", erase_meanwhile)
    world.work()

    assert [recipient.address for _notice, recipient in memory.sent] == [PHONE]
    assert world.states(dispatch) == [State.SENT]
    assert world.only(dispatch).subscriber_id is None


def test_what_is_in_doubt_is_nobodys_doubt_any_more_and_is_not_sent_again(
    memory: MemoryChannel, clock: Traveller
) -> None:
    person = given.subscriber(PHONE)
    memory.fates[person.phone] = Outcome.IN_DOUBT
    dispatch = world.fan_out()
    erase_number(PHONE)
    clock.shift(timedelta(minutes=5))

    reconcile()

    delivery = world.only(dispatch)
    assert (delivery.state, delivery.error) == (State.FAILED, "erased")
    world.work()
    assert memory.sent == []


def test_the_providers_word_on_what_was_under_way_still_counts() -> None:
    given.subscriber(PHONE)
    dispatch = world.fan_out()
    erase_number(PHONE)

    delivery = world.only(dispatch)
    record([Receipt(delivery.reference, Outcome.DELIVERED, provider_id="SM1")])

    assert world.states(dispatch) == [State.DELIVERED]


def test_the_all_clear_goes_to_everybody_else() -> None:
    given.subscriber(PHONE)
    stayer = given.subscriber(NEIGHBOUR)
    dispatch = world.fan_out()
    erase_number(PHONE)

    last = world.fan_out(Move.RESOLVE, world.alert_of(dispatch))

    assert world.addressed(last) == [stayer.pk]


# --- codes, and what limits them --------------------------------------------------------------------


def test_an_old_code_opens_nothing_any_more() -> None:
    sign_up, code = asks()

    erase_number(PHONE)

    with pytest.raises(WrongCode):
        confirm_sign_up(sign_up.key, code)
    assert not Subscriber.objects.exists()


def test_being_erased_does_not_open_the_tap_for_codes(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_HOUR, settings.CODE_WAIT_SECONDS = 3, 0
    for _time in range(3):
        asks()
        erase_number(PHONE)

    with pytest.raises(TooManyCodes):
        asks()


def test_what_the_limits_counted_is_empty_and_what_they_do_not_count_is_gone(
    clock: Traveller,
) -> None:
    asks()
    clock.shift(COUNTED_FOR)
    recent, _code = asks()

    assert erase_number(PHONE).sign_ups == 2

    left = SignUp.objects.get()
    assert left.pk == recent.pk
    assert (left.phone_cipher, left.phone_index, left.code_digest) == ("", "", "")
    assert not left.usable(timezone.now())
    assert not left.areas.exists()
    assert not left.services.exists()


def test_whoever_wanted_no_codes_is_forgotten_with_that_wish() -> None:
    asks()
    marks.block_codes(PHONE)

    assert erase_number(PHONE).marks == 1
    assert not Mark.objects.exists()


def test_an_answer_that_cannot_be_read_stands_in_nobodys_way() -> None:
    direct.answer(NEIGHBOUR, "Hej")
    DirectMessage.objects.update(address_cipher="nonsense")
    given.subscriber(PHONE)

    assert erase_number(PHONE).subscribers == 1
    assert DirectMessage.objects.count() == 1


# --- side by side -----------------------------------------------------------------------------------


@pytest.mark.postgres
def test_who_confirms_at_the_same_moment_is_erased_or_never_came() -> None:
    for _time in range(5):
        sign_up, code = asks(client=str(uuid.uuid4()))

        def confirm(sign_up: SignUp = sign_up, code: str = code) -> None:
            try:
                confirm_sign_up(sign_up.key, code)
            except WrongCode:
                return

        world.at_once(confirm, lambda: erase_number(PHONE))
        assert not Subscriber.objects.exists()
        SignUp.objects.all().delete()


@pytest.mark.postgres
def test_who_changes_number_at_the_same_moment_has_moved_or_was_erased() -> None:
    for _time in range(5):
        person = given.subscriber(PHONE)
        sign_up, code = request_sign_up(
            NEIGHBOUR,
            Wish([], [], "sv"),
            client=str(uuid.uuid4()),
            purpose=SignUp.Purpose.MOVE,
            moves=person,
        )

        def move(sign_up: SignUp = sign_up, code: str = code) -> None:
            try:
                move_number(sign_up.key, code)
            except WrongCode:
                return

        world.at_once(move, lambda: erase_number(PHONE))
        assert find_subscriber(PHONE) is None
        Subscriber.objects.all().delete()
        SignUp.objects.all().delete()
