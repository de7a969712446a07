"""A notice as a CAP 1.2 document: elements in the schema's order, the same bytes for the same arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from lxml import etree

from notify.channels.feeds.cap import words
from notify.channels.feeds.cap.places import geocode, polygons
from notify.channels.feeds.selectors import LINGER
from notify.channels.feeds.wording import SERVICE_SCHEME
from notify.channels.notice import Notice, Place
from notify.channels.texts import clean

CAP = "urn:oasis:names:tc:emergency:cap:1.2"


@dataclass(frozen=True, slots=True)
class Said:
    """What was said before of the same alert. reference: its "sender,identifier,sent"."""

    notice: Notice
    reference: str


def document(
    notice: Notice, earlier: Sequence[Said], outlines: Mapping[str, Mapping[str, Any]]
) -> etree._Element:
    """The alert element. earlier: oldest first. outlines: GeoJSON geometries by the code of the area."""
    alert = etree.Element(f"{{{CAP}}}alert", nsmap={None: CAP})
    sender, identifier, sent = reference(notice).split(",")
    _add(alert, "identifier", identifier)
    _add(alert, "sender", sender)
    _add(alert, "sent", sent)
    _add(alert, "status", settings.CAP_STATUS)
    # To whoever listens here an update of what was never said here is the first that they hear.
    _add(alert, "msgType", notice.message_type if earlier else "Alert")
    _add(alert, "scope", "Public")
    with translation.override(notice.language):
        _add(alert, "note", words.note(settings.CAP_STATUS))
    _add(alert, "references", " ".join(said.reference for said in earlier))
    about = words.categories(notice, (said.notice for said in earlier))
    for language in _languages(notice):
        with translation.override(language):
            alert.append(_info(notice, language, about, outlines))
    etree.indent(alert)
    return alert


def reference(notice: Notice) -> str:
    """The notice's name among all alerts of the world: "sender,identifier,sent"."""
    return f"{settings.CAP_SENDER},{notice.update},{moment(notice.sent)}"


def moment(time: datetime) -> str:
    """A time as CAP writes it: whole seconds with the site's offset, UTC's as -00:00 (section 3.3.2)."""
    written = timezone.localtime(time).replace(microsecond=0).isoformat()
    return f"{written.removesuffix('+00:00')}-00:00" if written.endswith("+00:00") else written


def _languages(notice: Notice) -> list[str]:
    """The languages that it says something in, its own first."""
    known = [code for code, _name in settings.LANGUAGES if notice.words.get(code)]
    return list(dict.fromkeys([notice.language, *known]))


def _info(
    notice: Notice, language: str, about: list[str], outlines: Mapping[str, Mapping[str, Any]]
) -> etree._Element:
    info = etree.Element(f"{{{CAP}}}info", nsmap={None: CAP})
    _add(info, "language", language)
    for category in about:
        _add(info, "category", category)
    _add(info, "event", words.event(notice, language))
    _add(info, "responseType", words.response_type(notice))
    _add(info, "urgency", words.urgency(notice))
    _add(info, "severity", notice.severity)
    _add(info, "certainty", notice.certainty)
    _add(info, "audience", _("Everybody in the areas concerned"))
    _pair(info, "eventCode", SERVICE_SCHEME, notice.service)
    _add(info, "effective", moment(notice.sent))
    _add(info, "onset", moment(notice.onset))
    _add(info, "expires", _expires(notice))
    _add(info, "senderName", words.one_line(notice.publisher))
    _add(info, "headline", words.one_line(notice.in_language(language).headline))
    _add(info, "description", words.description(notice, language))
    _add(info, "instruction", words.instruction(notice, language))
    _add(info, "web", notice.url)
    contact = filter(None, (settings.PUBLISHER_PHONE, settings.PUBLISHER_EMAIL))
    _add(info, "contact", words.one_line(", ".join(contact)))
    for place in notice.places:
        info.append(_area(place, outlines.get(place.code)))
    return info


def _expires(notice: Notice) -> str:
    """Until when it may be shown. An end is news for as long as we show it, whatever was expected before."""
    end = notice.sent + LINGER if notice.ends_alert else notice.expires
    return moment(end) if end else ""


def _area(place: Place, outline: Mapping[str, Any] | None) -> etree._Element:
    area = etree.Element(f"{{{CAP}}}area", nsmap={None: CAP})
    _add(area, "areaDesc", words.one_line(place.name) or place.code)
    for polygon in polygons(outline):
        _add(area, "polygon", polygon)
    _pair(area, "geocode", *geocode(place.code))
    return area


def _add(parent: etree._Element, name: str, text: str) -> None:
    """An element with that text; none where there is nothing to say, for CAP wants none empty."""
    if text:
        etree.SubElement(parent, f"{{{CAP}}}{name}").text = clean(text)


def _pair(parent: etree._Element, name: str, value_name: str, value: str) -> None:
    pair = etree.SubElement(parent, f"{{{CAP}}}{name}")
    _add(pair, "valueName", value_name)
    _add(pair, "value", value)
