"""What lies in an outline: a GeoJSON Polygon or MultiPolygon (RFC 7946), in WGS 84 degrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Ring = Sequence[Sequence[float]]


def holds(outline: Mapping[str, Any], lon: float, lat: float) -> bool:
    """Whether the point lies in the outline, and in none of its holes; only polygons hold anything."""
    shape = outline["coordinates"]
    polygons = {"Polygon": [shape], "MultiPolygon": shape}.get(outline["type"], [])
    return any(
        _inside(shell, lon, lat) and not any(_inside(hole, lon, lat) for hole in holes)
        for shell, *holes in polygons
    )


def _inside(ring: Ring, lon: float, lat: float) -> bool:
    """Whether a line from the point to the east crosses the ring an odd number of times."""
    odd = False
    for (x1, y1, *_), (x2, y2, *_) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd
