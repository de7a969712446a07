"""Every ciphertext moves under the newest key, and then the old one may go."""

from __future__ import annotations

import io

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import Settings

from notify.dispatch import direct
from notify.dispatch.models import DirectMessage
from notify.residents import rotation
from notify.residents.models import SignUp, Subscriber
from notify.residents.rotation import cipher_columns, rotate
from notify.residents.secrecy import decrypt, encrypt, under_newest_key
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


def test_every_column_of_ciphertext_is_known() -> None:
    assert {(model.__name__, column) for model, column in cipher_columns()} == {
        ("Subscriber", "phone_cipher"),
        ("SignUp", "phone_cipher"),
        ("DirectMessage", "address_cipher"),
        ("DirectMessage", "body_cipher"),
    }


def test_afterwards_the_old_key_is_not_needed(old: str, settings: Settings) -> None:
    assert not under_newest_key(Subscriber.objects.get().phone_cipher)

    printed = run()

    settings.PHONE_KEYS = [key for key in settings.PHONE_KEYS if key != old]
    assert Subscriber.objects.get().phone == PHONE
    assert SignUp.objects.get().phone == PHONE
    message = DirectMessage.objects.get()
    assert (decrypt(message.address_cipher), decrypt(message.body_cipher)) == (PHONE, "Hej")
    assert "residents.subscriber.phone_cipher: 1 of 1 read, 1 encrypted anew" in printed
    assert "The older key may be removed" in printed
    assert PHONE[3:] not in printed


def test_a_second_time_changes_nothing(old: str) -> None:
    run()
    before = Subscriber.objects.get().phone_cipher

    printed = run()

    assert Subscriber.objects.get().phone_cipher == before
    assert "1 encrypted anew" not in printed
    assert "The older key may be removed" in printed


def test_with_one_key_there_is_nothing_to_remove() -> None:
    given.subscriber(PHONE)

    assert "There is no other." in run()


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
