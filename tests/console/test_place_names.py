"""Areas as part of a sentence."""

from __future__ import annotations

import pytest

from notify.alerts.models import Area
from notify.console.place_names import name_places, phrase, topmost


def area(name: str, path: str, kind: str = "locality") -> Area:
    return Area(name=name, path=path, code=path.strip("/").rpartition("/")[2], kind=kind)


BORÅS = area("Borås", "/1490/", "municipality")
PLACES = [area(name, f"/1490/{name}/") for name in ("Aplared", "Bosnäs", "Dannike", "Fristad")]
FIFTH = area("Äspered", "/1490/Äspered/")


@pytest.mark.parametrize(
    ("areas", "swedish", "english"),
    [
        ([], "", ""),
        (PLACES[:1], "Aplared", "Aplared"),
        (PLACES[:2], "Aplared och Bosnäs", "Aplared and Bosnäs"),
        (PLACES[:3], "Aplared, Bosnäs och Dannike", "Aplared, Bosnäs and Dannike"),
        (PLACES, "Aplared, Bosnäs, Dannike och Fristad", "Aplared, Bosnäs, Dannike and Fristad"),
        (
            [*PLACES, FIFTH],
            "Aplared, Bosnäs, Dannike och 2 områden till",
            "Aplared, Bosnäs, Dannike and 2 more areas",
        ),
        ([BORÅS], "hela Borås", "all of Borås"),
    ],
)
def test_names_are_joined_as_the_language_does(
    areas: list[Area], swedish: str, english: str
) -> None:
    assert phrase(areas, "sv") == swedish
    assert phrase(areas, "en") == english


def test_what_lies_in_another_chosen_area_is_not_named_again() -> None:
    elsewhere = area("Ulricehamn", "/1491/", "municipality")
    assert topmost([*PLACES, elsewhere, BORÅS]) == [BORÅS, elsewhere]


def test_a_code_that_begins_like_another_is_another_area() -> None:
    assert len(topmost([area("A", "/1/"), area("B", "/12/")])) == 2


def test_each_text_names_them_in_its_own_language() -> None:
    words = {"sv": {"headline": "Avbrott i {areas}"}, "en": {"headline": "Outage in {areas}"}}
    named = name_places(words, PLACES[:2])
    assert named["sv"]["headline"] == "Avbrott i Aplared och Bosnäs"
    assert named["en"]["headline"] == "Outage in Aplared and Bosnäs"
