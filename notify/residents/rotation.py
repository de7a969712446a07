"""Putting every ciphertext under the newest of PHONE_KEYS, so that an older key may go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction

from notify.residents.secrecy import Undecryptable, decrypt, encrypt, under_newest_key

ROWS = 500
"""Rows per transaction."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one column has come: rows looked at of how many, put under the newest key, unreadable.

    column: as "residents.subscriber.phone_cipher".
    """

    column: str
    seen: int
    total: int
    rotated: int
    unreadable: int


def cipher_columns() -> list[tuple[type[models.Model], str]]:
    """Every column of ciphertext there is, of whatever app: those whose names end in ``_cipher``."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if field.name.endswith("_cipher")
    ]


def rotate() -> Iterator[Progress]:
    """Put every ciphertext under the newest key; yields after each piece and at each column's end.

    Restartable: what is under the newest key is left alone, so a second run after a crash, or
    beside the first, does only what is left. Who writes a row meanwhile wins.
    """
    for model, column in cipher_columns():
        yield from _rotate(model, column)


def _rotate(model: type[models.Model], column: str) -> Iterator[Progress]:
    filled = model._default_manager.exclude(**{column: ""}).order_by("pk")
    total, seen, rotated, unreadable, last = filled.count(), 0, 0, 0, 0
    name = f"{model._meta.label_lower}.{column}"
    while rows := list(filled.filter(pk__gt=last).values_list("pk", column)[:ROWS]):
        with transaction.atomic():
            for key, old in rows:
                if under_newest_key(old):
                    continue
                try:
                    new = encrypt(decrypt(old))
                except Undecryptable:
                    unreadable += 1
                    continue
                unchanged = model._default_manager.filter(pk=key, **{column: old})
                rotated += unchanged.update(**{column: new})
        last, seen = rows[-1][0], seen + len(rows)
        yield Progress(name, seen, max(seen, total), rotated, unreadable)
    if not seen:
        yield Progress(name, 0, 0, 0, 0)
