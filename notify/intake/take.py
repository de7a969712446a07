"""Taking a message in: once, whole, and published only if that is exactly what it says and may be.

read ──▶ take_in ──▶ a draft; a published alert; a move of what it refers to; or it waits for an editor
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from notify.alerts import tidy
from notify.alerts.lifecycle import AlertChanged
from notify.alerts.vocabulary import Move
from notify.intake import follow
from notify.intake.document import Document
from notify.intake.faults import Fault, Refused
from notify.intake.follow import Result, Taking
from notify.intake.meaning import DRAFT, check
from notify.intake.models import Message, Origin, Outcome
from notify.intake.story import overtaking, story_of, written

LONGEST_LIST = 2000
"""How much of the names of a message's areas is kept for its readers, in characters."""


def take_in(document: Document, *, origin: Origin, taking: Taking) -> tuple[Message, bool]:
    """Take it in, all or nothing; returns what is known of it, and whether it is new.

    The same message again changes nothing and gets the same answer, of any number at once. Raises
    Refused or ValidationError with what needs mending, and AlertChanged if an editor was faster twice.
    """
    try:
        return _once(document, origin, taking)
    except AlertChanged:
        # An editor changed the alert just now: looked at again, it is theirs.
        return _once(document, origin, taking)


def _once(document: Document, origin: Origin, taking: Taking) -> tuple[Message, bool]:
    if known := _known(document):
        return known, False
    check(document)
    try:
        with transaction.atomic():
            message = _put_down(document, origin, taking)
            _follow(message, document, taking)
    except IntegrityError:
        # It was sent twice at once.
        if known := _known(document):
            return known, False
        raise
    return message, True


def _known(document: Document) -> Message | None:
    named = Message.objects.filter(sender=document.sender, identifier=document.identifier)
    known = named.select_related("update").first()
    if known and known.digest != document.digest:
        sentence = _("This identifier was used before, for another message.")
        raise Refused(Fault("identifier", sentence))
    return known


def _put_down(document: Document, origin: Origin, taking: Taking) -> Message:
    """The row, before anything follows from it: who comes second with the same message waits here."""
    return Message.objects.create(
        origin=origin,
        sender=document.sender,
        identifier=document.identifier,
        sent=document.sent,
        message_type=document.message_type,
        ends=document.ends,
        references=written(document.references),
        digest=document.digest,
        # Shown among our own words, which must not be turned round by it.
        sender_name=tidy.line(document.sender_name)[:200] or document.sender,
        said=list(_said(document)),
        by=taking.by,
    )


def _follow(message: Message, document: Document, taking: Taking) -> None:
    result = _result(
        document, replace(taking, publishes=taking.publishes and document.status != DRAFT)
    )
    alert = result.alert
    message.outcome, message.update = result.outcome, result.update
    message.alert, message.version = alert, alert.version if alert else None
    message.code = alert.code if alert else result.code
    message.remarks = dict(result.remarks)
    message.areas = [
        {"code": m.area.code, "name": m.area.name, "by": m.by.value, "said": m.said[:200]}
        for m in result.found
    ]
    message.save()


def _result(document: Document, taking: Taking) -> Result:
    if newer := overtaking(document, by=taking.by):
        return Result(Outcome.LATE, newer.alert, code=newer.code)
    if document.message_type == "Alert":
        if document.all_clear:
            sentence = _("An all-clear is an Update that refers to what is over.")
            raise Refused(Fault("msgType", sentence))
        return follow.begin(document, taking)
    story = story_of(document, by=taking.by)
    if document.message_type == "Cancel":
        return follow.end(document, story, taking, Move.CANCEL)
    if document.all_clear:
        return follow.end(document, story, taking, Move.RESOLVE)
    return follow.go_on(document, story, taking)


def _said(document: Document) -> Iterator[dict[str, Any]]:
    """What it says, as its readers shall see it: text, whatever it looks like."""
    for info in document.infos:
        names = ("language", "event", "headline", "description", "instruction", "web", "contact")
        areas = ", ".join(extent.description for extent in info.extents)
        yield {name: getattr(info, name) for name in names} | {"areas": areas[:LONGEST_LIST]}
