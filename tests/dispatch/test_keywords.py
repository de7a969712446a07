"""What people write back, however they spell it."""

from __future__ import annotations

import unicodedata

import pytest

from notify.dispatch.keywords import WORDS, Keyword, keyword


@pytest.mark.parametrize(
    "body",
    [
        "STOPP", "stopp", "Stopp", "STOP", "stop", "Stop.", "“Stopp!”", "  stopp  ", "\nSTOPP\n", "STOPP!!!",
        "Stopp, tack", "Stopp,tack", "stopp tack så mycket", "*stopp*", "AVSLUTA", "Avsluta!", "sluta sms:a",
        "avregistrera mig", "STOPALL", "unsubscribe", "CANCEL", "END", "QUIT", "OPTOUT", "ＳＴＯＰＰ", "stopp1",
        "👋 stopp", "(stop)", "STOPP\u200b", "\ufeffSTOPP", "1. stopp",
    ],
)  # fmt: skip
def test_these_mean_stop(body: str) -> None:
    assert keyword(body) is Keyword.STOP


@pytest.mark.parametrize(
    "body", ["HJÄLP", "Hjälp!", "hjalp", unicodedata.normalize("NFD", "hjälp"), "help me", "INFO"]
)
def test_these_ask_for_help(body: str) -> None:
    assert keyword(body) is Keyword.HELP


@pytest.mark.parametrize(
    "body",
    [
        "", "   ", "\n", "!!!", "12345", "👍", "Tack!", "Kan ni stoppa läckan?", "När är vattnet tillbaka?",
        "nonstop", "stoppat", "Ja", "\x00", "o" * 100_000,
    ],
)  # fmt: skip
def test_these_are_no_keyword(body: str) -> None:
    assert keyword(body) is None


def test_every_keyword_is_written_as_it_is_compared() -> None:
    for word, meant in WORDS.items():
        assert keyword(word.upper()) is meant
