"""Borås's areas.geojson: what its cells promise to those who draw them or subscribe to them."""

import json
import math
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

import notify.alerts
from notify.alerts.cells import CellsError, cut, make, read_outline, read_places

BORAS = Path(notify.alerts.__file__).parent / "data" / "boras"
AREAS: dict[str, Any] = json.loads((BORAS / "areas.geojson").read_text(encoding="utf-8"))
MUNICIPALITY, *LOCALITIES = AREAS["features"]


def shape(feature: dict[str, Any]) -> BaseGeometry:
    return shapely.from_geojson(json.dumps(feature["geometry"]))


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The great-circle distance between two lon/lat points, worked out apart from the code under test."""
    (lon1, lat1), (lon2, lat2) = (tuple(map(math.radians, point)) for point in (a, b))
    east = math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    chord = math.sin((lat2 - lat1) / 2) ** 2 + east
    return 2 * 6_371_000 * math.asin(math.sqrt(chord))


def test_the_committed_file_is_what_its_sources_give_every_time() -> None:
    committed = (BORAS / "areas.geojson").read_text(encoding="utf-8")
    assert make(BORAS) == committed
    assert make(BORAS) == committed


def test_the_municipality_comes_first_and_every_locality_belongs_to_it() -> None:
    assert MUNICIPALITY["properties"]["code"] == "1490"
    assert MUNICIPALITY["properties"]["parent"] is None
    assert len(LOCALITIES) == 20
    assert {feature["properties"]["parent"] for feature in LOCALITIES} == {"1490"}
    assert len({feature["properties"]["code"] for feature in AREAS["features"]}) == 21


def test_the_file_says_what_the_cells_are_and_where_they_came_from() -> None:
    assert "not official boundaries" in AREAS["description"]
    assert "Statistics Sweden" in AREAS["source"]
    assert "MIT" in AREAS["licence"]


@pytest.mark.parametrize(
    "feature", AREAS["features"], ids=lambda feature: feature["properties"]["name"]
)
def test_each_polygon_is_valid_and_wound_as_rfc_7946_wants(feature: dict[str, Any]) -> None:
    polygon = shape(feature)
    assert polygon.is_valid
    for part in shapely.get_parts(polygon):
        assert part.exterior.is_ccw
        assert not any(hole.is_ccw for hole in part.interiors)


@pytest.mark.parametrize("feature", LOCALITIES, ids=lambda feature: feature["properties"]["name"])
def test_each_locality_lies_in_its_own_cell(feature: dict[str, Any]) -> None:
    point = shapely.Point(feature["properties"]["lon"], feature["properties"]["lat"])
    assert [other["id"] for other in LOCALITIES if shape(other).contains(point)] == [feature["id"]]


def test_the_cells_tile_the_municipality_without_gap_or_overlap() -> None:
    cells = [shape(feature) for feature in LOCALITIES]
    assert shapely.coverage_is_valid(cells)
    assert shapely.union_all(cells).equals(shape(MUNICIPALITY))
    assert all(one.intersection(other).area < 1e-12 for one, other in combinations(cells, 2))


def test_the_municipality_keeps_the_outline_it_was_given() -> None:
    given = read_outline(BORAS / "sources" / "outline.geojson").shape
    assert shape(MUNICIPALITY).symmetric_difference(given).area < 0.001 * given.area


def test_a_spot_belongs_to_the_locality_nearest_on_the_ground() -> None:
    west, south, east, north = shape(MUNICIPALITY).bounds
    asked = 0
    for column in range(40):
        for row in range(40):
            spot = (west + (east - west) * column / 40, south + (north - south) * row / 40)
            for feature in LOCALITIES:
                if shape(feature).contains(shapely.Point(spot)):
                    words = [other["properties"] for other in LOCALITIES]
                    away = {
                        each["code"]: metres(spot, (each["lon"], each["lat"])) for each in words
                    }
                    # The plane is off by at most 1 % over a municipality.
                    assert away[feature["id"]] <= min(away.values()) * 1.01
                    asked += 1
    assert asked > 500


def test_a_place_outside_the_outline_is_refused_by_its_point() -> None:
    outline = read_outline(BORAS / "sources" / "outline.geojson").shape
    with pytest.raises(CellsError, match=r"18\.07, 59\.33 lies outside the outline"):
        cut(outline, [(12.94503, 57.72826), (18.07, 59.33)])


def test_a_table_without_its_columns_is_refused_by_name(tmp_path: Path) -> None:
    table = tmp_path / "localities.csv"
    table.write_text("code,name\n1,Ett\n", encoding="utf-8")
    with pytest.raises(CellsError, match=r"localities\.csv needs the columns"):
        read_places(table)


def test_an_outline_that_is_not_a_feature_is_refused_by_name(tmp_path: Path) -> None:
    outline = tmp_path / "outline.geojson"
    outline.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    with pytest.raises(CellsError, match=r"outline\.geojson needs a GeoJSON Feature"):
        read_outline(outline)
