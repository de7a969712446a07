"""Which CAP documents there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from notify.channels.feeds.models import Document, Entry, EntryArea
from notify.channels.feeds.selectors import LINGER, MOST, Scope
from notify.channels.notice import Notice
from notify.channels.places import concerning


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in an index. update: its identifier."""

    update: UUID
    sent: datetime


def listed(scope: Scope, now: datetime) -> list[Listed]:
    """The documents of the alerts that a feed of this scope shows, newest first; one SQL statement."""
    over_at = "entry__story__over_at"
    documents = Document.objects.filter(Q((over_at, None)) | Q((f"{over_at}__gt", now - LINGER)))
    if scope.service:
        documents = documents.filter(entry__service=scope.service)
    if scope.path:
        places = EntryArea.objects.filter(concerning([scope.path]), entry=OuterRef("entry"))
        documents = documents.filter(Exists(places))
    newest = documents.order_by("-entry__sent", "-entry__number", "-pk")
    return [Listed(*row) for row in newest.values_list("entry__update", "entry__sent")[:MOST]]


def words(documents: Iterable[Listed]) -> list[tuple[Listed, Notice]]:
    """The documents with their frozen words; one SQL statement."""
    rows = list(documents)
    entries = Entry.objects.filter(update__in=[row.update for row in rows])
    found = dict(entries.values_list("update", "notice_json"))
    return [(row, Notice.from_json(found[row.update])) for row in rows]


def frozen(identifier: UUID) -> tuple[str, datetime] | None:
    """A document as it was published, and when; one SQL statement."""
    rows = Document.objects.filter(entry__update=identifier)
    return rows.values_list("xml", "frozen_at").first()


def latest(alert: str) -> UUID | None:
    """The identifier of an alert's latest document, if it has any; one SQL statement."""
    entries = Entry.objects.filter(story__alert=alert, document__isnull=False)
    return entries.order_by("-number").values_list("update", flat=True).first()
