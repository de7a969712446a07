"""Reading CAP documents as a stranger would: with OASIS's schema, and by the standard's rules."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lxml import etree

from notify.channels.feeds.channel import FeedChannel
from notify.channels.feeds.models import Document
from notify.channels.notice import Notice
from notify.intake.cap.schema import FILE
from tests.channels.notices import hand

NAMES = {"cap": "urn:oasis:names:tc:emergency:cap:1.2", "ds": "http://www.w3.org/2000/09/xmldsig#"}


@lru_cache
def schema() -> Any:
    """OASIS's own, as it was published with the standard."""
    return etree.XMLSchema(file=str(FILE))


def valid(xml: bytes | str) -> Any:
    """The document's root. Fails with the schema's words if it is not valid."""
    root = etree.fromstring(xml if isinstance(xml, bytes) else xml.encode())
    schema().assertValid(root)
    return root


def texts(element: Any, path: str) -> list[str]:
    """The texts at a path whose steps are CAP's names: ``texts(root, "info/event")``."""
    steps = "/".join(f"cap:{step}" for step in path.split("/"))
    return [found.text or "" for found in element.iterfind(steps, NAMES)]


def published(*notices: Notice) -> list[Any]:
    """Publish the notices in that order; their documents' roots, valid, the last notice's last."""
    for notice in notices:
        hand(FeedChannel(), notice)
    rows = Document.objects.filter(entry__update__in=[notice.update for notice in notices])
    return [valid(row.xml) for row in rows.order_by("entry__number")]
