"""The channel that shows the latest notice of each alert in banners on other sites' pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from notify.channels.banners.document import banner_item
from notify.channels.banners.preview import look
from notify.channels.banners.publish import publish
from notify.channels.base import AddressedBy, Channel, Outcome, Preview, Receipt, Recipient
from notify.channels.notice import Notice
from notify.channels.places import addressed


class BannerChannel(Channel):
    """Puts the notice on record; each banner of the area shows it at its next look, within 30 s.

    Free, and harmless to do twice: what is there already stays as it is, to the byte.
    """

    name: ClassVar[str] = "banners"
    addressed_by: ClassVar[AddressedBy] = AddressedBy.AREA

    def send(self, notice: Notice, recipients: Sequence[Recipient]) -> Iterator[Receipt]:
        """Show the notice in the banners of the areas whose codes are the addresses."""
        publish(notice, addressed(notice, recipients))
        for recipient in recipients:
            yield Receipt(
                recipient.reference,
                Outcome.DELIVERED,
                provider=self.name,
                provider_id=notice.update,
            )

    def preview(self, notice: Notice, language: str) -> Preview:
        """The banner as it will look on somebody's page."""
        context = look(banner_item(notice, language), language)
        return Preview(self.name, language, "banners/preview.html", context)
