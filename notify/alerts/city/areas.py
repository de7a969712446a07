"""A city's ``areas.geojson``: RFC 7946, one feature for each area, checked before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notify.alerts.city.entries import (
    CityError,
    EntryError,
    code,
    longest,
    mapping,
    read_all,
    read_json,
    repeated,
    text,
)
from notify.alerts.models import Area

# PostgreSQL's integer.
MOST_PEOPLE = 2_147_483_647


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area as the file has it: ``parent`` is a code or None, ``outline`` a GeoJSON geometry or None."""

    code: str
    name: str
    kind: str
    parent: str | None
    population: int | None
    lon: float | None
    lat: float | None
    outline: dict[str, Any] | None


def read_areas(path: Path) -> list[AreaRow]:
    """The file's areas, each after the one that it is part of.

    Raises ``CityError`` with a sentence for each feature that is wrong, for each code used twice,
    for an area in an area that the file does not have, and for areas that contain each other.
    """
    collection = read_json(path)
    if not isinstance(collection, dict) or collection.get("type") != "FeatureCollection":
        raise CityError([f"{path.name} must be a GeoJSON FeatureCollection."])
    features = collection.get("features")
    if not isinstance(features, list) or not features:
        raise CityError([f"{path.name} has no features: it needs one for each area."])
    rows, problems = read_all(_named(path.name, features), _read)
    problems += [
        f"{path.name}: the code {key} is used more than once."
        for key in repeated(r.code for r in rows)
    ]
    if not problems:
        problems = [f"{path.name}: {sentence}" for sentence in _lost(rows)]
    if problems:
        raise CityError(problems)
    return _parents_first(path.name, rows)


def _named(file: str, features: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        name = properties.get("name") if isinstance(properties, dict) else None
        label = f" ({name})" if isinstance(name, str) and name else ""
        yield f"{file}, feature {number}{label}", feature


def _read(feature: Mapping[str, Any]) -> AreaRow:
    if feature.get("type") != "Feature":
        raise EntryError('its type must be "Feature".')
    entry = mapping(feature.get("properties"), "properties")
    lon, lat = _number(entry, "lon", 180), _number(entry, "lat", 90)
    if (lon is None) != (lat is None):
        raise EntryError("lon and lat go together: give both or neither.")
    return AreaRow(
        code=code(entry, "code", longest(Area, "code")),
        name=text(entry, "name", longest(Area, "name")),
        kind=text(entry, "kind", longest(Area, "kind"), default="locality"),
        parent=None
        if entry.get("parent") is None
        else code(entry, "parent", longest(Area, "code")),
        population=_population(entry),
        lon=lon,
        lat=lat,
        outline=_outline(feature.get("geometry")),
    )


def _population(entry: Mapping[str, Any]) -> int | None:
    value = entry.get("population")
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= MOST_PEOPLE:
        raise EntryError("population must be a whole number, 0 or more, or null.")
    return value


def _number(entry: Mapping[str, Any], key: str, limit: float) -> float | None:
    value = entry.get(key)
    if value is None:
        return None
    # A bool is an int to Python; NaN fails the comparison.
    if type(value) not in (int, float) or not -limit <= value <= limit:
        raise EntryError(f"{key} must be degrees (WGS 84) from -{limit:g} to {limit:g}, or null.")
    return float(value)


def _outline(geometry: Any) -> dict[str, Any] | None:
    if geometry is None:
        return None
    kind = mapping(geometry, "geometry").get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise EntryError("its geometry must be a Polygon or a MultiPolygon, or null.")
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else _filled(coordinates)
    rings = [[_ring(ring) for ring in _filled(polygon)] for polygon in polygons]
    return {"type": kind, "coordinates": rings[0] if kind == "Polygon" else rings}


def _filled(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise EntryError("its geometry has no coordinates, or too few levels of brackets.")
    return value


def _ring(ring: Any) -> list[list[float]]:
    points = [_position(position) for position in _filled(ring)]
    if len(points) < 4 or points[0] != points[-1]:
        raise EntryError(
            "a ring of its geometry needs four positions or more, the last like the first."
        )
    return points


def _position(position: Any) -> list[float]:
    # An altitude may follow (RFC 7946 section 3.1.1); a map of outages has no use for it.
    match position:
        case [int() | float() as lon, int() | float() as lat, *_] if (
            -180 <= lon <= 180 and -90 <= lat <= 90
        ):
            return [lon, lat]
    raise EntryError(
        "its geometry must be lon, lat in degrees (WGS 84); coordinates in metres must be converted first."
    )


def _lost(rows: Sequence[AreaRow]) -> list[str]:
    codes = {row.code for row in rows}
    return [
        f"{row.name} ({row.code}) is part of {row.parent}, which is not in the file."
        for row in rows
        if row.parent is not None and row.parent not in codes
    ]


def _parents_first(file: str, rows: Sequence[AreaRow]) -> list[AreaRow]:
    ordered: dict[str, AreaRow] = {}
    waiting = list(rows)
    while waiting:
        ready = [row for row in waiting if row.parent is None or row.parent in ordered]
        if not ready:
            circle = ", ".join(f"{row.name} ({row.code})" for row in waiting)
            raise CityError([f"{file}: these areas are part of each other in a circle: {circle}."])
        ordered |= {row.code: row for row in ready}
        waiting = [row for row in waiting if row.code not in ordered]
    _check_depth(file, ordered)
    return list(ordered.values())


def _check_depth(file: str, ordered: Mapping[str, AreaRow]) -> None:
    limit = longest(Area, "path")
    lengths: dict[str | None, int] = {None: 1}
    for row in ordered.values():
        lengths[row.code] = lengths[row.parent] + len(row.code) + 1
    deep = [key for key in ordered if lengths[key] > limit]
    if deep:
        raise CityError(
            [f"{file}: {key} lies too deep; its codes together exceed {limit}." for key in deep]
        )
