"""The channel that publishes entries in RSS and Atom feeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from django.utils import translation

from notify.channels.base import AddressedBy, Channel, Outcome, Preview, Receipt, Recipient
from notify.channels.feeds.publish import publish
from notify.channels.feeds.wording import entry_words, moment
from notify.channels.notice import Notice
from notify.channels.places import addressed


class FeedChannel(Channel):
    """Publishes an entry, which every feed of the area shows from the moment the receipt is given.

    Free, and harmless to do twice: what is there already stays as it is, to the byte.
    """

    name: ClassVar[str] = "feeds"
    addressed_by: ClassVar[AddressedBy] = AddressedBy.AREA

    def send(self, notice: Notice, recipients: Sequence[Recipient]) -> Iterator[Receipt]:
        """Put the notice into the feeds of the areas whose codes are the addresses."""
        publish(notice, addressed(notice, recipients))
        for recipient in recipients:
            yield Receipt(
                recipient.reference,
                Outcome.DELIVERED,
                provider=self.name,
                provider_id=notice.update,
            )

    def preview(self, notice: Notice, language: str) -> Preview:
        """The entry as a feed reader shows it."""
        words = entry_words(notice, language, ending=_own_ending(notice))
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


def _own_ending(notice: Notice) -> str:
    if notice.cancelled:
        return "cancelled"
    return "resolved" if notice.all_clear else ""
