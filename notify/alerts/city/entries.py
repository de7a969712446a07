"""Reading a city's JSON files entry by entry, so that each mistake is told with the entry it is in."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import models

Row = TypeVar("Row")
CODE = re.compile(r"[A-Za-z0-9_-]+")


class CityError(ValueError):
    """A city's folder cannot be loaded; ``problems`` are sentences that name the file and the entry."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


class EntryError(ValueError):
    """One entry is wrong; the message is the rest of a sentence that begins with the entry's name."""


def read_json(path: Path) -> Any:
    """What a UTF-8 JSON file holds. Raises ``CityError`` if it cannot be read or is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CityError([f"{path.name} cannot be read: {error.strerror}."]) from None
    except UnicodeDecodeError:
        raise CityError([f"{path.name} is not UTF-8. Save it as UTF-8."]) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise CityError([f"{path.name} is not JSON: {error.msg} at {where}."]) from None
    except (ValueError, RecursionError):
        raise CityError([f"{path.name} is not JSON that can be read."]) from None


def read_all(
    named: Iterable[tuple[str, Any]], read: Callable[[Mapping[str, Any]], Row]
) -> tuple[list[Row], list[str]]:
    """Every entry that ``read`` accepts, and a sentence for each that it does not."""
    rows: list[Row] = []
    problems: list[str] = []
    for name, entry in named:
        try:
            rows.append(read(mapping(entry, "it")))
        except EntryError as error:
            problems.append(f"{name}: {error}")
    return rows, problems


def longest(model: type[models.Model], field: str) -> int:
    """The most characters that a field stores."""
    return getattr(model._meta.get_field(field), "max_length", None) or 0


def repeated(keys: Iterable[str]) -> list[str]:
    """The keys that occur more than once, in order."""
    return [key for key, times in Counter(keys).items() if times > 1]


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """A JSON object. Raises ``EntryError`` for anything else."""
    if not isinstance(value, dict):
        raise EntryError(f"{what} must be an object in braces.")
    return value


def code(entry: Mapping[str, Any], key: str, limit: int) -> str:
    """A name for programs: letters a-z, digits, - and _."""
    if entry.get(key) in (None, ""):
        raise EntryError(f"{key} is missing.")
    value = text(entry, key, limit)
    if not CODE.fullmatch(value):
        raise EntryError(f"{key} {value!r} may hold only letters a-z, digits, - and _.")
    return value


def text(entry: Mapping[str, Any], key: str, limit: int, default: str | None = None) -> str:
    """A text of at most ``limit`` characters; ``default`` if it is absent, or refused if that is None."""
    value = entry.get(key)
    if value is None and default is not None:
        return default
    if value is None:
        raise EntryError(f"{key} is missing.")
    if not isinstance(value, str):
        raise EntryError(f"{key} must be text in quotes, not {json.dumps(value)[:40]}.")
    value = value.strip()
    if not value and default is None:
        raise EntryError(f"{key} is empty.")
    if len(value) > limit:
        raise EntryError(f"{key} is {len(value)} characters long; at most {limit} fit.")
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value):
        raise EntryError(
            f"{key} holds a character that is not text (NUL or half a surrogate pair)."
        )
    return value


def choice(entry: Mapping[str, Any], key: str, known: Sequence[str]) -> str:
    """One of the known words, letter for letter."""
    value = text(entry, key, 100)
    if value not in known:
        raise EntryError(f"{key} {value!r} is not one of: {', '.join(known)}.")
    return value


def languages(entry: Mapping[str, Any], key: str) -> Iterator[tuple[str, Any]]:
    """What stands under each language, which must be the site's and include its own."""
    found = mapping(entry.get(key), key)
    known = dict(settings.LANGUAGES)
    for language in found:
        if language not in known:
            raise EntryError(f"{key} has {language!r}, which is not one of: {', '.join(known)}.")
    if settings.LANGUAGE_CODE not in found:
        raise EntryError(f"{key} must have {settings.LANGUAGE_CODE!r}, the site's own language.")
    yield from found.items()


def names(entry: Mapping[str, Any]) -> dict[str, str]:
    """The entry's ``names``: one text for each language."""
    found = dict(languages(entry, "names"))
    return {language: text(found, language, 100) for language in found}
