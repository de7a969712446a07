"""Rows handed to a statement as arrays: one placeholder per column instead of one per value.

A statement with thousands of placeholders costs more to read, in the driver and in the database,
than what it does; this one is the same text however many rows there are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection


def rows(name: str, **columns: str) -> str:
    """For FROM: a table ``name`` made of the arrays that ``values`` makes.

    columns: their names and PostgreSQL types. The names are ours, never anybody's input.
    """
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        return f"unnest({arrays}) AS {name} ({', '.join(columns)})"
    fields = ", ".join(
        f"json_extract(value, '$[{number}]') AS {column}" for number, column in enumerate(columns)
    )
    return f"(SELECT {fields} FROM json_each(%s)) AS {name}"  # noqa: S608 - names are ours


def among(column: str) -> str:
    """For WHERE: the column is one of an array of whole numbers, made by ``values`` as one column.

    Unlike a join, never worse than one look at each row, whatever the planner believes of the table.
    """
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::bigint[])"
    return f"{column} IN (SELECT json_extract(value, '$[0]') FROM json_each(%s))"  # noqa: S608 - as above


def values(rows: Sequence[Sequence[int | str]]) -> list[str]:
    """What takes the place of the placeholders in ``rows``. At least one row, all of one length.

    Texts hold no U+0000, which no column holds either. Written as literals, because the driver
    asks Python how to quote each element of a list.
    Source: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
    """
    if connection.vendor == "postgresql":
        columns = zip(*rows, strict=True)
        return ["{" + ",".join(map(_element, column)) + "}" for column in columns]
    return [json.dumps(rows)]


def _element(value: int | str) -> str:
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


INSTANT = {"postgresql": "%s::timestamptz", "sqlite": "%s"}
"""The placeholder of what ``instant`` makes."""


def instant(at: datetime) -> str:
    """A time as both databases read it from text."""
    return str(connection.ops.adapt_datetimefield_value(at))
