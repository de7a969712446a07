"""Putting a notice's CAP document on record, as it will be read for ever."""

from __future__ import annotations

from django.conf import settings
from lxml import etree

from notify.channels.feeds.cap.document import Said, document, reference
from notify.channels.feeds.cap.sign import sign
from notify.channels.feeds.models import Document, Entry
from notify.channels.notice import Notice
from notify.channels.registry import directory


def freeze(entry: Entry, notice: Notice) -> None:
    """Write the document of a new entry, unless it would mislead who goes by documents alone.

    That is so when the story has gone on already (its turn came too late: nobody may take it for
    the news), and when it ends what no document ever told of. Call it within the transaction that
    moved the story on to this notice: it holds the story, so that two documents of an alert never
    miss each other.
    """
    if entry.story.number > notice.number:
        return
    rows = Document.objects.filter(entry__story=entry.story).order_by("entry__number")
    told = list(rows.select_related("entry").defer("xml"))
    if notice.ends_alert and not told:
        return
    earlier = [Said(row.entry.notice, row.reference) for row in told]
    outlines = directory().outlines(place.code for place in notice.places)
    alert = document(notice, earlier, outlines)
    if settings.CAP_SIGNING_KEY:
        sign(alert, settings.CAP_SIGNING_KEY, settings.CAP_SIGNING_CERTIFICATE)
    xml = etree.tostring(alert, encoding="UTF-8", xml_declaration=True).decode()
    Document.objects.create(entry=entry, reference=reference(notice), xml=xml)
