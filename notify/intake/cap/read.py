"""From bytes to a document: the one way in for CAP 1.2.

A signature (XML-DSig) is let through and not checked: who sent the message is known by their key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

from django.utils.translation import gettext as _
from lxml import etree

from notify.alerts.content import YEARS
from notify.intake.cap import guard, schema
from notify.intake.cap.guard import CAP
from notify.intake.document import Document, Extent, Info, Pairs, Reference
from notify.intake.faults import Fault, Refused, Unreadable
from notify.intake.geometry import circle, ring

NAME = re.compile(r"[^\s,<&]{1,200}")
"""What ``sender`` and ``identifier`` may be (CAP 1.2, section 3.2.1), and no longer than can be looked up."""
LANGUAGES = 50
"""How many infos there may be."""
REFERENCES = 500
"""How many messages one may refer to: SQLite takes a thousand values in a statement."""
Value = TypeVar("Value")


def read(body: bytes) -> Document:
    """The message. Raises Unreadable for what is no CAP 1.2, Refused for what is wrong in it."""
    guard.check(body)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        sentence = _("This is not well-formed XML. Look at line %(line)d, column %(column)d.")
        raise Unreadable(Fault("", sentence % {"line": line, "column": column})) from None
    if wrong := schema.faults(root):
        raise Refused(*wrong)
    return _Reading().document(root)


class _Reading:
    """Reads a valid document, and gathers what the schema does not see."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def document(self, root: etree._Element) -> Document:
        """The whole. Raises Refused with everything that is wrong."""
        infos = list(_all(root, "info"))
        if len(infos) > LANGUAGES:
            sentence = _("Too many <info>: at most %(most)d are read.") % {"most": LANGUAGES}
            raise Refused(Fault("info", sentence, infos[LANGUAGES].sourceline or 0))
        document = Document(
            sender=self._name(root, "sender"),
            identifier=self._name(root, "identifier"),
            sent=self._time(root, "sent") or datetime.now(UTC),
            status=_text(root, "status"),
            message_type=_text(root, "msgType"),
            scope=_text(root, "scope"),
            references=tuple(self._references(root)),
            infos=tuple(map(self._info, infos)),
        )
        if self._faults:
            raise Refused(*self._faults[: schema.MOST])
        return document

    def _info(self, info: etree._Element) -> Info:
        return Info(
            # What an info without a language is written in (CAP 1.2, section 3.2.2).
            language=_text(info, "language") or "en-US",
            event=_text(info, "event"),
            categories=_texts(info, "category"),
            urgency=_text(info, "urgency"),
            severity=_text(info, "severity"),
            certainty=_text(info, "certainty"),
            extents=tuple(self._extent(area) for area in _all(info, "area")),
            response_types=_texts(info, "responseType"),
            codes=_pairs(info, "eventCode") + _pairs(info, "parameter"),
            effective=self._time(info, "effective"),
            onset=self._time(info, "onset"),
            expires=self._time(info, "expires"),
            sender_name=_text(info, "senderName"),
            headline=_text(info, "headline"),
            description=_text(info, "description"),
            instruction=_text(info, "instruction"),
            web=_text(info, "web"),
            contact=_text(info, "contact"),
            resources=len(list(_all(info, "resource"))),
        )

    def _extent(self, area: etree._Element) -> Extent:
        return Extent(
            description=_text(area, "areaDesc"),
            polygons=self._each(area, "polygon", ring),
            circles=self._each(area, "circle", circle),
            geocodes=_pairs(area, "geocode"),
        )

    def _each(
        self, parent: etree._Element, name: str, made: Callable[[str], Value]
    ) -> tuple[Value, ...]:
        values = []
        for element in _all(parent, name):
            try:
                values.append(made(element.text or ""))
            except ValueError as wrong:
                self._fault(element, str(wrong))
        return tuple(values)

    def _references(self, root: etree._Element) -> Iterator[Reference]:
        for element in _all(root, "references"):
            names = (element.text or "").split()
            if len(names) > REFERENCES:
                sentence = _("Too many references: at most %(most)d are read.")
                self._fault(element, sentence % {"most": REFERENCES})
            for written in names[:REFERENCES]:
                parts = written.split(",")
                if len(parts) == 3 and NAME.fullmatch(parts[0]) and NAME.fullmatch(parts[1]):
                    yield Reference(parts[0], parts[1])
                else:
                    sentence = _("“%(written)s” is not “sender,identifier,sent”.")
                    self._fault(element, sentence % {"written": written[:100]})

    def _name(self, root: etree._Element, name: str) -> str:
        element = next(_all(root, name))
        text = (element.text or "").strip()
        if not NAME.fullmatch(text):
            sentence = _("<%(name)s> is 1 to 200 characters without spaces, commas, < and &.")
            self._fault(element, sentence % {"name": name})
        return text

    def _time(self, parent: etree._Element, name: str) -> datetime | None:
        element = next(_all(parent, name), None)
        if element is None:
            return None
        try:
            time = datetime.fromisoformat((element.text or "").strip())
            # Before it becomes UTC, which overflows near the ends of the calendar.
            if time.year in YEARS:
                return time.astimezone(UTC)
        except ValueError:
            pass  # 24:00:00, which the schema lets pass
        self._fault(element, _("<%(name)s> is no time that can be used.") % {"name": name})
        return None

    def _fault(self, element: etree._Element, sentence: str) -> None:
        name = etree.QName(element).localname
        self._faults.append(Fault(name, sentence, element.sourceline or 0))


def _all(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    found: Iterator[etree._Element] = parent.iterchildren(f"{{{CAP}}}{name}")
    return found


def _texts(parent: etree._Element, name: str) -> tuple[str, ...]:
    return tuple((element.text or "").strip() for element in _all(parent, name))


def _text(parent: etree._Element, name: str) -> str:
    return next(iter(_texts(parent, name)), "")


def _pairs(parent: etree._Element, name: str) -> Pairs:
    return tuple((_text(one, "valueName"), _text(one, "value")) for one in _all(parent, name))
