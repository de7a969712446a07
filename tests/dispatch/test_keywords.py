"""What people write back, however they spell it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.dispatch.keywords import WORDS, Keyword, keyword

LEAVING = {Keyword.STOP, Keyword.STOP_ALL}


@pytest.mark.parametrize(
    "body",
    [
        "STOPP", "stopp", "Stopp", "STOP", "stop", "Stop.", "“Stopp!”", "  stopp  ", "\nSTOPP\n", "STOPP!!!",
        "Stopp, tack", "Stopp,tack", "stopp tack så mycket", "*stopp*", "AVSLUTA", "Avsluta!", "sluta sms:a",
        "avregistrera mig", "STOPALL", "unsubscribe", "CANCEL", "END", "QUIT", "OPTOUT", "ＳＴＯＰＰ", "stopp1",
        "👋 stopp", "(stop)", "STOPP\u200b", "\ufeffSTOPP", "1. stopp",
        "avbryt", "Avbryt tack", "avanmäl", "Avanmäl mig!", "avboka", "Avboka sms", "Jag vill avanmäla mig", "stoppa",
        "Stoppa sms", "ta bort mig", "Ta bort mitt nummer", "Hej, ta bort mig tack", "Hej, STOPP", "Hej! Stopp tack",
        "ok stopp nu", "S T O P P", "s.t.o.p", "S-T-O-P-P", "Hej, S T O P P", "STO\u00adPP", "S\u200bTOPP",
        "S\u2060T\u2060O\u2060P\u2060P", "STOPP inte fler sms", "Jag vill inte ha fler sms, stopp", "remove me",
        "Sluta skicka sms till mig, jag bor inte längre kvar i Borås", "stopp i avloppet", "Stop sending me texts",
    ],
)  # fmt: skip
def test_these_mean_stop(body: str) -> None:
    assert keyword(body) in LEAVING


@pytest.mark.parametrize(
    "body",
    [
        "STOPP", "Stopp", "Stop.", "“Stopp!”", "\nSTOPP\n", "Stopp, tack", "*stopp*", "AVSLUTA", "Avsluta!",
        "ＳＴＯＰＰ", "stopp1", "👋 stopp", "Hej, STOPP", "Hej! Stopp tack", "S T O P P", "s.t.o.p", "STOPP\u200b",
        "avbryt", "stoppa",
        "Stoppa sms", "sluta", "Avsluta tack", "1. stopp",
    ],
)  # fmt: skip
def test_the_bare_word_is_about_the_last_message(body: str) -> None:
    assert keyword(body) is Keyword.STOP


@pytest.mark.parametrize(
    "body",
    [
        "STOPP ALLT", "stopp allt!", "Stopp allt tack", "STOP ALL", "stopall", "Stopp alla", "AVSLUTA ALLT",
        "Avsluta alla sms",
        "stopp all", "STOPP, ALLT.", "S T O P P allt", "unsubscribe", "optout", "avregistrera mig", "Avanmäl mig!",
        "ta bort mig", "Ta bort mitt nummer", "remove me", "Sluta skicka sms till mig", "STOPP inte fler sms",
        "Jag vill inte ha fler sms, stopp", "Stop sending me texts", "stopp stopp stopp", "STOPP allihopa",
    ],
)  # fmt: skip
def test_whoever_writes_more_than_the_word_wants_to_be_left_alone(body: str) -> None:
    assert keyword(body) is Keyword.STOP_ALL


@pytest.mark.parametrize(
    "body",
    [
        "HJÄLP",
        "Hjälp!",
        "hjalp",
        unicodedata.normalize("NFD", "hjälp"),
        "help me",
    ],
)
def test_these_ask_for_help(body: str) -> None:
    assert keyword(body) is Keyword.HELP


@pytest.mark.parametrize("body", ["INFO", "info", "Info tack", "i n f o", "Status", "Hej, info"])
def test_these_ask_what_holds(body: str) -> None:
    assert keyword(body) is Keyword.INFO


@pytest.mark.parametrize(
    "body",
    ["START", "Start!", "unstop", "starta tack", "Hej, start", "Fortsätt", "fortsatt", "resume"],
)
def test_these_ask_to_come_back(body: str) -> None:
    assert keyword(body) is Keyword.START


@pytest.mark.parametrize(
    "body",
    [
        "", "   ", "\n", "!!!", "12345", "👍", "Tack!", "Kan ni stoppa läckan?", "När är vattnet tillbaka?",
        "nonstop", "stoppat", "Ja", "\x00", "o" * 100_000,
        "stoppa inte", "Stoppa inte vattnet", "Stoppa läckan!", "avbryt inte", "sluta inte skicka",
        "Vi vill inte stoppa",
        "Det är stopp i avloppet", "Hej, det är helt stopp", "Blev stopp i toaletten", "inte stopp", "don't stop",
        "Ta bort snön tack", "Info om vattnet?", "Mer info tack, när kommer vattnet?", "Starta pumpen", "i å i ö",
        "Hej! Vi undrar när vattnet kommer tillbaka, allt har ju gjort stopp här hemma i trappen",
    ],
)  # fmt: skip
def test_these_are_no_keyword(body: str) -> None:
    assert keyword(body) is None


def test_every_keyword_is_written_as_it_is_compared() -> None:
    for word, meant in WORDS.items():
        assert keyword(word.upper()) is meant


INVISIBLE = st.text(st.characters(categories=["Cf"], codec="utf-8"), max_size=2)
SPACE = st.sampled_from([" ", "  ", "\t", "\n", "\N{NO-BREAK SPACE}"])


@given(word=st.sampled_from(["stopp", "stop"]), data=st.data())
def test_a_stop_is_a_stop_whatever_nobody_sees_in_it(word: str, data: st.DataObject) -> None:
    letters = [data.draw(st.sampled_from([one, one.upper()])) for one in word]
    seen = "".join(letter + data.draw(INVISIBLE) for letter in letters)
    assert keyword(data.draw(INVISIBLE) + seen) is Keyword.STOP


@given(word=st.sampled_from(["stopp", "stop"]), between=SPACE)
def test_a_stop_is_a_stop_with_its_letters_apart(word: str, between: str) -> None:
    assert keyword(between.join(word)) is Keyword.STOP


@given(rest=st.text(max_size=200))
def test_nothing_after_stopp_takes_it_back(rest: str) -> None:
    assert keyword(f"STOPP {rest}") in LEAVING


@given(body=st.text())
def test_any_text_is_answered(body: str) -> None:
    assert keyword(body) in {*Keyword, None}
