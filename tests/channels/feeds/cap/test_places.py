from __future__ import annotations

import re

import pytest
from hypothesis import given as generated
from hypothesis import settings as effort
from hypothesis import strategies as st

from notify.channels.feeds.cap.places import geocode, polygons

RING = [[12.0, 57.0], [13.0, 57.0], [13.0, 58.0], [12.0, 57.0]]
HOLE = [[12.5, 57.2], [12.6, 57.2], [12.6, 57.3], [12.5, 57.2]]
SHIFTED = [[lon + 2, lat + 1] for lon, lat in RING]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("1490", "Kommun"),
        ("1490TB121", "Tätort"),
        ("1490TC104", "Tätort"),
        ("exempelby", "urn:notify:area"),
        ("14901", "urn:notify:area"),
    ],
)
def test_a_code_is_called_by_whose_it_is(code: str, name: str) -> None:
    assert geocode(code) == (name, code)


def test_an_outline_is_turned_to_lat_lon_and_stays_closed() -> None:
    outline = {"type": "Polygon", "coordinates": [RING]}
    assert list(polygons(outline)) == ["57,12 57,13 58,13 57,12"]


def test_holes_are_left_out() -> None:
    with_hole = {"type": "Polygon", "coordinates": [RING, HOLE]}
    assert list(polygons(with_hole)) == list(polygons({**with_hole, "coordinates": [RING]}))


def test_each_part_of_a_multipolygon_is_a_polygon() -> None:
    outline = {"type": "MultiPolygon", "coordinates": [[RING, HOLE], [SHIFTED]]}
    assert list(polygons(outline)) == ["57,12 57,13 58,13 57,12", "58,14 58,15 59,15 58,14"]


def test_a_place_without_an_outline_has_no_polygon() -> None:
    assert list(polygons(None)) == []


DEGREES = st.floats(-180, 180, allow_nan=False)


@effort(max_examples=40)
@generated(st.lists(st.tuples(DEGREES, DEGREES, st.just(7.0)), min_size=3, max_size=9))
def test_numbers_are_plain_with_six_decimals_at_most(points: list[tuple[float, ...]]) -> None:
    (text,) = polygons({"type": "Polygon", "coordinates": [[*points, points[0]]]})
    pairs = text.split(" ")
    assert pairs[0] == pairs[-1]
    number = r"(?!-0(,|$))-?\d{1,3}(\.\d{0,5}[1-9])?"
    for pair, (lon, lat, _altitude) in zip(pairs, points, strict=False):
        assert re.fullmatch(f"{number},{number}", pair)
        assert [float(part) for part in pair.split(",")] == pytest.approx([lat, lon], abs=1e-6)
