from __future__ import annotations

from hypothesis import given as example
from hypothesis import settings
from hypothesis import strategies as st
from shapely.geometry import shape

from notify.channels.feeds.geometry import georss, joined, outermost
from tests.channels.feeds.feeding import SQUARE, square
from tests.channels.notices import BORÅS, FRISTAD, ÄSPERED

CLOCKWISE = {"type": "Polygon", "coordinates": [SQUARE["coordinates"][0][::-1]]}
HOLE = [[13.1, 57.1], [13.2, 57.1], [13.2, 57.2], [13.1, 57.2], [13.1, 57.1]]


def test_a_part_is_not_drawn_on_top_of_what_it_is_part_of() -> None:
    assert outermost([BORÅS, ÄSPERED]) == [BORÅS]
    assert outermost([ÄSPERED, FRISTAD]) == [ÄSPERED, FRISTAD]
    assert outermost([ÄSPERED]) == [ÄSPERED]


def test_no_outline_is_no_geometry() -> None:
    assert joined([]) is None


def test_one_polygon_stays_one_and_several_become_one_geometry() -> None:
    assert joined([SQUARE]) == SQUARE
    both = joined([SQUARE, {"type": "MultiPolygon", "coordinates": [square(14), square(15)]}])
    assert both is not None
    assert both["type"] == "MultiPolygon"
    assert both["coordinates"] == [square(13), square(14), square(15)]


def test_rings_are_turned_the_right_way() -> None:
    assert joined([CLOCKWISE]) == SQUARE
    holed = joined([{"type": "Polygon", "coordinates": [*SQUARE["coordinates"], HOLE]}])
    assert holed is not None
    assert holed["coordinates"] == [*SQUARE["coordinates"], HOLE[::-1]]


@settings(max_examples=30, deadline=None)
@example(st.lists(st.tuples(st.floats(-60, 60), st.floats(-60, 60)), min_size=3, max_size=8))
def test_shapely_agrees_which_way_is_against_the_clock(corners: list[tuple[float, float]]) -> None:
    ring = [[lon, lat] for lon, lat in (*corners, corners[0])]
    turned = joined([{"type": "Polygon", "coordinates": [ring]}])
    exterior = shape(turned).exterior
    if shape(turned).is_valid and shape(turned).area > 1e-6:
        assert exterior.is_ccw


def test_georss_says_lat_before_lon_and_a_box_around_several_parts() -> None:
    assert georss(SQUARE) == ("polygon", "57 13 57 13.5 57.5 13.5 57.5 13 57 13")
    both = joined([SQUARE, {"type": "Polygon", "coordinates": square(15)}])
    assert both is not None
    assert georss(both) == ("box", "57 13 57.5 15.5")


def test_georss_never_writes_an_exponent() -> None:
    tiny = [[0.00001, 0.0000001], [1, 0], [1, 1], [0.00001, 0.0000001]]
    assert georss({"type": "Polygon", "coordinates": [tiny]})[1].startswith("0 0.00001 ")
