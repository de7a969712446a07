"""The channel that shows the latest notice of each alert in banners on other sites' pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from notify.channels.banners.document import banner_item
from notify.channels.banners.preview import look
from notify.channels.banners.publish import correct, publish
from notify.channels.base import Preview
from notify.channels.notice import Notice, Place
from notify.channels.published import PublishingChannel


class BannerChannel(PublishingChannel):
    """Puts the notice on record; each banner of the area shows it within seconds."""

    name: ClassVar[str] = "banners"

    def publish(self, notice: Notice, places: Sequence[Place]) -> None:
        """Show the notice in the banners of these places."""
        publish(notice, places)

    def correct(self, notice: Notice) -> None:
        """Show the notice in its corrected words in the banners that it is in."""
        correct(notice)

    def preview(self, notice: Notice, language: str) -> Preview:
        """The banner as it will look on somebody's page."""
        context = look(banner_item(notice, language), language)
        return Preview(self.name, language, "banners/preview.html", context)
