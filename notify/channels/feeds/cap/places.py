"""A place as CAP draws and names it: polygons and geocodes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

DECIMALS = 6
"""The most that is of use: a tenth of a metre."""
OWN = "urn:notify:area"
"""What a code is called that is nobody's but ours."""
_SCB = ((re.compile(r"\d{4}"), "Kommun"), (re.compile(r"\d{4}T[A-Z]\d{3}"), "Tätort"))


def geocode(code: str) -> tuple[str, str]:
    """The ``valueName`` and ``value`` of an area's code: Statistics Sweden's (SCB) for their codes, else ours.

    What a locality is part of is not among its geocodes: an area is the union of all that it holds
    (CAP 1.2, section 3.2.4), so that the whole municipality would be warned.
    """
    names = (name for pattern, name in _SCB if pattern.fullmatch(code))
    return next(names, OWN), code


def polygons(outline: Mapping[str, Any] | None) -> Iterator[str]:
    """The outer rings of a GeoJSON Polygon or MultiPolygon, closed, as CAP's "lat,lon lat,lon …".

    CAP knows no holes: what lies in one is warned with what lies around it.
    """
    if outline is None:
        return
    coordinates = outline["coordinates"]
    for polygon in coordinates if outline["type"] == "MultiPolygon" else [coordinates]:
        yield " ".join(f"{_degrees(lat)},{_degrees(lon)}" for lon, lat in map(_pair, polygon[0]))


def _pair(position: Sequence[float]) -> tuple[float, float]:
    return position[0], position[1]


def _degrees(value: float) -> str:
    # Through a rounded number, so that nothing is written "-0", nor "1e-05".
    plain = f"{round(value, DECIMALS) + 0:.{DECIMALS}f}"
    return plain.rstrip("0").rstrip(".")
