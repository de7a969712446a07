"""The areas as a list to choose from."""

from __future__ import annotations

import pytest

from notify.alerts.models import Area
from notify.console.area_list import grouped

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> list[Area]:
    """Two municipalities and their places."""
    made = []
    for code, name, places in (
        ("1490", "Borås", ["Äspered", "Öresten", "Aplared", "Ålgården"]),
        ("1484", "Lerum", ["Floda"]),
    ):
        root = Area.objects.create(code=code, name=name, kind="municipality")
        made.append(root)
        made += [Area.objects.create(code=f"{code}-{p[:2]}", name=p, parent=root) for p in places]
    return made


def test_they_stand_by_municipality_in_the_alphabets_order(region: list[Area]) -> None:
    groups = grouped(region, chosen=(), held=())
    assert [group.name for group in groups] == ["Borås", "Lerum"]
    names = [choice.name for choice in groups[0].choices]
    assert names == ["Borås", "Aplared", "Ålgården", "Äspered", "Öresten"]
    assert groups[0].choices[0].whole


def test_what_is_chosen_and_held_is_marked(region: list[Area]) -> None:
    choices = grouped(region, chosen={"1484"}, held={"1484-Fl"})[1].choices
    assert [(one.chosen, one.held) for one in choices] == [(True, False), (False, True)]


def test_a_place_whose_municipality_is_not_listed_stands_by_itself(region: list[Area]) -> None:
    floda = region[-1]
    assert [group.name for group in grouped([floda], chosen=(), held=())] == ["Floda"]
