"""Writing every number anew under the newest of its keys, so that an older key may go."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone

from notify.residents.limits import COUNTED_FOR, KEPT
from notify.residents.models import Mark, Refusal
from notify.residents.secrecy import (
    Undecryptable,
    blind_index,
    decrypt,
    encrypt,
    under_newest_key,
)

ROWS = 500
"""Rows per transaction."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is written with a key.

    cipher: the column of the same row that it is made from, itself if it is ciphertext. anew: what
    it is under the newest key, given that ciphertext.
    """

    model: type[models.Model]
    name: str
    cipher: str
    anew: Callable[[str], str]

    def __str__(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one column has come: rows looked at of how many, written anew, unreadable."""

    column: Column
    seen: int
    total: int
    rotated: int
    unreadable: int


def columns() -> list[Column]:
    """Every column of ciphertext there is, of whatever app, and every index beside one."""
    found = []
    for model in apps.get_models():
        names = [field.name for field in model._meta.local_concrete_fields]
        for cipher in names:
            stem, _, end = cipher.rpartition("_")
            if end == "cipher":
                found.append(Column(model, cipher, cipher, _encrypted))
                if (index := f"{stem}_index") in names:
                    found.append(Column(model, index, cipher, _indexed))
    return found


def _encrypted(cipher: str) -> str:
    return cipher if under_newest_key(cipher) else encrypt(decrypt(cipher))


def _indexed(cipher: str) -> str:
    return blind_index(decrypt(cipher))


def rotate() -> Generator[Progress]:
    """Write everything under the newest keys; yields after each piece and at each column's end.

    Restartable: what is under the newest key is left alone, so a second run after a crash, or
    beside the first, does only what is left. Who writes a row meanwhile wins.
    """
    for column in columns():
        yield from _rotate(column)


def _rotate(column: Column) -> Generator[Progress]:
    rows = column.model._default_manager.order_by("pk")
    filled = rows.exclude(**{column.cipher: ""})
    total, seen, rotated, unreadable, last = filled.count(), 0, 0, 0, 0
    read = filled.values_list("pk", column.cipher, column.name)
    while piece := list(read.filter(pk__gt=last)[:ROWS]):
        with transaction.atomic():
            for key, cipher, old in piece:
                try:
                    new = column.anew(cipher)
                except Undecryptable:
                    unreadable += 1
                    continue
                if new != old:
                    unchanged = rows.filter(pk=key, **{column.cipher: cipher, column.name: old})
                    rotated += unchanged.update(**{column.name: new})
        last, seen = piece[-1][0], seen + len(piece)
        yield Progress(column, seen, max(seen, total), rotated, unreadable)
    if not seen:
        yield Progress(column, 0, 0, 0, 0)


def found_by_old_index_until() -> datetime:
    """When nothing is left, of what was there at the time of asking, that only its index finds.

    Marks, and that codes to a number were refused, are kept without the number, so nobody can index
    them anew, nor tell which are under which key; they lapse. So do the codes under way, and the
    limits that count computers.
    """
    marked = Mark.objects.aggregate(last=Max("until"))["last"]
    refused = Refusal.objects.filter(limit=Refusal.Limit.NUMBER).aggregate(last=Max("hour"))["last"]
    soon = timezone.now() + COUNTED_FOR
    return max(soon, marked or soon, refused + KEPT if refused else soon)
