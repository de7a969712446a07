"""What was typed, as it can be published."""

from __future__ import annotations

from notify.alerts import tidy


def test_a_text_keeps_its_lines_and_loses_what_cannot_be_published() -> None:
    assert tidy.text("  rad 1\r\nrad  2\rrad 3\x00\f\ud800\n") == "rad 1\nrad  2\nrad 3"


def test_a_text_turns_the_direction_of_nothing_that_stands_after_it() -> None:
    assert tidy.text("Vatten\u202e borta\u2067 \u200fשלום\u200e") == "Vatten borta \u200fשלום\u200e"


def test_a_line_is_one_line_with_single_spaces() -> None:
    assert tidy.line("  Vatten\r\navbrott \t nu ") == "Vatten avbrott nu"
