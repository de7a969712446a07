"""Segments by the standard's numbers: 160/153 septets, 70/67 code units."""

from __future__ import annotations

import pytest

from notify.simulator.segments import measure


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("å" * 160, "GSM-7", 160, 1),
        ("å" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("16–18", "UCS-2", 5, 1),
        ("ç" * 70, "UCS-2", 70, 1),
        ("ç" * 71, "UCS-2", 71, 2),
        ("ç" * 135, "UCS-2", 135, 3),
        ("🚰" * 35, "UCS-2", 70, 1),
    ],
)
def test_a_text_costs_what_the_standard_says(
    text: str, encoding: str, units: int, segments: int
) -> None:
    measured = measure(text)
    assert (measured.encoding, measured.units, measured.segments) == (encoding, units, segments)


def test_a_two_septet_character_never_straddles_two_segments() -> None:
    assert measure("a" * 152 + "€" + "a" * 152).segments == 3
    assert measure("a" * 151 + "€" + "a" * 153).segments == 2


def test_a_surrogate_pair_never_straddles_two_segments() -> None:
    assert measure("ç" * 66 + "🚰" + "ç" * 66).segments == 3
    assert measure("ç" * 65 + "🚰" + "ç" * 67).segments == 2


def test_a_decomposed_letter_is_not_in_the_gsm_alphabet() -> None:
    assert measure("a\u030a").encoding == "UCS-2"
