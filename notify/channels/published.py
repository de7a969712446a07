"""Channels that publish for areas: what they put on record is there at once, for whoever looks."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from notify.channels.base import AddressedBy, Channel, Outcome, Receipt, Recipient
from notify.channels.notice import Notice, Place
from notify.channels.places import addressed


class PublishingChannel(Channel):
    """A channel whose provider is our own database: free, final, and harmless to do twice."""

    addressed_by: ClassVar[AddressedBy] = AddressedBy.AREA

    @abstractmethod
    def publish(self, notice: Notice, places: Sequence[Place]) -> None:
        """Put the notice on record for these places; again and out of order, to the same result."""

    @abstractmethod
    def correct(self, notice: Notice) -> None:
        """Show the notice's corrected words in the place of those that it was, or will be, published with.

        Whoever has seen it is not told again: its name, its number and its times stay. It may come
        before any worker has published the notice, and again; the latest ``corrected_at`` holds.
        Called within the transaction that makes the correction, so it writes to the database alone.
        """

    def send(self, notice: Notice, recipients: Iterable[Recipient]) -> Iterator[Receipt]:
        """Publish the notice for the areas whose codes are the addresses, all at once."""
        everywhere = list(recipients)
        if everywhere:
            self.publish(notice, addressed(notice, everywhere))
        for recipient in everywhere:
            yield Receipt(
                recipient.reference,
                Outcome.DELIVERED,
                provider=self.name,
                provider_id=notice.update,
            )
