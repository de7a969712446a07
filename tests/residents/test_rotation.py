"""Every number moves under the newest keys, and then the old ones may go."""

from __future__ import annotations

import io

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings
from time_machine import TimeMachineFixture

from notify.dispatch import direct
from notify.dispatch.erasure import erase_number
from notify.dispatch.export import held_on_number
from notify.dispatch.models import DirectMessage
from notify.residents import marks, rotation
from notify.residents.limits import KEPT, TooManyCodes, put_down
from notify.residents.models import Mark, Refusal, SignUp, Subscriber
from notify.residents.moving import move_number
from notify.residents.rotation import columns, rotate
from notify.residents.secrecy import blind_index, decrypt, encrypt, under_newest_key
from notify.residents.services import (
    Wish,
    confirm_sign_up,
    find_subscriber,
    known_subscriber,
    opt_out,
    request_sign_up,
)
from tests import given
from tests.dispatch import world

pytestmark = pytest.mark.django_db

PHONE = "+46701740605"


@pytest.fixture
def old(settings: Settings) -> str:
    """The key that everything is written under; the newest is another by now."""
    key, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.PHONE_KEYS = [key]
    given.subscriber(PHONE)
    direct.answer(PHONE, "Hej")
    settings.PHONE_KEYS = [new, key]
    return key


def run() -> str:
    printed = io.StringIO()
    call_command("rotate_phone_keys", stdout=printed)
    return printed.getvalue()


def test_every_column_of_ciphertext_is_known_and_every_index_beside_one() -> None:
    assert set(map(str, columns())) == {
        "residents.subscriber.phone_cipher",
        "residents.subscriber.phone_index",
        "residents.signup.phone_cipher",
        "residents.signup.phone_index",
        "dispatch.directmessage.address_cipher",
        "dispatch.directmessage.body_cipher",
        "webhooks.endpoint.secret_cipher",
        "webhooks.endpoint.earlier_secret_cipher",
    }


def test_afterwards_the_old_key_is_not_needed(old: str, settings: Settings) -> None:
    assert not under_newest_key(Subscriber.objects.get().phone_cipher)

    printed = run()

    settings.PHONE_KEYS = [key for key in settings.PHONE_KEYS if key != old]
    assert Subscriber.objects.get().phone == PHONE
    assert SignUp.objects.get().phone == PHONE
    message = DirectMessage.objects.get()
    assert (decrypt(message.address_cipher), decrypt(message.body_cipher)) == (PHONE, "Hej")
    assert "residents.subscriber.phone_cipher: 1 of 1 read, 1 written anew" in printed
    assert (
        "PHONE_KEYS: everything is under the first key. What stands behind it may be removed now"
        in printed
    )
    assert "PHONE_INDEX_KEY: everything is under the one key." in printed
    assert PHONE[3:] not in printed


def test_a_second_time_changes_nothing(old: str) -> None:
    run()
    before = Subscriber.objects.get().phone_cipher

    printed = run()

    assert Subscriber.objects.get().phone_cipher == before
    assert "1 written anew" not in printed
    assert "may be removed now" in printed


def test_with_one_key_there_is_nothing_to_remove() -> None:
    given.subscriber(PHONE)

    assert "PHONE_KEYS: everything is under the one key." in run()


def test_it_goes_on_where_it_was_stopped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "ROWS", 2)
    world.crowd(5)
    settings.PHONE_KEYS = [Fernet.generate_key().decode(), *settings.PHONE_KEYS]

    def moved() -> int:
        ciphers = Subscriber.objects.values_list("phone_cipher", flat=True)
        return sum(map(under_newest_key, ciphers))

    pieces = rotate()
    while moved() < 4:
        next(pieces)
    pieces.close()
    assert moved() == 4
    last = list(rotate())

    assert moved() == 5
    assert sum(piece.rotated for piece in last if piece.seen == piece.total) == 1


# --- the key that numbers are found by ------------------------------------------------------------

OLD, NEW = "old" * 32, "new" * 32


@pytest.fixture
def indexed(settings: Settings) -> Subscriber:
    """Somebody who subscribed under the old index key; a new one stands before it by now."""
    settings.PHONE_INDEX_KEYS = [OLD]
    somebody = given.subscriber(PHONE)
    settings.PHONE_INDEX_KEYS = [NEW, OLD]
    return somebody


def test_afterwards_the_old_index_key_is_not_needed(
    indexed: Subscriber, settings: Settings
) -> None:
    printed = run()

    settings.PHONE_INDEX_KEYS = [NEW]
    assert find_subscriber(PHONE) == indexed
    assert "residents.subscriber.phone_index: 1 of 1 read, 1 written anew" in printed
    assert "PHONE_INDEX_KEY: everything is under the first key." in printed


@pytest.mark.parametrize("rotated", [False, True])
def test_a_number_is_the_same_whichever_key_wrote_it(indexed: Subscriber, rotated: bool) -> None:
    if rotated:
        list(rotate())

    assert find_subscriber(PHONE) == indexed
    assert given.subscriber(PHONE) == indexed, "whoever subscribes again is nobody new"
    assert Subscriber.objects.count() == 1
    assert opt_out(PHONE, source="sms", words="STOPP") == indexed
    assert held_on_number(PHONE)["subscribers"][0]["ended_reason"] == "stop"
    assert erase_number(PHONE).subscribers == 1
    assert not Subscriber.objects.exists()


def test_a_code_that_was_asked_for_under_the_old_key_subscribes_after_the_change(
    settings: Settings,
) -> None:
    settings.PHONE_INDEX_KEYS = [OLD]
    wish = Wish([given.city()["Äspered"]], [], "sv")
    sign_up, code = request_sign_up(PHONE, wish, client="192.0.2.1")
    settings.PHONE_INDEX_KEYS = [NEW, OLD]

    somebody = confirm_sign_up(sign_up.key, code)

    settings.PHONE_INDEX_KEYS = [NEW]
    assert find_subscriber(PHONE) == somebody


def test_the_limits_on_codes_go_on_counting(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_NUMBER_PER_HOUR = settings.CODE_LIMIT_PER_CLIENT_PER_HOUR = 2
    settings.CODE_WAIT_SECONDS = 0
    wish = Wish([given.city()["Äspered"]], [], "sv")
    for keys in ([OLD], [NEW, OLD]):
        settings.PHONE_INDEX_KEYS = keys
        request_sign_up(PHONE, wish, client="192.0.2.1")

    with pytest.raises(TooManyCodes):
        request_sign_up(PHONE, wish, client="192.0.2.2")
    with pytest.raises(TooManyCodes):
        request_sign_up("+46701740606", wish, client="192.0.2.1")


def test_who_wants_no_codes_is_still_left_alone_and_the_old_key_kept_for_so_long(
    settings: Settings, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    settings.PHONE_INDEX_KEYS = [OLD]
    marks.block_codes(PHONE)
    settings.PHONE_INDEX_KEYS = [NEW, OLD]

    printed = run()

    assert marks.blocks_codes(PHONE)
    last = timezone.localtime(Mark.objects.get().until)
    assert f"may be removed after {last:%Y-%m-%d %H:%M}" in printed
    time_machine.move_to(timezone.now() + marks.BLOCKED_FOR / 2, tick=False)
    marks.block_codes(PHONE)
    settings.PHONE_INDEX_KEYS = [NEW]
    assert marks.blocks_codes(PHONE), "whoever is marked again is marked under the new key"
    assert Mark.objects.count() == 1


def test_the_old_key_is_kept_as_long_as_only_it_finds_whose_codes_were_refused(
    settings: Settings, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    settings.PHONE_INDEX_KEYS = [OLD]
    put_down(TooManyCodes(Refusal.Limit.NUMBER, blind_index(PHONE)))
    settings.PHONE_INDEX_KEYS = [NEW, OLD]

    printed = run()

    assert held_on_number(PHONE)["refusals"]
    last = timezone.localtime(Refusal.objects.get().hour + KEPT)
    assert f"may be removed after {last:%Y-%m-%d %H:%M}" in printed


def test_somebody_who_changes_number_during_the_change_keeps_what_they_have(
    indexed: Subscriber, settings: Settings
) -> None:
    nowhere = Wish([], [], "sv")
    sign_up, code = request_sign_up(
        "+46701740606", nowhere, client="192.0.2.1", purpose=SignUp.Purpose.MOVE, moves=indexed
    )

    move_number(sign_up.key, code)
    run()

    settings.PHONE_INDEX_KEYS = [NEW]
    assert find_subscriber("+46701740606") == indexed
    gone = known_subscriber(PHONE)
    assert gone is not None
    assert gone.ended_reason == "moved"


# --- what cannot be, and who writes meanwhile -----------------------------------------------------


def test_what_is_cleared_stays_cleared(old: str) -> None:
    DirectMessage.objects.update(address_cipher="", body_cipher="")

    run()

    assert DirectMessage.objects.get().body_cipher == ""


def test_whoever_writes_meanwhile_wins(
    old: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_first(ciphertext: str) -> str:
        phone = decrypt(ciphertext)
        Subscriber.objects.update(phone_cipher=encrypt("+46701740699"))
        return phone

    monkeypatch.setattr(rotation, "decrypt", write_first)

    list(rotate())

    assert Subscriber.objects.get().phone == "+46701740699"


def test_a_sign_up_under_the_old_key_that_becomes_a_subscriber_meanwhile_is_found(
    old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written_before = SignUp.objects.get().phone_cipher
    passes: list[int] = []
    once = rotation.rotate

    def confirmed_after_the_first(*_args: object) -> object:
        yield from once()
        if not passes:
            Subscriber.objects.update(phone_cipher=written_before)
        passes.append(1)

    name = "notify.residents.management.commands.rotate_phone_keys.rotate"
    monkeypatch.setattr(name, confirmed_after_the_first)

    assert "may be removed" in run()

    assert under_newest_key(Subscriber.objects.get().phone_cipher)


def test_a_number_that_no_key_reads_is_told_and_no_key_may_be_removed(old: str) -> None:
    Subscriber.objects.update(phone_cipher=Fernet(Fernet.generate_key()).encrypt(b"x").decode())

    with pytest.raises(CommandError, match=r"1 values cannot be read .* Remove no key yet"):
        run()

    assert under_newest_key(SignUp.objects.get().phone_cipher), "the others are done all the same"


def test_somebody_who_goes_on_writing_with_the_old_key_is_told_of(
    old: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = rotation.rotate
    written_before = SignUp.objects.get().phone_cipher

    def with_a_process_that_was_not_restarted() -> object:
        yield from once()
        Subscriber.objects.update(phone_cipher=written_before)

    name = "notify.residents.management.commands.rotate_phone_keys.rotate"
    monkeypatch.setattr(name, with_a_process_that_was_not_restarted)

    with pytest.raises(CommandError, match="restart every process"):
        run()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_whoever_leaves_while_the_keys_are_changed_has_left(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "ROWS", 3)
    settings.PHONE_INDEX_KEYS = [OLD]
    phones = [person.phone for person in world.crowd(30)]
    settings.PHONE_INDEX_KEYS = [NEW, OLD]

    def leave() -> None:
        for phone in phones:
            assert opt_out(phone, source="sms", words="STOPP") is not None

    world.at_once(leave, lambda: list(rotate()), lambda: list(rotate()))

    settings.PHONE_INDEX_KEYS = [NEW]
    assert not Subscriber.objects.filter(ended_at=None).exists()
    assert all(map(known_subscriber, phones))
