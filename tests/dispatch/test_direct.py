"""Words for one person: the code, an answer; sent once, forgotten when they are through."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import cast

import pytest
from django.conf import settings as project
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings
from time_machine import Traveller

from notify.channels import permit as permits
from notify.channels.base import ChannelError, Outcome, Receipt, Text
from notify.channels.memory import MemoryChannel
from notify.channels.registry import channels
from notify.dispatch import direct
from notify.dispatch.again import GIVE_UP_AFTER
from notify.dispatch.models import FINAL, DirectMessage, State
from notify.dispatch.overdue import LETTING_GO
from notify.dispatch.record import SETTLING, record
from notify.residents.models import SignUp
from notify.residents.services import Wish, request_sign_up
from tests import given
from tests.dispatch import world
from tests.dispatch.conftest import Bells

PHONE = "+46701740605"


class Watched(MemoryChannel):
    """Lets something happen before a text leaves, and before it answers a question."""

    before: Callable[[], object] = staticmethod(lambda: None)
    before_each: Callable[[], object] = staticmethod(lambda: None)
    before_answer: Callable[[], object] = staticmethod(lambda: None)

    def send_texts(self, texts: Sequence[Text]) -> Iterator[Receipt]:
        self.before()
        for text in texts:
            self.before_each()
            yield from super().send_texts([text])

    def look_up_texts(self, texts: Sequence[Text]) -> Iterator[Receipt]:
        self.before_answer()
        yield from super().look_up_texts(texts)


@pytest.fixture
def watched(settings: Settings) -> Watched:
    settings.NOTIFY_CHANNELS = [f"{__name__}.Watched"]
    return cast(Watched, channels()["memory"])


def asked(language: str = "sv") -> tuple[SignUp, str]:
    """Somebody asks to subscribe; the code is not sent yet."""
    wish = Wish([given.city()["Äspered"]], [], language)
    return request_sign_up(PHONE, wish, client=str(uuid.uuid4()))


def state(message: DirectMessage) -> str:
    message.refresh_from_db()
    return message.state


# --- the code -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sv", "{code} är din kod för {publisher}. Den gäller i {minutes} minuter."),
        ("en", "{code} is your code for {publisher}. It is valid for {minutes} minutes."),
    ],
)
def test_the_code_goes_to_the_phone_in_its_language(
    memory: MemoryChannel, language: str, words: str
) -> None:
    sign_up, code = asked(language)

    direct.send_code(sign_up, code, PHONE)
    direct.send_direct()

    [text] = memory.texts
    assert text.address == PHONE
    assert text.body == words.format(
        code=code, publisher=project.PUBLISHER_NAME, minutes=project.CODE_LIFETIME_MINUTES
    )
    assert 590 <= text.valid_for <= 600


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_when_the_sign_up_is_written(bells: Bells) -> None:
    with transaction.atomic():
        sign_up, code = asked()
        direct.send_code(sign_up, code, PHONE)
        assert bells.heard() == []

    assert bells.heard() == [("urgent", "notify.dispatch.tasks.send_direct", [])]


@pytest.mark.django_db
def test_neither_number_nor_code_is_readable_in_the_database() -> None:
    sign_up, code = asked()

    message = direct.send_code(sign_up, code, PHONE)

    message.refresh_from_db()
    stored = message.address_cipher + message.body_cipher
    assert PHONE[3:] not in stored
    assert code not in stored


@pytest.mark.django_db
def test_the_latest_code_can_be_asked_about() -> None:
    sign_up, code = asked()
    assert direct.code_message(sign_up) is None

    direct.send_code(sign_up, code, PHONE)
    second = direct.send_code(sign_up, code, PHONE)

    assert direct.code_message(sign_up) == second


@pytest.mark.django_db
def test_a_code_that_is_no_longer_valid_is_not_sent(
    memory: MemoryChannel, clock: Traveller
) -> None:
    message = direct.send_code(*asked(), PHONE)
    clock.shift(timedelta(minutes=project.CODE_LIFETIME_MINUTES))

    direct.send_direct()

    assert (state(message), message.error) == (State.WITHDRAWN, "expired")
    assert memory.texts == []


# --- once ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_many_workers_who_hear_the_same_bell_send_it_once(watched: Watched) -> None:
    message = direct.answer(PHONE, "Hej")

    world.at_once(*[direct.send_direct] * 4)
    direct.send_direct()

    assert len(watched.texts) == 1
    assert state(message) == State.SENT


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_provider_is_asked(watched: Watched) -> None:
    direct.answer(PHONE, "Hej")
    open_then: list[bool] = []
    watched.before = lambda: open_then.append(connection.in_atomic_block)

    direct.send_direct()

    assert open_then == [False]


@pytest.mark.django_db
def test_without_any_there_is_nothing_to_do() -> None:
    direct.send_direct()


# --- what goes wrong ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_fails_for_now_is_tried_again_when_it_is_due(
    memory: MemoryChannel, clock: Traveller
) -> None:
    message = direct.answer(PHONE, "Hej")
    memory.fates[PHONE] = Outcome.FAILED_FOR_NOW
    direct.send_direct()
    memory.fates.clear()

    assert state(message) == State.QUEUED
    direct.send_direct()
    assert memory.texts == [], "it is not due yet"
    clock.move_to(message.due_at)
    direct.send_direct()

    assert (state(message), message.attempts) == (State.SENT, 2)


@pytest.mark.django_db
def test_what_fails_for_good_is_said_and_forgotten(memory: MemoryChannel) -> None:
    message = direct.answer(PHONE, "Hej")
    memory.fates[PHONE] = Outcome.FAILED

    direct.send_direct()

    assert (state(message), message.error) == (State.FAILED, "memory")
    assert (message.address_cipher, message.body_cipher) == ("", "")


@pytest.mark.django_db
def test_without_a_channel_for_texts_it_fails_and_says_why(settings: Settings) -> None:
    settings.NOTIFY_CHANNELS = []
    message = direct.answer(PHONE, "Hej")

    direct.send_direct()

    assert (state(message), message.error) == (State.FAILED, "no_channel")


@pytest.mark.django_db
def test_one_that_cannot_be_read_fails_alone(memory: MemoryChannel) -> None:
    message = direct.answer(PHONE, "Hej")
    DirectMessage.objects.update(body_cipher="gone with its key")

    direct.send_direct()

    assert (state(message), message.error) == (State.FAILED, "undecryptable")


@pytest.mark.django_db
def test_a_channel_that_cannot_work_now_leaves_it_to_be_asked_about(
    watched: Watched, clock: Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    message = direct.answer(PHONE, "Hej")

    def refuse() -> None:
        raise ChannelError("the password is wrong")

    watched.before = refuse
    direct.send_direct()

    assert state(message) == State.SENDING
    assert "the password is wrong" in caplog.text
    watched.before = lambda: None
    clock.shift(direct.SENDS_FOR)
    direct.reconcile_direct()
    clock.shift(LETTING_GO)
    direct.reconcile_direct()
    direct.send_direct()
    assert (state(message), len(watched.texts)) == (State.SENT, 1)


# --- in doubt -----------------------------------------------------------------------------------


def in_doubt(*, accepted: bool) -> DirectMessage:
    """One whose answer was lost, with or without the provider having it."""
    message = direct.answer(PHONE, "Hej")
    DirectMessage.objects.filter(pk=message.pk).update(
        state=State.IN_DOUBT, sending_at=timezone.now(), attempts=1
    )
    if accepted:
        memory = cast(MemoryChannel, channels()["memory"])
        memory.texts.append(Text(PHONE, message.reference, "Hej", 60))
    return message


@pytest.mark.django_db
@pytest.mark.parametrize(("accepted", "becomes"), [(True, State.SENT), (False, State.QUEUED)])
def test_the_provider_is_asked_and_only_what_it_lacks_is_sent_again(
    memory: MemoryChannel, clock: Traveller, *, accepted: bool, becomes: State
) -> None:
    message = in_doubt(accepted=accepted)
    direct.reconcile_direct()
    assert state(message) == State.IN_DOUBT, "a callback gets a moment to settle it"

    clock.shift(SETTLING)
    direct.reconcile_direct()

    assert state(message) == becomes
    direct.send_direct()
    assert len(memory.texts) == 1


@pytest.mark.django_db
def test_a_slow_provider_is_not_taken_for_a_dead_worker(watched: Watched, clock: Traveller) -> None:
    message = direct.answer(PHONE, "Hej")

    def crawl() -> None:
        clock.shift(direct.SENDS_FOR - timedelta(seconds=1))
        direct.reconcile_direct()
        assert state(message) == State.SENDING

    watched.before = crawl
    direct.send_direct()

    assert state(message) == State.SENT


@pytest.mark.django_db
def test_who_still_sends_at_a_slow_pace_is_not_taken_for_dead(
    watched: Watched, clock: Traveller
) -> None:
    messages = [direct.answer(PHONE, "Hej") for _ in range(8)]

    def crawl() -> None:
        clock.shift(direct.SENDS_FOR / 4)
        direct.reconcile_direct()

    watched.before_each = crawl
    direct.send_direct()

    assert {state(one) for one in messages} == {State.SENT}
    assert len(watched.texts) == len(messages)


@pytest.mark.django_db
def test_what_is_on_its_way_when_a_clock_jumps_is_sent_once(
    watched: Watched, clock: Traveller
) -> None:
    direct.answer(PHONE, "Hej")
    direct.answer(PHONE, "Hej igen")

    def jump() -> None:
        watched.before_each = lambda: None
        clock.shift(timedelta(minutes=30))
        direct.reconcile_direct()
        clock.shift(LETTING_GO - timedelta(seconds=1))
        direct.reconcile_direct()
        direct.send_direct()

    watched.before_each = jump
    direct.send_direct()
    assert len(watched.texts) == 1, "who was doubted stops"
    clock.shift(timedelta(seconds=1))
    direct.reconcile_direct()
    direct.send_direct()

    assert sorted(one.body for one in watched.texts) == ["Hej", "Hej igen"]


@pytest.mark.django_db
def test_a_clock_that_jumps_back_does_not_keep_anybody_from_seeing_that_others_doubt(
    watched: Watched, clock: Traveller
) -> None:
    for body in ("one", "two", "three"):
        direct.answer(PHONE, body)

    def doubted_and_back() -> None:
        watched.before_each = lambda: None
        DirectMessage.objects.update(state=State.IN_DOUBT)
        clock.shift(timedelta(hours=-1))

    watched.before_each = doubted_and_back
    direct.send_direct()

    assert [one.body for one in watched.texts] == ["one"]


@pytest.mark.django_db
def test_who_stood_still_while_others_sent_it_sends_no_more(
    watched: Watched, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permits, "now", lambda: timezone.now().timestamp())
    messages = [direct.answer(PHONE, body) for body in ("one", "two")]

    def stand_still() -> None:
        watched.before_each = lambda: None
        clock.shift(direct.SENDS_FOR)
        direct.reconcile_direct()
        clock.shift(LETTING_GO)
        direct.reconcile_direct()
        direct.send_direct()

    watched.before_each = stand_still
    direct.send_direct()
    clock.shift(timedelta(minutes=1))
    direct.send_direct()

    assert {state(one) for one in messages} == {State.SENT}
    assert sorted(one.body for one in watched.texts) == ["one", "two"]


@pytest.mark.django_db
def test_an_answer_about_an_earlier_try_does_not_undo_a_later_one(
    watched: Watched, clock: Traveller
) -> None:
    message = in_doubt(accepted=False)
    clock.shift(SETTLING)

    def tried_again_and_answer_lost() -> None:
        DirectMessage.objects.update(attempts=2)

    watched.before_answer = tried_again_and_answer_lost
    direct.reconcile_direct()

    assert state(message) == State.IN_DOUBT


@pytest.mark.django_db
def test_one_that_a_callback_settles_while_it_is_asked_about_stays_settled(
    watched: Watched, clock: Traveller
) -> None:
    message = in_doubt(accepted=False)
    clock.shift(SETTLING)
    watched.before_answer = lambda: record([Receipt(message.reference, Outcome.DELIVERED)])

    direct.reconcile_direct()

    assert state(message) == State.DELIVERED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("word", "becomes"),
    [(Outcome.DELIVERED, State.DELIVERED), (Outcome.ACCEPTED, State.SENT)],
)
def test_one_whose_words_are_already_forgotten_is_not_asked_about(
    memory: MemoryChannel, clock: Traveller, word: Outcome, becomes: State
) -> None:
    other, settled = in_doubt(accepted=True), in_doubt(accepted=True)
    DirectMessage.objects.filter(pk=settled.pk).update(expires_at=timezone.now())
    clock.shift(SETTLING)
    claimed = direct._claim(timezone.now())
    record([Receipt(settled.reference, word)])
    direct.forget_final()

    direct._ask(memory, DirectMessage.objects.filter(pk__in=claimed))

    assert (state(other), state(settled)) == (State.SENT, becomes)


@pytest.mark.django_db
def test_an_old_one_that_proves_absent_is_given_up(memory: MemoryChannel, clock: Traveller) -> None:
    message = in_doubt(accepted=False)
    clock.shift(GIVE_UP_AFTER + timedelta(hours=1))

    direct.reconcile_direct()

    assert (state(message), message.error) == (State.FAILED, "gave_up")


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_ask_once(watched: Watched) -> None:
    message = in_doubt(accepted=True)
    before = timezone.now() - timedelta(hours=1)
    DirectMessage.objects.update(sending_at=before, due_at=before)
    questions: list[int] = []
    watched.before_answer = lambda: questions.append(1)

    world.at_once(direct.reconcile_direct, direct.reconcile_direct)

    assert len(questions) == 1
    assert state(message) == State.SENT


# --- forgetting ---------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("outcome", [Outcome.DELIVERED, Outcome.FAILED])
def test_address_and_words_are_forgotten_when_it_is_through(outcome: Outcome) -> None:
    message = direct.answer(PHONE, "Hej")
    direct.send_direct()
    record([Receipt(message.reference, outcome)])

    direct.forget_final()

    assert state(message) in FINAL
    assert (message.address_cipher, message.body_cipher) == ("", "")


@pytest.mark.django_db
def test_one_that_nobody_ever_confirms_is_forgotten_when_it_is_worthless(
    clock: Traveller,
) -> None:
    message = direct.send_code(*asked(), PHONE)
    direct.send_direct()
    direct.forget_final()
    assert state(message) == State.SENT
    assert message.body_cipher

    clock.shift(timedelta(minutes=project.CODE_LIFETIME_MINUTES))
    direct.forget_final()

    message.refresh_from_db()
    assert (message.state, message.body_cipher, message.address_cipher) == (State.SENT, "", "")


@pytest.mark.django_db
def test_what_still_has_to_go_out_is_not_forgotten() -> None:
    message = direct.answer(PHONE, "Hej")

    direct.forget_final()

    message.refresh_from_db()
    assert message.body_cipher
    assert message.address_cipher
