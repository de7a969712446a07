from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notify.channels.sms.text import Encoding, Measure, excess, measure, normalise, outside_gsm_7
from notify.simulator import segments as provider

ALPHABET = "abcåäöÅÄÖéüñ ÇàΔ@£\n'\"-.,0123456789" + "€[]{}\\^~|"
anything = st.text(alphabet=st.characters(exclude_categories=()))
swedish = st.text(alphabet=ALPHABET, max_size=1000)
pictures = st.text(alphabet=ALPHABET + "–’☃😀👩", max_size=400)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("å" * 160, "GSM-7", 160, 1),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 80 + "a", "GSM-7", 161, 2),
        # 152 septets, then a sign of two: it goes whole into the second segment.
        ("a" * 152 + "€" + "a" * 151, "GSM-7", 305, 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("ç" * 70, "UCS-2", 70, 1),
        ("ç" * 71, "UCS-2", 71, 2),
        ("ç" * 134, "UCS-2", 134, 2),
        ("ç" * 135, "UCS-2", 135, 3),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("ç" * 66 + "😀" + "ç" * 65, "UCS-2", 133, 2),
        ("ç" * 66 + "😀" + "ç" * 66, "UCS-2", 134, 3),
        ("16–18", "UCS-2", 5, 1),
    ],
)
def test_texts_that_are_hard_to_count(text: str, encoding: str, units: int, segments: int) -> None:
    assert measure(text) == Measure(Encoding(encoding), units, segments)


def test_one_en_dash_makes_two_segments_of_one() -> None:
    text = "Vattnet stängs av kl. 16–18. " + "Tappa upp vatten i förväg. " * 3
    assert measure(text).segments == 2
    assert measure(normalise(text)).segments == 1


@given(swedish | pictures | anything)
def test_it_counts_as_the_provider_does(text: str) -> None:
    counted, theirs = measure(text), provider.measure(text)
    assert (counted.encoding, counted.units, counted.segments) == (
        theirs.encoding,
        theirs.units,
        theirs.segments,
    )


@given(swedish | pictures)
def test_segments_hold_the_text_and_no_fewer_would(text: str) -> None:
    counted = measure(text)
    alone, part = (160, 153) if counted.encoding is Encoding.GSM_7 else (70, 67)
    room = alone if counted.segments == 1 else counted.segments * part
    # Each border can waste one unit, where a character of two would have been split.
    assert counted.units <= room
    assert counted.units > (counted.segments - 1) * (part - 1) or counted.segments <= 2


@given(swedish | pictures, st.integers(min_value=1, max_value=6))
def test_what_is_over_is_just_what_must_go(text: str, most: int) -> None:
    over = excess(text, most)
    kept = text[: len(text) - over]
    # Without its dear characters the rest would be cheaper: count it as it was counted.
    if measure(kept).encoding is measure(text).encoding:
        assert measure(kept).segments <= most
    assert (over == 0) == (measure(text).segments <= most)


@given(anything)
@example("a\u030a")
@example("\u00d7\u0308")
@example("a\u200b\u030a")
@example(" \r\n \u2028 ")
@example("\ud800")
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode()  # raises if half a surrogate pair is left


@given(swedish)
def test_normalising_leaves_plain_words_alone(text: str) -> None:
    lines = [line.strip(" ") for line in text.split("\n")]
    assert normalise(text) == "\n".join(lines).strip("\n")


@given(anything)
def test_normalising_never_makes_it_dearer(text: str) -> None:
    # Fractions and arrows are spelt out, so only the encoding is promised.
    if measure(text).encoding is Encoding.GSM_7:
        assert measure(normalise(text)).encoding is Encoding.GSM_7


@pytest.mark.parametrize(
    ("given_text", "carried"),
    [
        ("A\u030aa\u030ao\u0308", "Ååö"),
        ("“Koka” ’vattnet’ »nu«", '"Koka" \'vattnet\' "nu"'),
        ("16–18 — nu − då", "16-18 - nu - då"),
        ("mer…", "mer..."),
        ("10\u00a0000\u202fkr", "10 000 kr"),
        ("ett\u00adord\u200b", "ettord"),
        ("rad\r\nrad\rrad\u2028rad", "rad\nrad\nrad\nrad"),
        ("• Koka\n\t· Spola", "- Koka\n- Spola"),
        ("3 m³ på ½ timme", "3 m3 på 1/2 timme"),
        ("\ufeffHej\x00\x07", "Hej"),
        ("  slut  \n", "slut"),
        ("Saša á 5 €", "Saša á 5 €"),
    ],
)
def test_what_reads_the_same_is_carried_plain(given_text: str, carried: str) -> None:
    assert normalise(given_text) == carried


def test_the_dear_characters_are_named_once_each() -> None:
    assert outside_gsm_7("Saša och Miša 😀") == "š😀"
    assert outside_gsm_7("Räksmörgås {€}") == ""
