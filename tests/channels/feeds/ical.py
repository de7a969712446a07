"""Reads iCalendar as strictly as RFC 5545 writes it down, so that what we send is held to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# Section 3.1: name, parameters, value; no control character but the tab.
_LINE = re.compile(
    r"(?P<name>[A-Za-z0-9-]+)"
    r"(?P<parameters>(?:;[A-Za-z0-9-]+=(?:\"[^\x00-\x08\x0a-\x1f\x7f\"]*\"|[^\x00-\x08\x0a-\x1f\x7f\";:,]*))*)"
    r":(?P<value>[^\x00-\x08\x0a-\x1f\x7f]*)"
)
_TEXT = re.compile(r"(?:[^\\;,\x00-\x08\x0a-\x1f\x7f]|\\[\\;,Nn])*")
_UTC = re.compile(r"\d{8}T\d{6}Z")
TEXTS = frozenset({"NAME", "DESCRIPTION", "X-WR-CALNAME", "X-WR-CALDESC", "SUMMARY", "LOCATION"})
TIMES = frozenset({"DTSTAMP", "LAST-MODIFIED", "DTEND"})
ONCE = frozenset({"UID", "DTSTAMP", "DTSTART"})


@dataclass
class Component:
    """A component: its properties by name, each once, and the components in it."""

    name: str
    properties: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    parts: list[Component] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.properties[name]


def parse(data: bytes) -> Component:
    """The calendar. Fails an assertion on whatever the grammar does not allow."""
    calendar = None
    open_ones: list[Component] = []
    for line in unfold(data):
        matched = _LINE.fullmatch(line)
        assert matched, line
        name, value = matched["name"], matched["value"]
        if name == "BEGIN":
            open_ones.append(Component(value))
            if len(open_ones) > 1:
                open_ones[-2].parts.append(open_ones[-1])
        elif name == "END":
            closed = open_ones.pop()
            assert closed.name == value
            _check(closed)
            calendar = None if open_ones else closed
        else:
            _put(open_ones[-1], name, matched["parameters"], value)
    assert calendar is not None, "the calendar is not closed"
    assert calendar.name == "VCALENDAR"
    return calendar


def unfold(data: bytes) -> list[str]:
    """The content lines; each line of the bytes ends in CRLF and has at most 75 octets before it."""
    assert data.endswith(b"\r\n")
    lines = data[:-2].split(b"\r\n")
    for line in lines:
        assert len(line) <= 75, line
        assert not {b"\r", b"\n"} & set(re.findall(rb"[\r\n]", line)), line
        # Broken between characters: each piece stands alone as UTF-8.
        line.decode()
    return data[:-2].replace(b"\r\n ", b"").decode().split("\r\n")


def text(value: str) -> str:
    """What a value of type TEXT says (section 3.3.11)."""
    assert _TEXT.fullmatch(value), value
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "N": "\n"}.get(found[1], found[1]), value)


def _put(component: Component, name: str, parameters: str, value: str) -> None:
    assert name not in component.properties, f"{name} twice"
    if name in TEXTS:
        value = text(value)
    elif name in TIMES:
        assert _UTC.fullmatch(value), (name, value)
    component.properties[name], component.parameters[name] = value, parameters


def _check(component: Component) -> None:
    has = component.properties
    if component.name == "VCALENDAR":
        assert {"PRODID", "VERSION"} <= set(has)
        assert component.parts, "a calendar without a component (section 3.6)"
        assert "METHOD" not in has
    elif component.name == "VEVENT":
        assert set(has) >= ONCE
        assert has["STATUS"] in {"TENTATIVE", "CONFIRMED", "CANCELLED"}
        assert int(has["SEQUENCE"]) >= 0
        if "DTEND" in has:
            assert has["DTEND"] > has["DTSTART"]
