from __future__ import annotations

import pytest
from django.utils.translation import override

from notify.channels.sms.errors import NO_ANSWER, UNREACHABLE, Meaning, meaning, reason


@pytest.mark.parametrize(
    ("codes", "means"),
    [
        (("21211", "21614", "21635", "30005", "30006", "30036"), Meaning.PERMANENT),
        (("21610",), Meaning.OPTED_OUT),
        (("30001", "30003", "30008", "20429", "21611", UNREACHABLE, NO_ANSWER), Meaning.FOR_NOW),
        (("20003", "21408", "30004", "30007"), Meaning.OPERATOR),
        # Certainly not taken, and would not be another time.
        (("99999", "400", ""), Meaning.PERMANENT),
    ],
)
def test_each_code_says_what_to_do(codes: tuple[str, ...], means: Meaning) -> None:
    assert {meaning(code) for code in codes} == {means}


@pytest.mark.parametrize("code", ["21610", "30003", "20003", UNREACHABLE, NO_ANSWER])
def test_reasons_are_sentences_in_both_languages(code: str) -> None:
    with override("en"):
        english = reason(code)
    with override("sv"):
        swedish = reason(code)
    assert english != swedish
    assert english.endswith(".")
    assert swedish.endswith(".")


def test_an_unknown_code_is_kept_word_for_word() -> None:
    with override("en"):
        assert reason("12345") == "The SMS provider refused it with error 12345."


def test_our_own_codes_fit_the_ledger() -> None:
    assert max(len(UNREACHABLE), len(NO_ANSWER)) <= 32
