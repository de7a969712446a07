"""Cut a municipality into one cell for each of its localities: the part of it nearest to that locality.

No open data says where the people of one locality end and those of the next begin, and an address
between two of them must still belong somewhere. So these cells are a stand-in, not official
boundaries, and the file that they are written to says so. Used when the areas' file is made
(``script/make-areas``), never while the system runs: shapely is in the development requirements only.
"""

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

# A degree of latitude. The earth's flattening changes it by under 1 %, alike for every place here.
METRES_PER_DEGREE = 111_320.0
# An outline finer than this costs every visitor bytes and shows nothing more on a map of a municipality.
TOLERANCE_METRES = 40.0
# Five decimals are about a metre, and the most that an outline deserves.
DECIMALS = 5

DESCRIPTION = (
    "The municipality and its localities. Each locality's polygon is the part of the municipality that "
    "is nearer to that locality's point than to any other's (a Voronoi cell). These polygons are not "
    "official boundaries."
)


class CellsError(ValueError):
    """The sources cannot be made into areas; the message says which place or file, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Place:
    """A locality: its code, name, population and WGS 84 point in degrees."""

    code: str
    name: str
    population: int
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Outline:
    """The municipality: its code and name, its polygon (WGS 84 lon/lat degrees), and whose that is."""

    code: str
    name: str
    source: str
    licence: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Plane:
    """A local equirectangular plane in metres, in which nearest means nearest on the ground.

    In raw degrees a step east counts as much as a step north, although at 58° N it is half as long.
    Over the 40 km of a municipality the width of a degree of longitude changes by about 1 %.
    """

    lon: float
    lat: float

    @property
    def _scale(self) -> tuple[float, float]:
        return METRES_PER_DEGREE * math.cos(math.radians(self.lat)), METRES_PER_DEGREE

    def from_degrees(self, shape: BaseGeometry) -> BaseGeometry:
        """The shape with lon/lat degrees turned into metres east and north of the plane's origin."""
        return shapely.transform(
            shape, lambda points: (points - (self.lon, self.lat)) * self._scale
        )

    def to_degrees(self, shape: BaseGeometry) -> BaseGeometry:
        """The reverse of ``from_degrees``, rounded to ``DECIMALS``."""
        return shapely.transform(
            shape, lambda points: (points / self._scale + (self.lon, self.lat)).round(DECIMALS)
        )


def cut(outline: BaseGeometry, points: Sequence[tuple[float, float]]) -> list[BaseGeometry]:
    """One cell for each lon/lat point, in the points' order, that together tile the simplified outline.

    Neighbours share every vertex of their common border, so rounding opens no gap. Raises
    ``CellsError`` if a point lies outside its cell (which means outside the outline) or if the
    rounded cells do not fit together.
    """
    plane = Plane(*outline.centroid.coords[0])
    ground = plane.from_degrees(outline).simplify(TOLERANCE_METRES)
    sites = plane.from_degrees(shapely.MultiPoint(points))
    nearest = shapely.voronoi_polygons(sites, extend_to=ground, ordered=True)
    cells = [plane.to_degrees(ground.intersection(cell)) for cell in shapely.get_parts(nearest)]
    if not all(cell.is_valid for cell in cells) or not shapely.coverage_is_valid(cells):
        raise CellsError(
            "The cells do not fit together: two places are too close, or the outline is invalid."
        )
    for point, cell in zip(points, cells, strict=True):
        if not cell.contains(shapely.Point(point)):
            raise CellsError(
                f"The point {point[0]}, {point[1]} lies outside the outline: check its lon and lat."
            )
    return cells


def read_places(path: Path) -> tuple[list[Place], str]:
    """The places of a UTF-8 CSV, and the text of its # comments, which say its source.

    Its columns are code, name, population, lon and lat. Raises ``CellsError`` where one is missing.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    source = " ".join(line.lstrip("# ") for line in lines if line.startswith("#"))
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    try:
        places = [
            Place(
                row["code"],
                row["name"],
                int(row["population"]),
                float(row["lon"]),
                float(row["lat"]),
            )
            for row in rows
        ]
    except (KeyError, TypeError, ValueError) as error:
        needs = "the columns code, name, population, lon and lat, all filled in"
        raise CellsError(f"{path.name} needs {needs} ({error}).") from None
    return places, source


def read_outline(path: Path) -> Outline:
    """The outline of a GeoJSON Feature with the properties code, name, source and licence.

    Raises ``CellsError`` where one of them is missing.
    """
    try:
        feature = json.loads(path.read_text(encoding="utf-8"))
        words = [str(feature["properties"][key]) for key in ("code", "name", "source", "licence")]
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    except (KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        needs = "a GeoJSON Feature with code, name, source and licence"
        raise CellsError(f"{path.name} needs {needs} ({error}).") from None
    return Outline(words[0], words[1], words[2], words[3], shape)


def render(outline: Outline, places: Sequence[Place], places_source: str) -> str:
    """The areas' GeoJSON (RFC 7946): the municipality first, then its places, one feature to a line.

    The same sources give the same bytes. The municipality is the union of its cells, so that it has
    exactly their outer border. What stands before the features are foreign members, which RFC 7946
    section 6.1 allows.
    """
    cells = cut(outline.shape, [(place.lon, place.lat) for place in places])
    whole = shapely.coverage_union_all(cells)
    head = {"code": outline.code, "name": outline.name, "kind": "municipality", "parent": None}
    features = [_feature(head | {"population": None, "lon": None, "lat": None}, whole)]
    for place, cell in zip(places, cells, strict=True):
        words = {"code": place.code, "name": place.name, "kind": "locality", "parent": outline.code}
        features.append(
            _feature(
                words | {"population": place.population, "lon": place.lon, "lat": place.lat}, cell
            )
        )
    members = {
        "type": "FeatureCollection",
        "description": DESCRIPTION,
        "source": f"Outline: {outline.source}. Localities: {places_source}",
        "licence": outline.licence,
    }
    opening = "".join(
        f"{json.dumps(key)}: {json.dumps(text, ensure_ascii=False)},\n"
        for key, text in members.items()
    )
    return "{\n" + opening + '"features": [\n' + ",\n".join(features) + "\n]\n}\n"


def make(folder: Path) -> str:
    """The areas' GeoJSON from ``sources/outline.geojson`` and ``sources/localities.csv`` in ``folder``."""
    places, source = read_places(folder / "sources" / "localities.csv")
    return render(read_outline(folder / "sources" / "outline.geojson"), places, source)


def _feature(properties: dict[str, Any], shape: BaseGeometry) -> str:
    # Normalising fixes where each ring starts; RFC 7946 section 3.1.6 wants outer rings counter-clockwise.
    tidy = shapely.orient_polygons(shapely.normalize(shape))
    geometry = json.loads(shapely.to_geojson(tidy))
    feature = {
        "type": "Feature",
        "id": properties["code"],
        "properties": properties,
        "geometry": geometry,
    }
    return json.dumps(feature, ensure_ascii=False)
