"""The areas as a list to choose from: grouped by municipality, in the alphabet's order."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from notify.alerts.models import Area
from notify.console.place_names import is_whole

# Å, Ä and Ö come last, in that order; their code points say otherwise.
SWEDISH = str.maketrans("åäö", "{|}")


@dataclass(frozen=True, slots=True)
class AreaChoice:
    """One area. held: it is chosen and stays so. whole: it is a municipality."""

    code: str
    name: str
    path: str
    population: int | None
    chosen: bool
    held: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class AreaGroup:
    """A municipality and what lies in it; the municipality itself comes first."""

    name: str
    choices: list[AreaChoice] = field(default_factory=list)


def grouped(
    areas: Iterable[Area], *, chosen: Collection[str], held: Collection[str]
) -> list[AreaGroup]:
    """The areas by municipality. chosen, held: codes."""
    listed = list(areas)
    names = {area.path: area.name for area in listed}
    groups: dict[str, AreaGroup] = {}
    for area in sorted(listed, key=lambda one: (one.path.count("/") > 2, alphabetical(one.name))):
        root = f"/{area.path.split('/')[1]}/"
        group = groups.setdefault(root, AreaGroup(names.get(root, area.name)))
        group.choices.append(
            AreaChoice(
                area.code,
                area.name,
                area.path,
                area.population,
                chosen=area.code in chosen,
                held=area.code in held,
                whole=is_whole(area),
            )
        )
    return sorted(groups.values(), key=lambda group: alphabetical(group.name))


def alphabetical(name: str) -> str:
    """A key that sorts names as a Swedish reader expects."""
    return name.casefold().translate(SWEDISH)
