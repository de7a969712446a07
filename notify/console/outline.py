"""The map beside the list of areas: their outlines as SVG, without tiles and without a library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import cos, radians
from typing import Any

from notify.alerts.models import Area

WIDTH = 600.0
"""Of the drawing, in its own units; the page scales it."""
MARGIN = 6.0
LETTER, LINE = 8.5, 18.0
"""How wide a letter and how high a line of a name is at most, with the room around it."""
GAP = 7.0
"""Between a dot and its name."""

Ring = Sequence[Sequence[float]]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """A name beside a dot: where its base line begins, ends or has its middle (SVG text-anchor)."""

    x: float
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One area as an SVG path. x, y: where its point and its name go, or None without a point.

    frame: other areas lie in it, so that it is drawn as a border and cannot be clicked.
    label: where its name goes; named: there is room for it there beside the others.
    """

    code: str
    name: str
    path: str
    frame: bool
    x: float | None
    y: float | None
    label: Label | None = None
    named: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """The drawing: frames first, so that what lies in them is on top."""

    width: float
    height: float
    shapes: list[Shape]

    @property
    def view_box(self) -> str:
        """For the ``viewBox`` of the ``<svg>``."""
        return f"0 0 {self.width:g} {self.height:g}"


@dataclass(frozen=True, slots=True)
class Projection:
    """Equirectangular, true at ``latitude``: fine for a city, wrong for a continent."""

    west: float
    north: float
    latitude: float
    scale: float

    def __call__(self, lon: float, lat: float) -> tuple[float, float]:
        """The place on the drawing, to a tenth of a unit."""
        x = (lon - self.west) * cos(radians(self.latitude)) * self.scale + MARGIN
        y = (self.north - lat) * self.scale + MARGIN
        return round(x, 1), round(y, 1)


def draw(areas: Sequence[Area]) -> Outline | None:
    """The outlines of the areas that have one, or None if none has."""
    drawn = [area for area in areas if any(rings(area.outline))]
    points = [point for area in drawn for ring in rings(area.outline) for point in ring]
    if not points:
        return None
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    latitude = (min(lats) + max(lats)) / 2
    breadth = (max(lons) - min(lons)) * cos(radians(latitude))
    if not breadth:
        return None
    project = Projection(min(lons), max(lats), latitude, (WIDTH - 2 * MARGIN) / breadth)
    height = round((max(lats) - min(lats)) * project.scale + 2 * MARGIN, 1)
    parents = {area.parent_id for area in areas if area.parent_id}
    # The most people first: theirs are the names that are looked for.
    drawn.sort(key=lambda area: -(area.population or 0))
    shapes = _name([_shape(area, project, frame=area.pk in parents) for area in drawn])
    return Outline(WIDTH, height, sorted(shapes, key=lambda shape: not shape.frame))


def rings(geometry: Any) -> Iterator[Ring]:
    """Every ring of a GeoJSON Polygon or MultiPolygon (RFC 7946, 3.1.6); of anything else, none."""
    if not isinstance(geometry, dict):
        return
    if geometry.get("type") == "Polygon":
        yield from geometry["coordinates"]
    elif geometry.get("type") == "MultiPolygon":
        for polygon in geometry["coordinates"]:
            yield from polygon


def _name(shapes: Sequence[Shape]) -> list[Shape]:
    """The shapes, each name on the first side of its dot where it covers no dot and no earlier name.

    A name without such a side goes above its dot, to be shown when the place is pointed at.
    """
    taken = [
        (shape.x - GAP / 2, shape.y - GAP / 2, shape.x + GAP / 2, shape.y + GAP / 2)
        for shape in shapes
        if shape.x is not None and shape.y is not None and not shape.frame
    ]
    done = []
    for shape in shapes:
        if shape.x is None or shape.y is None or shape.frame:
            done.append(shape)
            continue
        sides = list(_sides(shape.name, shape.x, shape.y))
        free = [side for side in sides if _fits(side[1], taken)]
        taken += [box for _label, box in free[:1]]
        done.append(replace(shape, label=(free or sides)[0][0], named=bool(free)))
    return done


def _sides(name: str, x: float, y: float) -> Iterator[tuple[Label, Box]]:
    """Above, right, left and below the dot: where the name goes, and the room it takes there."""
    width = len(name) * LETTER
    for left, base, anchor in (
        (x - width / 2, y - GAP, "middle"),
        (x + GAP, y + LINE / 4, "start"),
        (x - GAP - width, y + LINE / 4, "end"),
        (x - width / 2, y + GAP + LINE * 3 / 4, "middle"),
    ):
        at = {"middle": x, "start": left, "end": left + width}[anchor]
        yield (
            Label(round(at, 1), round(base, 1), anchor),
            (left, base - LINE * 3 / 4, left + width, base + LINE / 4),
        )


def _fits(box: Box, taken: Sequence[Box]) -> bool:
    on_the_map = box[0] > 0 and box[2] < WIDTH
    return on_the_map and not any(_overlap(box, one) for one in taken)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _shape(area: Area, project: Projection, *, frame: bool) -> Shape:
    path = "".join(_ring(ring, project) for ring in rings(area.outline))
    x, y = (None, None) if area.lon is None or area.lat is None else project(area.lon, area.lat)
    return Shape(area.code, area.name, path, frame, x, y)


def _ring(ring: Ring, project: Projection) -> str:
    # The last point repeats the first (RFC 7946, 3.1.6); Z closes the path instead.
    corners = (project(point[0], point[1]) for point in ring[:-1])
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in corners) + "Z"
