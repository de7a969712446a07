"""CAP's polygons and circles, and whether they reach into an outline.

What only touches does not reach in: neighbouring areas share their border, and a message about one
of them is none about the other. Within ``NEAR`` of a border counts as on it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from notify.intake.document import Circle, Point, Ring

NEAR = 2e-6
"""Degrees: some 0.2 m. CAP and our outlines are written with five or six decimals."""
KILOMETRES = 111.32
"""Of one degree of latitude."""
CORNERS = 2_000
"""How many a polygon may have: each is compared with every outline that it comes near."""
FURTHEST = 20_040.0
"""Kilometres: half way round the earth."""
HALF_WAY = 180.0
"""Degrees of longitude: a longer side may mean the way round the other side, which is drawn across 180°."""
Edge = tuple[Point, Point]
Box = tuple[float, float, float, float]
_NUMBER = r"[+-]?\d{1,3}(?:\.\d{1,20})?"
_PAIR = re.compile(rf"({_NUMBER}),({_NUMBER})")
_RADIUS = re.compile(r"\d{1,5}(?:\.\d{1,20})?")


def ring(text: str) -> Ring:
    """CAP's ``polygon``, "lat,lon lat,lon …". Raises ValueError with a sentence."""
    written = text.split()
    if len(written) > CORNERS:
        raise ValueError(_("A polygon has at most %(most)d corners here.") % {"most": CORNERS})
    points = tuple(map(_point, written))
    if len(points) < 4 or points[0] != points[-1]:
        raise ValueError(
            _("A polygon needs at least four points, the last one the same as the first.")
        )
    if any(abs(one[0] - other[0]) > HALF_WAY for one, other in pairwise(points)):
        sentence = _("A side of a polygon goes more than half way round the earth: cut it at 180°.")
        raise ValueError(sentence)
    return points


def circle(text: str) -> Circle:
    """CAP's ``circle``, "lat,lon radius" in kilometres. Raises ValueError with a sentence."""
    centre, _space, radius = text.strip().partition(" ")
    if not _RADIUS.fullmatch(radius) or float(radius) > FURTHEST:
        raise ValueError(_("A circle is a point and a radius in kilometres, as 57.7,12.9 1.5."))
    return Circle(_point(centre), float(radius))


def _point(pair: str) -> Point:
    match = _PAIR.fullmatch(pair)
    lat, lon = (float(match[1]), float(match[2])) if match else (math.nan, math.nan)
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        sentence = _("“%(pair)s” is no point: write latitude,longitude in degrees, as 57.7,12.9.")
        raise ValueError(sentence % {"pair": pair[:40]})
    return lon, lat


class Shape:
    """The parts of an outline, each with its holes; or a polygon of CAP's."""

    def __init__(self, rings: Sequence[Sequence[Point]]) -> None:
        self.rings = [ring for ring in rings if ring]
        self._edges: list[Edge] = [edge for ring in self.rings for edge in pairwise(ring)]
        self.box = _box([point for ring in self.rings for point in ring])

    @classmethod
    def of(cls, outline: Mapping[str, Any]) -> Shape:
        """The shape of a GeoJSON Polygon or MultiPolygon."""
        coordinates = outline["coordinates"]
        polygons = coordinates if outline["type"] == "MultiPolygon" else [coordinates]
        return cls([[(p[0], p[1]) for p in ring] for rings in polygons for ring in rings])

    def meets(self, other: Shape) -> bool:
        """Whether they have ground in common."""
        if not _boxes_meet(self.box, other.box):
            return False
        mine, its = list(self._within(other.box)), list(other._within(self.box))
        return (
            any(_cross(one, another) for one in mine for another in its)
            or any(map(other.holds, _marks(mine)))
            or any(map(self.holds, _marks(its)))
            or any(map(other.holds, self._inner()))
            or any(map(self.holds, other._inner()))
        )

    def reached_by(self, circle: Circle) -> bool:
        """Whether a circle reaches into it. On a plane, which over some 100 km is right within a percent."""
        if self.holds(circle.centre):
            return True
        lon, lat = circle.centre
        scale = math.cos(math.radians(lat)) * KILOMETRES
        flat = [
            (
                ((a[0] - lon) * scale, (a[1] - lat) * KILOMETRES),
                ((b[0] - lon) * scale, (b[1] - lat) * KILOMETRES),
            )
            for a, b in self._edges
        ]
        return any(_distance((0.0, 0.0), edge) < circle.radius for edge in flat)

    def holds(self, point: Point) -> bool:
        """Whether the point lies in it, and not on its border."""
        x, y = point
        west, south, east, north = self.box
        if not (west <= x <= east and south <= y <= north):
            return False
        within = False
        for (ax, ay), (bx, by) in self._edges:
            if (
                min(ay, by) - NEAR <= y <= max(ay, by) + NEAR
                and _distance(point, ((ax, ay), (bx, by))) <= NEAR
            ):
                return False
            if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
                within = not within
        return within

    def _within(self, box: Box) -> Iterator[Edge]:
        return (edge for edge in self._edges if _boxes_meet(_box(edge), box))

    def _inner(self) -> Iterator[Point]:
        """A point well inside of each part, for shapes whose corners all lie on each other's borders."""
        return filter(self.holds, filter(None, map(_middle, self.rings)))


def _middle(ring: Sequence[Point]) -> Point | None:
    """The middle of the widest span half way between the two heights that lie furthest apart."""
    levels = pairwise(sorted({y for _x, y in ring}))
    low, high = max(levels, key=lambda level: level[1] - level[0], default=(0.0, 0.0))
    y = (low + high) / 2
    crossed = sorted(
        ax + (y - ay) * (bx - ax) / (by - ay)
        for (ax, ay), (bx, by) in pairwise(ring)
        if (ay > y) != (by > y)
    )
    spans = zip(crossed[::2], crossed[1::2], strict=False)
    left, right = max(spans, key=lambda span: span[1] - span[0], default=(0.0, 0.0))
    return ((left + right) / 2, y) if right > left else None


def _marks(edges: Sequence[Edge]) -> Iterator[Point]:
    for (ax, ay), (bx, by) in edges:
        yield ax, ay
        yield (ax + bx) / 2, (ay + by) / 2


def _cross(one: Edge, other: Edge) -> bool:
    """Whether each goes from well on one side of the other to well on the other side."""
    return _parts(one, other) and _parts(other, one)


def _parts(line: Edge, edge: Edge) -> bool:
    (ax, ay), (bx, by) = line
    dx, dy = bx - ax, by - ay
    near = NEAR * math.hypot(dx, dy)
    first, second = ((p[0] - ax) * dy - (p[1] - ay) * dx for p in edge)
    return (first > near and second < -near) or (first < -near and second > near)


def _distance(point: Point, edge: Edge) -> float:
    (px, py), ((ax, ay), (bx, by)) = point, edge
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    along = max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / length)) if length else 0.0
    return math.hypot(px - ax - along * dx, py - ay - along * dy)


def _box(points: Sequence[Point]) -> Box:
    lons, lats = [lon for lon, _lat in points], [lat for _lon, lat in points]
    return min(lons), min(lats), max(lons), max(lats)


def _boxes_meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
