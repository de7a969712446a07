"""The channel that publishes entries in feeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.utils import translation

from notify.channels.base import Preview
from notify.channels.feeds.publish import correct, publish
from notify.channels.feeds.wording import entry_words, moment
from notify.channels.notice import Notice, Place
from notify.channels.published import PublishingChannel


class FeedChannel(PublishingChannel):
    """Publishes an entry, which every feed of the area shows from the moment the receipt is given."""

    name: ClassVar[str] = "feeds"

    def publish(self, notice: Notice, places: Sequence[Place]) -> None:
        """Put the notice into the feeds of these places."""
        publish(notice, places)

    def correct(self, notice: Notice) -> None:
        """Show the notice's entry in its corrected words."""
        correct(notice)

    def preview(self, notice: Notice, language: str) -> Preview:
        """The entry as a feed reader shows it."""
        words = entry_words(notice, language, ending=notice.ending)
        with translation.override(language):
            sent = moment(notice.sent)
        context = {
            "title": words.title,
            "sent": sent,
            "categories": [category.label for category in words.categories],
            "html": words.html,
            "url": notice.url,
            "publisher": notice.publisher,
            "language": words.language,
        }
        return Preview(self.name, language, "feeds/preview.html", context)
