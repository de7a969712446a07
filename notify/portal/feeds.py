"""Where feeds are, for pages that name them."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from notify.channels.feeds.formats import Format

NAMES: dict[Format, str | Promise] = {
    Format.RSS: "RSS",
    Format.ATOM: "Atom",
    Format.JSON: "JSON Feed",
    Format.GEOJSON: "GeoJSON",
    Format.ICS: _("Calendar"),
}


@dataclass(frozen=True, slots=True)
class Feed:
    """One format of a feed: what people call the format, its media type, and its address."""

    name: str | Promise
    type: str
    url: str


def feeds(route: str, **place: str) -> list[Feed]:
    """A route of the feeds in every format, in the language of the page."""
    words = {"language": get_language() or "", **place}
    return [
        Feed(name, form.media_type, reverse(f"feeds:{route}", kwargs={**words, "suffix": form}))
        for form, name in NAMES.items()
    ]
