"""A city's ``services.json`` and ``templates.json``, checked before anything is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings

from notify.alerts.advice import Kind, of_kind
from notify.alerts.city.entries import (
    CityError,
    EntryError,
    choice,
    code,
    languages,
    longest,
    mapping,
    names,
    read_all,
    read_json,
    repeated,
    text,
)
from notify.alerts.content import LONGEST, PARTS
from notify.alerts.models import Service, Template
from notify.alerts.vocabulary import Category, Certainty, Severity, Urgency


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service as the file has it."""

    slug: str
    names: dict[str, str]
    category: str
    icon: str
    advice: list[str]


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template as the file has it; ``service`` is a slug."""

    slug: str
    service: str
    names: dict[str, str]
    urgency: str
    severity: str
    certainty: str
    words: dict[str, dict[str, str]]
    advice: dict[str, str]


Row = TypeVar("Row", ServiceRow, TemplateRow)


def read_services(path: Path) -> list[ServiceRow]:
    """The file's services in its order, which is the order people see them in. Raises ``CityError``."""
    rows, problems = read_all(_named(path), _service)
    return _unique(path, rows, problems)


def read_templates(path: Path, services: Collection[str]) -> list[TemplateRow]:
    """The file's templates, each for one of ``services``. Raises ``CityError``."""
    rows, problems = read_all(_named(path), _template)
    problems += [
        f"{path.name} ({row.slug}): there is no service {row.service!r}; there are: {', '.join(sorted(services))}."
        for row in rows
        if row.service not in services
    ]
    return _unique(path, rows, problems)


def _named(path: Path) -> Iterator[tuple[str, Any]]:
    entries = read_json(path)
    if not isinstance(entries, list):
        raise CityError([f"{path.name} must be a list in square brackets."])
    for number, entry in enumerate(entries, start=1):
        slug = entry.get("slug") if isinstance(entry, dict) else None
        label = f" ({slug})" if isinstance(slug, str) and slug else ""
        yield f"{path.name}, entry {number}{label}", entry


def _unique(path: Path, rows: list[Row], problems: list[str]) -> list[Row]:
    problems += [
        f"{path.name}: the slug {key} is used more than once."
        for key in repeated(r.slug for r in rows)
    ]
    if problems:
        raise CityError(problems)
    return rows


def _service(entry: Mapping[str, Any]) -> ServiceRow:
    return ServiceRow(
        slug=code(entry, "slug", longest(Service, "slug")),
        names=names(entry),
        category=choice(entry, "category", Category.values),
        icon=text(entry, "icon", longest(Service, "icon"), default=""),
        advice=_kinds(entry),
    )


def _template(entry: Mapping[str, Any]) -> TemplateRow:
    return TemplateRow(
        slug=code(entry, "slug", longest(Template, "slug")),
        service=code(entry, "service", longest(Service, "slug")),
        names=names(entry),
        urgency=choice(entry, "urgency", Urgency.values),
        severity=choice(entry, "severity", Severity.values),
        certainty=choice(entry, "certainty", Certainty.values),
        words={language: _texts(language, texts) for language, texts in languages(entry, "words")},
        advice=_phrases(entry),
    )


def _kinds(entry: Mapping[str, Any]) -> list[str]:
    """The kinds of advice that alerts on the service can give."""
    found = entry.get("advice", [])
    if not isinstance(found, list) or not all(kind in Kind.values for kind in found):
        raise EntryError(f"advice must be a list of some of: {', '.join(Kind.values)}.")
    return found


def _phrases(entry: Mapping[str, Any]) -> dict[str, str]:
    """The advice that the template begins with, by kind."""
    found = mapping(entry.get("advice", {}), "advice")
    for kind in found:
        if kind not in Kind.values:
            raise EntryError(f"advice has {kind!r}, which is not one of: {', '.join(Kind.values)}.")
    return {kind: choice(found, kind, [phrase.key for phrase in of_kind(kind)]) for kind in found}


def _texts(language: str, texts: Any) -> dict[str, str]:
    entry = mapping(texts, f"words in {language!r}")
    unknown = [part for part in entry if part not in PARTS]
    if unknown:
        raise EntryError(
            f"words in {language!r} has {unknown[0]!r}, which is not one of: {', '.join(PARTS)}."
        )
    # An instruction may be left out; a headline in the site's own language may not.
    needed = "headline" if language == settings.LANGUAGE_CODE else None
    found = {
        part: text(entry, part, LONGEST[part], None if part == needed else "") for part in PARTS
    }
    _check_placeholders(found)
    return found


def _check_placeholders(texts: Mapping[str, str]) -> None:
    for part, words in texts.items():
        left = words.replace("{areas}", "") if part == "headline" else words
        if "{" in left or "}" in left:
            raise EntryError(
                f"{part} has braces; only {{areas}} in a headline stands for something."
            )
