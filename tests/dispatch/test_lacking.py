"""Answers to "Reply 1 if you are still without water", however people put it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.dispatch.lacking import lacks


@pytest.mark.parametrize(
    "body",
    [
        "1", " 1 ", "1.", "1!", "01", "(1)", "3", "１", "1\n", "\u200b1", "ja", "Ja!", "JA", "Jo", "yes", "Yes please",
        "ingen vatten", "Ingen vatten", "INGET VATTEN", "inget vatten här heller", "saknar vatten",
        "Vi saknar fortfarande vatten",
        "fortfarande utan", "utan vatten", "utan", "vattnet är inte tillbaka", "Funkar inte", "fungerar ej", "inte än",
        "Nej, inget vatten",
        "nej det funkar inte", "fortfarande kallt", "Strömlöst", "vattnet är borta", "no water", "still no water",
        "Still without water", "not working", "it doesn't work", "no power yet", "Hej! Vi har ingen el.",
        unicodedata.normalize("NFD", "fortfarande strömlöst"),
    ],
)  # fmt: skip
def test_these_say_that_it_is_not_over(body: str) -> None:
    assert lacks(body) is True


@pytest.mark.parametrize(
    "body",
    [
        "0", "nej", "Nej tack", "no", "No.", "nope", "nu funkar det", "Nu fungerar det igen", "Vattnet är tillbaka",
        "ok", "Allt bra", "works now", "It's back", "fixed", "ja nu funkar det", "Inga problem, det funkar",
    ],
)  # fmt: skip
def test_these_say_that_it_works(body: str) -> None:
    assert lacks(body) is False


@pytest.mark.parametrize(
    "body",
    [
        "", "   ", "?", "👍", "Tack!", "Tack för informationen", "12", "1 2", "0701740605", "När är ni klara?",
        "inga problem", "När är vattnet tillbaka?", "när kommer det tillbaka", "Fungerar det hos er?", "Is it fixed",
        "Hej! Vi undrar " + "hur det går med pumpen " * 8 + "ingen vet", "\x00", "9" * 100_000,
    ],
)  # fmt: skip
def test_these_say_nothing_about_it(body: str) -> None:
    assert lacks(body) is None


@given(st.text())
def test_any_text_can_be_read(body: str) -> None:
    assert lacks(body) in {True, False, None}
