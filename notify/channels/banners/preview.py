"""The banner as an editor sees it before publishing, as the script would draw it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def look(item: dict[str, Any], language: str) -> dict[str, Any]:
    """An item of the banner document with the labels and times that a banner puts to it."""
    with translation.override(language):
        return {
            "heading": _("Service information"),
            "language": language,
            "item": item,
            "tone": item["tone"],
            "label": item["label"],
            "meta": ", ".join([item["service"]["name"], *(p["name"] for p in item["places"])]),
            "times": _times(item),
            "text": item["instruction"] or item["description"],
        }


def _times(item: dict[str, Any]) -> str:
    if item["all_clear"] or item["cancelled"]:
        return ""
    onset = datetime.fromisoformat(item["onset"])
    begun = _("Since %(time)s.") if onset <= timezone.now() else _("Planned for %(time)s.")
    parts = [begun % {"time": _moment(onset)}]
    if item["expires"]:
        expires = datetime.fromisoformat(item["expires"])
        parts.append(_("Expected to be over %(time)s.") % {"time": _moment(expires)})
    return " ".join(parts)


def _moment(time: datetime) -> str:
    """The day and the time of day, as the script writes them."""
    local = timezone.localtime(time)
    clock = {"time": formats.date_format(local, pgettext("banner, time of day", "H:i"))}
    if local.date() == timezone.localdate():
        return _("today at %(time)s") % clock
    return _("%(day)s at %(time)s") % {"day": formats.date_format(local, "j F"), **clock}
