"""The areas that a resident can choose from, in the order in which a Swede looks for them."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from notify.alerts.models import Area

# å, ä and ö come after z, in this order; by code point ä would come before å.
SWEDISH = str.maketrans("åäöæø", "{|}|}")


def label(name: str, path: str) -> str:
    """What to call an area; of one that lies in no other, that all of it is meant.

    A municipality and its main town often share a name, and mean very different things.
    """
    if path.count("/") > 2:
        return name
    return _("All of %(area)s") % {"area": name}


@dataclass(frozen=True, slots=True)
class Place:
    """An area to choose, and what to call it in a list."""

    area: Area
    label: str


def choosable_places() -> list[Place]:
    """The active areas, each followed by those in it, by name. One statement, without outlines."""
    areas = Area.objects.filter(active=True).only("code", "name", "path", "parent_id")
    inside: dict[int | None, list[Area]] = defaultdict(list)
    known = {area.pk for area in areas}
    for area in by_name(areas):
        inside[area.parent_id if area.parent_id in known else None].append(area)
    return list(_walk(inside, None))


def _walk(inside: dict[int | None, list[Area]], parent: Area | None) -> Iterator[Place]:
    for area in inside[parent.pk if parent else None]:
        yield Place(area, _label_under(area, parent))
        yield from _walk(inside, area)


def _label_under(area: Area, parent: Area | None) -> str:
    if parent and parent.name == area.name:
        return _("%(area)s town") % {"area": area.name}
    return label(area.name, area.path)


def by_name(areas: Iterable[Area]) -> list[Area]:
    """Areas in the order of the Swedish alphabet."""
    return sorted(areas, key=lambda area: area.name.casefold().translate(SWEDISH))


def meant(places: Iterable[Place], typed: str) -> list[Place]:
    """The places that somebody may mean by what they typed: one, several to choose from, or none.

    A code or a whole name counts before a part of one. Case, accents and å, ä, ö written as a and o
    are forgiven; the municipality and its town may well share a name, and then both are meant.
    """
    wanted, known = _plain(typed), list(places)
    if not wanted:
        return []
    whole = [place for place in known if wanted in (_plain(place.area.code), _plain(place.label))]
    named = [place for place in known if wanted == _plain(place.area.name)]
    return whole or named or [place for place in known if wanted in _plain(place.label)]


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(kept.replace("-", " ").split())
