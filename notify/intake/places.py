"""Which of our areas a message is about, and how we know: by their codes, else by their outlines."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notify.alerts.models import Area
from notify.channels.feeds.cap.places import OWN
from notify.intake.document import Extent
from notify.intake.faults import Fault, Refused
from notify.intake.geometry import Shape

SCB = {
    "kommun": r"\d{4}",
    "kommunkod": r"\d{4}",
    "tätort": r"\d{4}T[A-Z]\d{3}",
    "tätortskod": r"\d{4}T[A-Z]\d{3}",
    "län": r"\d{2}",
    "länskod": r"\d{2}",
    "land": "00",
    "sverige": "00",
}
"""What Statistics Sweden's (SCB) codes are called in geocodes, in small letters, and how they look."""
COUNTRY = "00"
"""SCB's code of the whole country."""
MUNICIPALITY = re.compile(r"\d{4}")
MOST_SHAPES, MOST_CORNERS = 200, 5_000
"""How much a message may draw: each shape is compared with every outline that it comes near."""


class By(TextChoices):
    """How an area was found."""

    GEOCODE = "geocode", gettext_lazy("by its code")
    COUNTY = "county", gettext_lazy("by its county")
    POLYGON = "polygon", gettext_lazy("by a polygon")
    CIRCLE = "circle", gettext_lazy("by a circle")


@dataclass(frozen=True, slots=True)
class Match:
    """One of our areas that a message is about. said: what the message calls the place."""

    area: Area
    by: By
    said: str


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found, each area once, and what the message calls places that we cannot make out."""

    found: tuple[Match, ...]
    unclear: tuple[str, ...]

    @property
    def areas(self) -> list[Area]:
        """The areas."""
        return [match.area for match in self.found]


def matches(extents: Iterable[Extent]) -> Matches:
    """Our areas among the extents of a message; two SQL statements at most.

    An extent with a code that we know is about just those: its polygons draw the same once more. What
    has an SCB code of somewhere else lies somewhere else, and is neither found nor unclear. Raises
    Refused if too much is drawn.
    """
    extents = list(extents)
    _check_size(extents)
    ours = _Ours()
    found: dict[int, Match] = {}
    unclear = []
    for extent in extents:
        own = list(_by_code(extent, ours)) or list(_by_shape(extent, ours))
        for match in own:
            found.setdefault(match.area.pk, match)
        if not own and not _elsewhere(extent, ours):
            unclear.append(extent.description)
    return Matches(tuple(found.values()), tuple(unclear))


def _check_size(extents: Sequence[Extent]) -> None:
    rings = [ring for extent in extents for ring in extent.polygons]
    shapes = len(rings) + sum(len(extent.circles) for extent in extents)
    if shapes > MOST_SHAPES or sum(map(len, rings)) > MOST_CORNERS:
        values = {"shapes": MOST_SHAPES, "corners": MOST_CORNERS}
        sentence = _(
            "Too much is drawn: at most %(shapes)d polygons and circles, with %(corners)d corners."
        )
        raise Refused(Fault("area", sentence % values))


class _Ours:
    """The areas in use: by code, and as a tree of outlines that is read only if it is asked for."""

    @cached_property
    def by_code(self) -> Mapping[str, Area]:
        return {area.code: area for area in Area.objects.filter(active=True).defer("outline")}

    @cached_property
    def tree(self) -> Mapping[int | None, Sequence[tuple[Area, Shape]]]:
        """Each area that has an outline, under the nearest that holds it and has one too."""
        drawn = list(Area.objects.filter(active=True, outline__isnull=False).order_by("path"))
        known = {area.path: area.pk for area in drawn}
        tree = defaultdict(list)
        for area in drawn:
            above = next((known[path] for path in _above(area.path) if path in known), None)
            if area.outline:
                tree[above].append((area, Shape.of(area.outline)))
        return tree

    def in_county(self, code: str) -> list[Area]:
        """The municipalities of a county, or of the whole country."""
        begins = "" if code == COUNTRY else code
        return [area for area in self._municipalities if area.code.startswith(begins)]

    @cached_property
    def _municipalities(self) -> list[Area]:
        return [area for code, area in self.by_code.items() if MUNICIPALITY.fullmatch(code)]

    def reached(self, reaches: Callable[[Shape], bool], under: int | None = None) -> list[Area]:
        """The smallest areas that are reached; one that is reached in all of its parts instead of those."""
        areas: list[Area] = []
        for area, shape in self.tree.get(under, ()):
            if not reaches(shape):
                continue
            parts = self.reached(reaches, area.pk)
            whole = len(self.tree.get(area.pk, ()))
            direct = {part.pk for part in parts} & {
                part.pk for part, _s in self.tree.get(area.pk, ())
            }
            areas += [area] if len(direct) == whole else parts or [area]
        return areas


def _above(path: str) -> Iterator[str]:
    """The paths of what an area lies in, the nearest first."""
    codes = path.strip("/").split("/")[:-1]
    while codes:
        yield f"/{'/'.join(codes)}/"
        codes.pop()


def _by_code(extent: Extent, ours: _Ours) -> Iterator[Match]:
    for name, code in extent.geocodes:
        kind = name.strip().casefold()
        if name != OWN and not re.fullmatch(SCB.get(kind, "(?!)"), code):
            continue
        if code in ours.by_code:
            yield Match(ours.by_code[code], By.GEOCODE, extent.description)
        elif name != OWN and len(code) == 2:
            for area in ours.in_county(code):
                yield Match(area, By.COUNTY, extent.description)


def _by_shape(extent: Extent, ours: _Ours) -> Iterator[Match]:
    for ring in extent.polygons:
        for area in ours.reached(Shape([ring]).meets):
            yield Match(area, By.POLYGON, extent.description)
    for circle in extent.circles:
        for area in ours.reached(lambda shape, circle=circle: shape.reached_by(circle)):  # type: ignore[misc]
            yield Match(area, By.CIRCLE, extent.description)


def _elsewhere(extent: Extent, ours: _Ours) -> bool:
    """Whether it certainly is somewhere else: by an SCB code that is not ours, or on the map."""
    coded = any(
        re.fullmatch(SCB.get(name.strip().casefold(), "(?!)"), code)
        for name, code in extent.geocodes
    )
    return coded or bool((extent.polygons or extent.circles) and ours.tree)
