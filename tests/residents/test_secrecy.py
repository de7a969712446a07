"""What a copy of the database tells without the keys: nothing."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from notify.residents.secrecy import (
    Undecryptable,
    blind_index,
    blind_indexes,
    code_digest,
    decrypt,
    encrypt,
    is_digest_of,
    new_code,
    under_newest_key,
)

PHONE = "+46701740605"


def test_a_number_comes_back_from_its_ciphertext() -> None:
    assert decrypt(encrypt(PHONE)) == PHONE


def test_the_same_number_never_has_the_same_ciphertext_twice() -> None:
    assert encrypt(PHONE) != encrypt(PHONE)


def test_a_new_key_encrypts_while_the_old_one_still_decrypts(settings: Settings) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.PHONE_KEYS = [old]
    before = encrypt(PHONE)

    settings.PHONE_KEYS = [new, old]
    after = encrypt(PHONE)

    assert decrypt(before) == PHONE
    settings.PHONE_KEYS = [new]
    assert decrypt(after) == PHONE
    with pytest.raises(Undecryptable):
        decrypt(before)


def test_it_can_be_told_what_the_newest_key_has_not_encrypted(settings: Settings) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.PHONE_KEYS = [old]
    before = encrypt(PHONE)
    settings.PHONE_KEYS = [new, old]

    assert not under_newest_key(before)
    assert under_newest_key(encrypt(PHONE))
    assert not under_newest_key("nonsense")


@pytest.mark.parametrize("keys", [["short"], [""], ["å" * 44]])
def test_a_key_that_is_none_stops_with_a_sentence(settings: Settings, keys: list[str]) -> None:
    settings.PHONE_KEYS = keys

    with pytest.raises(ImproperlyConfigured, match="PHONE_KEYS must hold Fernet keys"):
        encrypt(PHONE)


def test_the_blind_index_is_equal_for_equal_numbers_only_and_under_one_key_only(
    settings: Settings,
) -> None:
    index = blind_index(PHONE)

    assert blind_index(PHONE) == index
    assert blind_index("+46701740606") != index
    assert len(index) == 64
    settings.PHONE_INDEX_KEYS = ["another"]
    assert blind_index(PHONE) != index


def test_while_the_index_key_is_changed_a_number_is_looked_for_under_both(
    settings: Settings,
) -> None:
    settings.PHONE_INDEX_KEYS = ["old"]
    before = blind_index(PHONE)

    settings.PHONE_INDEX_KEYS = ["new", "old"]

    assert blind_indexes(PHONE) == [blind_index(PHONE), before]
    assert blind_index(PHONE) != before


def test_a_codes_digest_is_good_for_one_sign_up_only() -> None:
    digest = code_digest("123456", "one")

    assert is_digest_of(digest, "123456", "one")
    assert not is_digest_of(digest, "123456", "another")
    assert not is_digest_of(digest, "123457", "one")


def test_a_code_that_is_under_way_while_the_key_is_changed_still_opens(settings: Settings) -> None:
    settings.PHONE_INDEX_KEYS = ["old"]
    digest = code_digest("123456", "one")

    settings.PHONE_INDEX_KEYS = ["new", "old"]

    assert is_digest_of(digest, "123456", "one")
    assert not is_digest_of(digest, "123457", "one")


def test_a_code_is_six_digits_leading_zeros_included() -> None:
    codes = [new_code() for _ in range(500)]

    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(set(codes)) > 450
