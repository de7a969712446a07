"""Our areas among those of a message: by code, by county, and by what is drawn."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from notify.alerts.models import Area
from notify.intake.document import Circle, Extent, Ring
from notify.intake.faults import Refused
from notify.intake.places import MOST_SHAPES, matches
from tests import given

pytestmark = pytest.mark.django_db


def outline(west: float, east: float) -> dict[str, Any]:
    return {
        "type": "Polygon",
        "coordinates": [[[west, 57], [east, 57], [east, 58], [west, 58], [west, 57]]],
    }


def box(west: float, east: float, south: float = 57.2, north: float = 57.8) -> Ring:
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


@pytest.fixture(autouse=True)
def city() -> dict[str, Area]:
    """Borås from 12 to 15 degrees, Äspered in the west of it, Fristad in the middle, nothing in the east."""
    areas = given.city()
    for name, (west, east) in {"Borås": (12, 15), "Äspered": (12, 13), "Fristad": (13, 14)}.items():
        areas[name].outline = outline(west, east)
        areas[name].save()
    return areas


def found(*extents: Extent) -> list[tuple[str, str]]:
    return [(match.area.name, match.by.value) for match in matches(extents).found]


@pytest.mark.parametrize(
    ("geocodes", "names"),
    [
        ([("Kommun", "1490")], [("Borås", "geocode")]),
        ([("kommunkod", "1490")], [("Borås", "geocode")]),
        ([("Tätort", "1490TB121")], [("Äspered", "geocode")]),
        ([("urn:notify:area", "1490TB121")], [("Äspered", "geocode")]),
        ([("Tätort", "1490TB121"), ("Tätort", "1490TB108")], [("Äspered", "geocode"), ("Fristad", "geocode")]),
        ([("Län", "14")], [("Borås", "county")]),
        ([("Land", "00")], [("Borås", "county")]),
        ([("Län", "12"), ("Kommun", "0180")], []),
        ([("SAME", "1490"), ("Kommun", "1490TB121"), ("Tätort", "1490")], []),  # other codes, or other ones' names
    ],
)  # fmt: skip
def test_a_code_names_its_area_and_a_county_its_municipalities(
    geocodes: list[tuple[str, str]], names: list[tuple[str, str]]
) -> None:
    assert found(Extent("x", geocodes=tuple(geocodes))) == names


def test_an_area_that_is_out_of_use_is_not_found(city: dict[str, Area]) -> None:
    city["Äspered"].active = False
    city["Äspered"].save()
    assert found(Extent("x", geocodes=(("Tätort", "1490TB121"),))) == []


@pytest.mark.parametrize(
    ("ring", "names"),
    [
        (box(12.2, 12.4), ["Äspered"]),
        (box(12.2, 13.4), ["Borås"]),  # all of its drawn parts
        (box(14.2, 14.4), ["Borås"]),  # none of its parts, yet in it
        (box(13.2, 14.4), ["Fristad"]),
        (box(11, 16, 56, 59), ["Borås"]),
        (box(12, 13, 57, 58), ["Äspered"]),
        (box(16, 17), []),
        (box(15, 16), []),
    ],
)
def test_a_polygon_reaches_the_smallest_areas_that_it_meets(ring: Ring, names: list[str]) -> None:
    assert found(Extent("x", polygons=(ring,))) == [(name, "polygon") for name in names]


def test_a_circle_does_so_too() -> None:
    assert found(Extent("x", circles=(Circle((12.5, 57.5), 1),))) == [("Äspered", "circle")]


def test_a_code_that_we_know_counts_before_what_is_drawn() -> None:
    both = Extent("x", polygons=(box(13.2, 13.4),), geocodes=(("Tätort", "1490TB121"),))
    assert found(both) == [("Äspered", "geocode")]
    unknown = Extent("x", polygons=(box(13.2, 13.4),), geocodes=(("EMMA_ID", "SE014"),))
    assert found(unknown) == [("Fristad", "polygon")]


def test_each_area_is_found_once() -> None:
    twice = [Extent("a", geocodes=(("Kommun", "1490"),)), Extent("b", polygons=(box(11, 16),))]
    assert found(*twice) == [("Borås", "geocode")]


@pytest.mark.parametrize(
    ("extent", "unclear"),
    [
        (Extent("Någonstans"), True),
        (Extent("x", geocodes=(("EMMA_ID", "SE014"),)), True),
        (Extent("x", geocodes=(("urn:notify:area", "nowhere"),)), True),
        (Extent("x", geocodes=(("Kommun", "0180"),)), False),
        (Extent("x", polygons=(box(16, 17),)), False),
        (Extent("x", geocodes=(("Kommun", "1490"),)), False),
    ],
)
def test_a_place_that_nobody_can_make_out_is_unclear(extent: Extent, *, unclear: bool) -> None:
    assert bool(matches([extent]).unclear) is unclear


@pytest.mark.parametrize(
    "extent",
    [
        Extent("x", circles=(Circle((12.5, 57.5), 1),) * (MOST_SHAPES + 1)),
        Extent("x", polygons=((*[(1.0, 1.0)] * 1999, (1.0, 1.0)),) * 3),
    ],
)
def test_how_much_is_drawn_has_bounds(extent: Extent) -> None:
    with pytest.raises(Refused):
        matches([extent])


def test_without_outlines_what_is_drawn_is_unclear() -> None:
    Area.objects.update(outline=None)
    assert matches([Extent("x", polygons=(box(12, 13),))]).unclear == ("x",)


def test_outlines_are_read_only_for_what_is_drawn(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        found(*[Extent("x", geocodes=(("Kommun", "1490"),))] * 5)
    with django_assert_num_queries(2):
        found(*[Extent("x", polygons=(box(12.2, 12.4),), geocodes=(("Kommun", "0180"),))] * 5)
