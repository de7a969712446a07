"""What reaches into what: drawn areas, and polygons and circles as CAP writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from hypothesis import assume
from hypothesis import given as generated
from hypothesis import settings as effort
from hypothesis import strategies as st

from notify.alerts import cells
from notify.intake.document import Circle
from notify.intake.geometry import Shape, circle, ring

AREAS = json.loads((Path(cells.__file__).parent / "data/boras/areas.geojson").read_text("utf-8"))
CITY = {feature["id"]: Shape.of(feature["geometry"]) for feature in AREAS["features"]}
LOCALITIES = [code for code in CITY if code != "1490"]
WITH_HOLE = Shape(
    [
        [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)],
        [(2, 2), (8, 2), (8, 8), (2, 8), (2, 2)],
    ]
)


def square(west: float, south: float, size: float = 1) -> Shape:
    east, north = west + size, south + size
    return Shape([[(west, south), (east, south), (east, north), (west, north), (west, south)]])


def test_each_area_of_a_city_reaches_into_itself_and_its_whole_and_into_no_neighbour() -> None:
    for code in LOCALITIES:
        assert [other for other in LOCALITIES if CITY[code].meets(CITY[other])] == [code]
        assert CITY[code].meets(CITY["1490"])
        assert CITY["1490"].meets(CITY[code])


@pytest.mark.parametrize(
    ("other", "meets"),
    [
        (square(0, 0), True),  # the very same
        (square(0.5, 0.5), True),
        (square(0.25, 0.25, 0.5), True),  # within
        (square(-1, -1, 3), True),  # around
        (square(1, 0), False),  # a border in common
        (square(1, 1), False),  # a corner in common
        (square(1.000001, 0), False),
        (square(3, 3), False),
        (Shape([[(0, 0), (1, 1), (1, 0), (0, 0)]]), True),  # its corners are corners of the square
        (Shape([[(-1, 0.4), (2, 0.4), (2, 0.6), (-1, 0.6), (-1, 0.4)]]), True),  # across it
        (Shape([[(0.5, 0.5)] * 4]), True),  # a single point
        (Shape([[(5.0, 0.5)] * 4]), False),
    ],
)
def test_what_only_touches_does_not_reach_in(other: Shape, *, meets: bool) -> None:
    assert square(0, 0).meets(other) is meets
    assert other.meets(square(0, 0)) is meets


def test_what_lies_in_a_hole_does_not_reach_in() -> None:
    assert not WITH_HOLE.meets(square(4, 4))
    assert not square(4, 4).meets(WITH_HOLE)
    assert not WITH_HOLE.meets(square(2, 2, 6))  # the hole itself
    assert WITH_HOLE.meets(square(1, 1, 2))
    assert WITH_HOLE.meets(square(-1, -1, 20))
    assert not WITH_HOLE.holds((5, 5))
    assert WITH_HOLE.holds((1, 1))


POINT = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda p: (p[0] / 4, p[1] / 4))


@effort(max_examples=30, deadline=None)
@generated(st.lists(POINT, min_size=3, max_size=5), st.lists(POINT, min_size=3, max_size=5))
def test_it_agrees_with_a_library_for_geometry(
    one: list[tuple[float, float]], other: list[tuple[float, float]]
) -> None:
    true = [shapely.Polygon(points) for points in (one, other)]
    assume(all(polygon.is_valid and polygon.area for polygon in true))
    first, second = (Shape([[*points, points[0]]]) for points in (one, other))
    assert first.meets(second) == (true[0].intersection(true[1]).area > 1e-9)


@pytest.mark.parametrize(
    ("centre", "radius", "reached"),
    [
        ((12.5, 57.5), 0, True),
        ((12.5, 57.5), 1000, True),
        ((13.5, 57.5), 28, False),  # half a degree of longitude is 29.9 km here
        ((13.5, 57.5), 31, True),
        ((12.5, 58.5), 55, False),  # half a degree of latitude is 55.7 km
        ((12.5, 58.5), 56, True),
        ((13, 57.5), 0, False),  # on the border
    ],
)
def test_a_circle_reaches_as_far_as_its_radius(
    centre: tuple[float, float], radius: float, *, reached: bool
) -> None:
    assert square(12, 57).reached_by(Circle(centre, radius)) is reached


def test_points_are_latitude_first_and_come_out_longitude_first() -> None:
    assert ring(" 57.5,12 57,13\n58,13 57.5,12 ") == ((12, 57.5), (13, 57), (13, 58), (12, 57.5))
    assert circle("57.7,12.9 1.5") == Circle((12.9, 57.7), 1.5)


@pytest.mark.parametrize("east", [-170, -179.9])
def test_what_is_drawn_across_180_degrees_is_refused_and_reaches_nobody_between(
    east: float,
) -> None:
    with pytest.raises(ValueError, match="180°"):
        ring(f"60,170 60,{east} 50,{east} 50,170 60,170")
    assert ring("60,-170 60,0 60,10 50,10 50,0 50,-170 60,-170")
