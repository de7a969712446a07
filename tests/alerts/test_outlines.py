"""What lies in an outline."""

from __future__ import annotations

from typing import Any

import pytest

from notify.alerts.outlines import holds
from tests.given import square

RING_WITH_A_HOLE = {
    "type": "Polygon",
    "coordinates": [square(0, 0, 10)["coordinates"][0], square(4, 4, 2)["coordinates"][0]],
}
TWO_ISLANDS = {
    "type": "MultiPolygon",
    "coordinates": [square(0, 0, 1)["coordinates"], square(5, 5, 1)["coordinates"]],
}
# Like a U: the middle of what surrounds it is outside.
BAY = {
    "type": "Polygon",
    "coordinates": [[[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3], [0, 0]]],
}


@pytest.mark.parametrize(
    ("outline", "lon", "lat", "inside"),
    [
        (RING_WITH_A_HOLE, 2, 2, True),
        (RING_WITH_A_HOLE, 5, 5, False),
        (RING_WITH_A_HOLE, -1, 5, False),
        (RING_WITH_A_HOLE, 11, 5, False),
        (RING_WITH_A_HOLE, 5, 11, False),
        (TWO_ISLANDS, 0.5, 0.5, True),
        (TWO_ISLANDS, 5.5, 5.5, True),
        (TWO_ISLANDS, 3, 3, False),
        (BAY, 0.5, 2, True),
        (BAY, 2.5, 2, True),
        (BAY, 1.5, 2, False),
        (BAY, 1.5, 0.5, True),
        ({"type": "Point", "coordinates": [1, 1]}, 1, 1, False),
    ],
)
def test_an_outline_holds_what_lies_in_it(
    outline: dict[str, Any], lon: float, lat: float, inside: bool
) -> None:
    assert holds(outline, lon, lat) is inside


def test_a_place_on_a_common_border_lies_in_exactly_one() -> None:
    west, east = square(0, 0, 1), square(1, 0, 1)

    assert [holds(west, 1, 0.5), holds(east, 1, 0.5)].count(True) == 1
