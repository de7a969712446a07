"""Where an entry holds: the outlines of its areas as one geometry, for GeoJSON and for GeoRSS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any

from notify.channels.notice import Place

Geometry = Mapping[str, Any]
"""A GeoJSON Polygon or MultiPolygon (RFC 7946): lon, lat in degrees, rings closed."""
Ring = Sequence[Sequence[float]]


def outermost(places: Iterable[Place]) -> list[Place]:
    """The places that lie in no other of them: a part would be drawn twice."""
    known = list(places)
    paths = {place.path for place in known}
    return [place for place in known if not any(_lies_in(place.path, path) for path in paths)]


def joined(outlines: Iterable[Geometry]) -> dict[str, Any] | None:
    """All of the outlines as one Polygon or MultiPolygon; None when there is none.

    Rings are turned as RFC 7946 section 3.1.6 demands: the outer ones against the clock, holes with it.
    """
    polygons = [_turned(polygon) for outline in outlines for polygon in _polygons(outline)]
    if not polygons:
        return None
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def georss(geometry: Geometry) -> tuple[str, str]:
    """The geometry in GeoRSS Simple: the element's name, and "lat lon" pairs.

    An entry has one geometry at most, and none of the kinds has parts or holes: what is in several
    parts is said by the box around them.
    """
    polygons = _polygons(geometry)
    if len(polygons) == 1:
        return "polygon", " ".join(f"{_plain(lat)} {_plain(lon)}" for lon, lat in polygons[0][0])
    points = list(chain.from_iterable(polygon[0] for polygon in polygons))
    lons, lats = [lon for lon, _lat in points], [lat for _lon, lat in points]
    corners = (min(lats), min(lons), max(lats), max(lons))
    return "box", " ".join(_plain(degrees) for degrees in corners)


def _lies_in(path: str, other: str) -> bool:
    return path != other and path.startswith(other)


def _polygons(geometry: Geometry) -> list[Sequence[Ring]]:
    coordinates = geometry["coordinates"]
    return [coordinates] if geometry["type"] == "Polygon" else list(coordinates)


def _turned(polygon: Sequence[Ring]) -> list[Ring]:
    outer, *holes = polygon
    return [_ring(outer, clockwise=False), *(_ring(hole, clockwise=True) for hole in holes)]


def _ring(ring: Ring, *, clockwise: bool) -> Ring:
    # Twice the area that the ring encloses, negative when it runs against the clock.
    area = sum((right[0] - left[0]) * (right[1] + left[1]) for left, right in pairwise(ring))
    return ring if (area > 0) == clockwise else ring[::-1]


def _plain(degrees: float) -> str:
    """At most six decimals, a tenth of a metre, and never an exponent."""
    return f"{degrees:.6f}".rstrip("0").rstrip(".")
