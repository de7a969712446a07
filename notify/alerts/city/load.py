"""Storing a city: new entries added, known ones brought up to date, none deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models, transaction

from notify.alerts.city.areas import AreaRow, read_areas
from notify.alerts.city.catalogue import ServiceRow, TemplateRow, read_services, read_templates
from notify.alerts.city.entries import CityError
from notify.alerts.models import Area, Service, Template


@dataclass(slots=True)
class Changes:
    """What a load did to one kind of entry: a label for each entry it touched, and how many it did not."""

    kind: str
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    same: int = 0


def load(folder: Path, *, dry_run: bool = False) -> list[Changes]:
    """Load a city's folder in one transaction: all of it or, with ``CityError``, nothing.

    ``areas.geojson`` must be there; ``services.json`` and ``templates.json`` may be. An area that
    the file no longer has becomes inactive, because alerts and subscriptions still name it. Services
    and templates that the files do not have stay as they are: somebody added them in the admin.
    Loading the same folder again changes nothing. With ``dry_run`` nothing is stored.
    """
    if not folder.is_dir():
        raise CityError([f"{folder} is not a folder. Name the one that holds areas.geojson."])
    with transaction.atomic():
        areas, services, templates = _read(folder)
        done = [_load_areas(areas), _load_services(services), _load_templates(templates)]
        transaction.set_rollback(dry_run)
    return done


def _read(folder: Path) -> tuple[list[AreaRow], list[ServiceRow], list[TemplateRow]]:
    areas = read_areas(folder / "areas.geojson")
    services_file, templates_file = folder / "services.json", folder / "templates.json"
    services = read_services(services_file) if services_file.exists() else []
    slugs = {row.slug for row in services} | set(Service.objects.values_list("slug", flat=True))
    templates = read_templates(templates_file, slugs) if templates_file.exists() else []
    return areas, services, templates


def _load_areas(rows: Sequence[AreaRow]) -> Changes:
    changes = Changes("areas")
    # Locked, so that two loads at once take turns.
    stored = list(Area.objects.select_for_update().order_by("path"))
    known, by_key = {area.code: area for area in stored}, {area.pk: area for area in stored}
    for area in stored:
        # The same objects all through: a moved parent's new path is what its parts see.
        area.parent = by_key[area.parent_id] if area.parent_id else None
    for row in rows:
        area = known.setdefault(row.code, Area(code=row.code))
        parent = known[row.parent] if row.parent else None
        values = {
            "name": row.name,
            "kind": row.kind,
            "parent": parent,
            "path": _path(parent, row.code),
            "population": row.population,
            "lon": row.lon,
            "lat": row.lat,
            "outline": row.outline,
            "active": True,
        }
        _store(area, values, f"{row.name} ({row.code})", changes)
    in_file = {row.code for row in rows}
    _retire([area for area in stored if area.code not in in_file], changes)
    return changes


def _retire(gone: Sequence[Area], changes: Changes) -> None:
    """Switch off what the file no longer has, and keep its path true where its parent has moved."""
    for area in gone:
        if area.active:
            changes.retired.append(f"{area.name} ({area.code})")
        if area.active or area.path != _path(area.parent, area.code):
            area.active = False
            area.save()


def _path(parent: Area | None, code: str) -> str:
    return f"{parent.path if parent else '/'}{code}/"


def _load_services(rows: Sequence[ServiceRow]) -> Changes:
    changes = Changes("services")
    known = {service.slug: service for service in Service.objects.all()}
    for place, row in enumerate(rows, start=1):
        # Tens, so that the admin can put a service between two of these.
        values = {
            "names": row.names,
            "category": row.category,
            "icon": row.icon,
            "advice": row.advice,
            "position": place * 10,
        }
        _store(known.get(row.slug, Service(slug=row.slug)), values, row.slug, changes)
    return changes


def _load_templates(rows: Sequence[TemplateRow]) -> Changes:
    changes = Changes("templates")
    services = {service.slug: service for service in Service.objects.all()}
    known = {template.slug: template for template in Template.objects.all()}
    for row in rows:
        values = {
            "service": services[row.service],
            "names": row.names,
            "urgency": row.urgency,
            "severity": row.severity,
            "certainty": row.certainty,
            "words": row.words,
            "advice": row.advice,
        }
        _store(known.get(row.slug, Template(slug=row.slug)), values, row.slug, changes)
    return changes


def _store(entry: models.Model, values: dict[str, Any], label: str, changes: Changes) -> None:
    new = entry.pk is None
    if not new and all(getattr(entry, name) == value for name, value in values.items()):
        changes.same += 1
        return
    for name, value in values.items():
        setattr(entry, name, value)
    entry.save()
    (changes.added if new else changes.changed).append(label)
