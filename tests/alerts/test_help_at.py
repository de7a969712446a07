"""Where help is to be had: how the lines are kept, what is refused, and what stands above them."""

from __future__ import annotations

import pytest
from django.utils import translation

from notify.alerts.help_at import LONGEST_LINE, MOST, frozen_help, help_heading, help_objections


def objected(*lines: str, ending: bool = False) -> list[str]:
    with translation.override("en"):
        return list(help_objections(lines, ending=ending))


def test_the_lines_are_kept_tidy_in_their_order_and_each_once() -> None:
    typed = ["  Äspereds \t skola\r\n", "", " \x00 ", "Torget", "äspereds SKOLA", "Torget, 8–20"]

    assert frozen_help(typed) == ["Äspereds skola", "Torget", "Torget, 8–20"]
    assert frozen_help(frozen_help(typed)) == frozen_help(typed)


def test_as_many_and_as_long_as_can_be_read_are_said() -> None:
    longest = "x" * LONGEST_LINE

    assert objected(*(f"{number}" for number in range(MOST))) == []
    assert objected(longest) == []
    assert objected(*(f"{number}" for number in range(MOST + 1))) == [
        "There are 13 places; at most 12 fit."
    ]
    assert objected("Torget", longest + "x") == [
        f"“{'x' * 30}…” is 121 characters long; at most 120 fit."
    ]


def test_nobody_is_sent_anywhere_when_it_is_over() -> None:
    assert objected(ending=True) == []
    assert len(objected("Torget", ending=True)) == 1


@pytest.mark.parametrize(
    ("service", "swedish", "english"),
    [
        ("water", "Här kan du hämta dricksvatten", "Here you can fetch drinking water"),
        ("heating", "Här kan du värma dig", "Here you can get warm"),
        ("roads", "Här kan du få hjälp", "Here you can get help"),
    ],
)
def test_the_heading_says_what_the_help_is(service: str, swedish: str, english: str) -> None:
    with translation.override("sv"):
        assert str(help_heading(service)) == swedish
    with translation.override("en"):
        assert str(help_heading(service)) == english
