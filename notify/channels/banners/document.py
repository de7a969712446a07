"""The banner document: what a banner shows, as JSON. Version 1 only ever gains fields.

Its bytes depend on what is shown alone: no time of writing, and the time it may be trusted for is
given in seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone, translation

from notify.channels.banners import words as phrases
from notify.channels.banners.publish import until
from notify.channels.notice import Notice

VERSION = 1
VALID_FOR = 3600
"""Seconds a banner may go on showing a document that it cannot renew. After that it goes quiet:
nobody knows any more whether it is true."""

WORST_FIRST = {"Extreme": 0, "Severe": 1, "Moderate": 2, "Minor": 3}


def banner_item(notice: Notice, language: str) -> dict[str, Any]:
    """One alert as a banner shows it; times are RFC 3339 with the site's offset.

    language: of the words, where the alert does not speak the one asked for. instruction: what somebody's
    health may hang on first, as in an SMS, unless the words say it themselves. label: what the tone, its
    colour, says in words. until: when it leaves the banner by itself, or null. corrected: when its words
    were last corrected, or null.
    """
    words = notice.in_language(language)
    spoken = language if notice.words.get(language) else notice.language
    with translation.override(language):
        label = phrases.label(notice)
    return {
        "alert": notice.alert,
        "update": notice.number,
        "severity": notice.severity,
        "urgency": notice.urgency,
        "all_clear": notice.all_clear,
        "cancelled": notice.cancelled,
        "tone": phrases.tone(notice),
        "label": label,
        "headline": words.headline,
        "description": words.description,
        "instruction": " ".join(filter(None, [*phrases.health(notice, spoken), words.instruction])),
        "language": spoken,
        "service": {"slug": notice.service, "name": notice.service_name(language)},
        "places": [{"code": place.code, "name": place.name} for place in notice.places],
        "sent": _time(notice.sent),
        "onset": _time(notice.onset),
        "expires": _time(notice.expires),
        "until": _time(until(notice)),
        "corrected": _time(notice.corrected_at),
        "url": notice.url,
    }


def document(
    notices: Iterable[Notice], language: str, *, publisher: str, page: str, events: str = ""
) -> bytes:
    """The whole document, the worst first and what has ended last.

    page: the absolute address where residents see everything. events: the one of the stream that
    says when something has changed, or "".
    """
    with translation.override(language):
        sentences = phrases.sentences()
    return encode(
        {
            "version": VERSION,
            "language": language,
            "publisher": publisher,
            "page": page,
            "valid_for": VALID_FOR,
            "events": events,
            "words": sentences,
            "items": [banner_item(notice, language) for notice in ranked_notices(notices)],
        }
    )


def ranked_notices(notices: Iterable[Notice]) -> list[Notice]:
    """The worst first and what has ended last, always in the same order."""
    return sorted(notices, key=_rank)


def problem(sentence: str) -> bytes:
    """A problem document (RFC 9457) for an address that asks for what there is not."""
    return encode({"title": "Not Found", "status": 404, "detail": sentence})


def encode(value: dict[str, Any]) -> bytes:
    """The same JSON for the same value, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _rank(notice: Notice) -> tuple[bool, int, float, str]:
    worst = WORST_FIRST.get(notice.severity, len(WORST_FIRST))
    return (notice.ends_alert, worst, -notice.sent.timestamp(), notice.alert)


def _time(time: datetime | None) -> str | None:
    return timezone.localtime(time).isoformat(timespec="seconds") if time else None
