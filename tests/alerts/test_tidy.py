"""What was typed, as it can be published."""

from __future__ import annotations

from notify.alerts import tidy


def test_a_text_keeps_its_lines_and_loses_what_cannot_be_published() -> None:
    assert tidy.text("  rad 1\r\nrad  2\rrad 3\x00\f\ud800\n") == "rad 1\nrad  2\nrad 3"


def test_a_line_is_one_line_with_single_spaces() -> None:
    assert tidy.line("  Vatten\r\navbrott \t nu ") == "Vatten avbrott nu"
