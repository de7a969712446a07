"""Fetching warnings for the editors: each that concerns our areas becomes a draft, once; none is published.

What goes wrong is one line in the log, and counts in ``/metrics`` (``notify.intake.metrics``).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from notify.intake.document import Document
from notify.intake.faults import Refused
from notify.intake.follow import Taking
from notify.intake.models import Origin, Poll
from notify.intake.places import matches
from notify.intake.story import story_of
from notify.intake.take import take_in
from notify.intake.vma import shape
from notify.intake.vma.client import Unanswered, ask

log = logging.getLogger(__name__)

HELD = timedelta(minutes=3)
"""For how long one asking is alone: longer than it can take, and not for ever if its worker dies."""
SELDOM = timedelta(minutes=15)
"""How seldom it is asked at most, while it fails."""


def poll() -> None:
    """Ask if it is time, and take in what is new. Never raises for what the other side does.

    Twice is harmless, side by side too: who claims the row asks.
    """
    now = timezone.now()
    row = Poll.of(Origin.VMA)
    due = Poll.objects.filter(pk=row.pk, due_at__lte=now)
    if not settings.VMA_URL or not due.update(due_at=now + HELD):
        return
    try:
        answer = ask(settings.VMA_URL, etag=row.etag, modified=row.modified)
        faults = _take_all(answer.body) if answer.body is not None else []
    except (Unanswered, shape.Misshapen) as fault:
        _failed(row, str(fault), now)
        return
    if faults:
        log.warning(
            "VMA: %d messages are not taken in, the first because %s", len(faults), faults[0]
        )
    heard = {
        "failures": 0,
        "answered_at": now,
        "due_at": now + timedelta(seconds=settings.VMA_POLL),
    }
    if answer.body is not None:
        # What could not be taken in is asked for again: what was in its way may be mended here.
        heard |= (
            {"etag": "", "modified": ""}
            if faults
            else {"etag": answer.etag, "modified": answer.modified}
        )
    row.changed(**heard)


def _failed(row: Poll, reason: str, now: datetime) -> None:
    """Ask again later, and ever later."""
    failures = row.failures + 1
    pause = min(timedelta(seconds=settings.VMA_POLL) * 2 ** min(failures - 1, 10), SELDOM)
    row.changed(failures=failures, due_at=now + pause)
    log.warning("VMA: %s; asked again in %d s", reason, pause.total_seconds())


def _take_all(body: bytes) -> list[str]:
    """Take in what concerns us, the oldest first; returns why others that do are not taken in."""
    faults, documents = [], []
    for message in shape.messages(body):
        try:
            documents.append(shape.document(message))
        except shape.Misshapen as fault:
            faults.append(str(fault))
    for document in sorted(documents, key=lambda document: document.sent):
        try:
            with translation.override("en"):
                _take(document)
        except (Refused, ValidationError) as no:
            faults.append(f"{document.identifier}: {' '.join(getattr(no, 'messages', [str(no)]))}")
        except Exception as error:  # noqa: BLE001 - one that fails must not hold back the others
            faults.append(f"{document.identifier}: {type(error).__name__}")
    return faults


def _take(document: Document) -> None:
    if _concerns_us(document):
        taking = Taking(by=None, publishes=False, service=settings.VMA_SERVICE)
        message, new = take_in(document, origin=Origin.VMA, taking=taking)
        if new:
            log.info("VMA: %s is taken in (%s)", message.identifier, message.outcome)


def _concerns_us(document: Document) -> bool:
    """Whether it is meant in earnest, and is about our areas or goes on with what we have of its sender."""
    if document.status != settings.CAP_STATUS or document.scope != "Public":
        return False
    if document.ends or document.own is None:
        return story_of(document, by=None).known
    return (
        bool(matches(document.own.extents).found) or story_of(document, by=None).alert is not None
    )
