"""OASIS's own schema of CAP 1.2, and what it finds wrong said to a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from notify.intake.faults import Fault

FILE = Path(__file__).with_name("CAP-v1.2.xsd")
MOST = 20
"""How many faults are named: whoever has more begins with these."""
TIMES = frozenset({"sent", "effective", "onset", "expires"})
_ELEMENT = re.compile(r"Element '(?:\{[^}]*\})?([^']*)'")
_EXPECTED = re.compile(r"Expected is(?: one of)? \( (.*?) \)")
_KNOWN = re.compile(r"is not an element of the set \{(.*)\}")
_alone = Lock()


@cache
def _schema() -> Any:
    return etree.XMLSchema(file=str(FILE))


def faults(root: etree._Element) -> list[Fault]:
    """What is wrong with the document by the schema, line by line; nothing if it is valid."""
    with _alone:  # the schema keeps one list of what it found last
        schema = _schema()
        return [] if schema.validate(root) else list(_told(schema.error_log))


def _told(log: Any) -> Iterator[Fault]:
    """Each element's first fault: what follows in it mostly follows from that."""
    told = set()
    for entry in log:
        match = _ELEMENT.match(entry.message)
        name = match[1] if match else ""
        if (entry.path, name) in told:
            continue
        told.add((entry.path, name))
        yield Fault(name, _sentence(name, entry.type_name, entry.message), entry.line)
        if len(told) == MOST:
            return


def _sentence(name: str, kind: str, message: str) -> str:
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        return _misplaced(name, message)
    if name in TIMES:
        return _("<%(name)s> needs date, time and offset, as 2026-11-23T10:00:00+01:00.") % {
            "name": name
        }
    if known := _KNOWN.search(message):
        values = {"name": name, "known": known[1].replace("'", "")}
        return _("<%(name)s> must be one of: %(known)s.") % values
    return _("<%(name)s> is not as CAP 1.2 has it.") % {"name": name}


def _misplaced(name: str, message: str) -> str:
    expected = _EXPECTED.search(message)
    # Names without their namespaces; what stands for any name of another one helps nobody.
    names = [one.rpartition("}")[2] for one in expected[1].split(", ")] if expected else []
    wanted = ", ".join(f"<{one}>" for one in names if one != "*")
    if "Missing child" in message:
        return _("<%(name)s> lacks something: %(wanted)s.") % {"name": name, "wanted": wanted}
    if wanted:
        values = {"name": name, "wanted": wanted}
        return _("<%(name)s> does not belong here. Expected: %(wanted)s.") % values
    return _("<%(name)s> does not belong here.") % {"name": name}
