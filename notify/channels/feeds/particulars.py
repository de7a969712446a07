"""What a program wants to know of an entry beside its words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from notify.channels.feeds.formats import Item


def particulars(item: Item) -> dict[str, Any]:
    """Plain JSON values in CAP's terms. ``latest``: whether nothing newer was said of the alert.

    ``corrected``: when its words were last corrected, which is no news of the alert.
    """
    notice, listed = item.notice, item.listed
    return {
        "alert": notice.alert,
        "number": notice.number,
        "latest": listed.latest,
        "ending": item.ending or None,
        "corrected": stamp(notice.corrected_at) if notice.corrected_at else None,
        "message_type": notice.message_type,
        "response_type": notice.response_type or None,
        "service": notice.service,
        "severity": notice.severity,
        "urgency": notice.urgency,
        "certainty": notice.certainty,
        "onset": stamp(notice.onset),
        "expires": stamp(notice.expires) if notice.expires else None,
        "areas": [{"code": place.code, "name": place.name} for place in notice.places],
    }


def local(time: datetime) -> datetime:
    """Whole seconds with the site's offset: what feeds write down."""
    return timezone.localtime(time).replace(microsecond=0)


def stamp(time: datetime) -> str:
    """The same as text (RFC 3339)."""
    return local(time).isoformat()
