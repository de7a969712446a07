"""The map beside the list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from notify.alerts.models import Area
from notify.console.outline import WIDTH, draw, rings

SQUARE = [[12.0, 57.0], [13.0, 57.0], [13.0, 58.0], [12.0, 58.0], [12.0, 57.0]]
HOLE = [[12.4, 57.4], [12.6, 57.4], [12.6, 57.6], [12.4, 57.4]]
BORÅS = Path(settings.BASE_DIR) / "notify" / "alerts" / "data" / "boras"


def area(code: str = "a", outline: object = None, **fields: object) -> Area:
    return Area(code=code, name=code.upper(), outline=outline, **fields)


def polygon(*parts: list[list[float]]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(parts)}


def test_without_outlines_there_is_no_map() -> None:
    assert draw([]) is None
    assert draw([area(), area("b", outline={})]) is None


@pytest.mark.parametrize("geometry", [None, 7, {}, {"type": "Point", "coordinates": [1, 2]}])
def test_other_geometries_have_no_rings(geometry: object) -> None:
    assert list(rings(geometry)) == []


def test_a_line_is_no_map() -> None:
    assert draw([area(outline=polygon([[12.0, 57.0], [12.0, 58.0], [12.0, 57.0]]))]) is None


def test_north_is_up_and_shapes_keep_their_proportions() -> None:
    drawing = draw([area(outline=polygon(SQUARE))])
    assert drawing is not None
    # A degree of longitude is half as long as one of latitude at 57.5° north.
    assert drawing.height / drawing.width == pytest.approx(1.86, abs=0.02)
    south_west, _east, _corner, north_west = corners(drawing.shapes[0].path)
    assert south_west[1] > north_west[1]
    assert south_west[0] == north_west[0]


def test_holes_and_islands_are_one_path() -> None:
    island = [[14.0, 57.0], [14.1, 57.0], [14.1, 57.1], [14.0, 57.0]]
    both = {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [island]]}
    drawing = draw([area(outline=both)])
    assert drawing is not None
    assert drawing.shapes[0].path.count("M") == 3
    assert drawing.shapes[0].path.count("Z") == 3


def test_neighbours_names_go_to_different_sides_of_their_dots() -> None:
    town = area("town", polygon(SQUARE), lon=12.5, lat=57.5, population=9000)
    hamlet = area("hamlet", polygon(SQUARE), lon=12.51, lat=57.5, population=200)
    drawing = draw([hamlet, town])
    assert drawing is not None
    sides = {shape.code: shape.label and shape.label.anchor for shape in drawing.shapes}
    assert all(shape.named for shape in drawing.shapes)
    assert sides["town"] != sides["hamlet"]


def test_in_a_crowd_the_smallest_place_shows_its_name_only_when_pointed_at() -> None:
    crowd = [
        area(f"place{n}", polygon(SQUARE), lon=12.5, lat=57.5 + n / 1000, population=100 - n)
        for n in range(9)
    ]
    drawing = draw(crowd)
    assert drawing is not None
    named = {shape.code: shape.named for shape in drawing.shapes}
    assert (named["place0"], named["place8"]) == (True, False)


@pytest.mark.django_db
def test_borås_is_drawn_with_its_border_behind_its_places() -> None:
    call_command("load_city", str(BORÅS), verbosity=0)
    drawing = draw(list(Area.objects.all()))
    assert drawing is not None
    assert len(drawing.shapes) == 21
    assert [shape.frame for shape in drawing.shapes[:2]] == [True, False]
    assert all(shape.named for shape in drawing.shapes if not shape.frame)
    for shape in drawing.shapes:
        for x, y in corners(shape.path):
            assert 0 <= x <= WIDTH
            assert 0 <= y <= drawing.height


def corners(path: str) -> list[tuple[float, float]]:
    numbers = [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))
