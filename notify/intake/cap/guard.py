"""Before a document is built in memory: whether it is XML, plain and small enough to be looked at.

Expat only reports what it meets. It opens nothing, and here it is stopped at the first mention of a
document type, so no entity is ever declared, let alone expanded.
"""

from __future__ import annotations

from typing import Any, NoReturn
from xml.parsers import expat

from django.utils.translation import gettext as _

from notify.intake.faults import Fault, Unreadable

CAP = "urn:oasis:names:tc:emergency:cap:1.2"
OLDER = {
    "urn:oasis:names:tc:emergency:cap:1.1": "1.1",
    "http://www.incident.com/cap/1.0": "1.0",
}
"""The namespaces of earlier versions."""
DEEPEST = 40
"""How many elements may stand inside each other: CAP needs 5, a signature in it some 10 more."""
MOST = 20_000
"""How many elements there may be."""
SEPARATOR = " "


def check(body: bytes) -> None:
    """Raise Unreadable, with the line, unless it is well-formed, without DOCTYPE, and CAP 1.2 by its root."""
    parser = expat.ParserCreate(namespace_separator=SEPARATOR)
    _Watch(parser)
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        place = {"line": error.lineno, "column": error.offset + 1}
        sentence = _("This is not well-formed XML. Look at line %(line)d, column %(column)d.")
        raise Unreadable(Fault("", sentence % place)) from None
    except (ValueError, LookupError):
        raise Unreadable(Fault("", _("Send it as UTF-8."), 1)) from None


class _Watch:
    """What a parser is stopped for."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self._depth = self._count = 0
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if not self._count:
            self._check_root(name)
        self._count += 1
        self._depth += 1
        if self._depth > DEEPEST:
            self._stop(_("Too many elements inside each other."))
        if self._count > MOST:
            self._stop(_("Too many elements: at most %(most)d are read.") % {"most": MOST})

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _doctype(self, *_declared: Any) -> None:
        self._stop(_("A document type (DOCTYPE) is not allowed here. Leave it out."))

    def _check_root(self, name: str) -> None:
        namespace, _space, local = name.rpartition(SEPARATOR)
        if local == "alert" and namespace in OLDER:
            older = {"version": OLDER[namespace]}
            self._stop(_("This is CAP %(version)s. Only CAP 1.2 is read here.") % older)
        if (namespace, local) != (CAP, "alert"):
            wanted = {"name": local[:60], "namespace": CAP}
            sentence = _(
                "It begins with <%(name)s>. CAP 1.2 begins with <alert xmlns=“%(namespace)s”>."
            )
            self._stop(sentence % wanted)

    def _stop(self, sentence: str) -> NoReturn:
        raise Unreadable(Fault("", sentence, self._parser.CurrentLineNumber))
