"""The in-memory twin: a channel that keeps what it is given, for tests and for trying things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from notify.channels.base import (
    AddressedBy,
    Outcome,
    Preview,
    Receipt,
    Recipient,
    Text,
    TextChannel,
)
from notify.channels.notice import Notice


class MemoryChannel(TextChannel):
    """Accepts everything, unless ``fates`` says otherwise for an address."""

    name: ClassVar[str] = "memory"
    addressed_by: ClassVar[AddressedBy] = AddressedBy.SUBSCRIBER

    def __init__(self) -> None:
        """Start empty."""
        self.sent: list[tuple[Notice, Recipient]] = []
        self.texts: list[Text] = []
        self.fates: dict[str, Outcome] = {}

    def send(self, notice: Notice, recipients: Iterable[Recipient]) -> Iterator[Receipt]:
        """Keep the notice with its recipient and accept it."""
        for recipient in recipients:
            outcome = self._fate(recipient)
            if outcome == Outcome.ACCEPTED:
                self.sent.append((notice, recipient))
            yield self._receipt(recipient.reference, outcome)

    def look_up(self, notice: Notice, recipients: Sequence[Recipient]) -> Iterator[Receipt]:
        """It remembers exactly, so nothing stays in doubt."""
        known = {recipient.reference for _notice, recipient in self.sent}
        for recipient in recipients:
            found = recipient.reference in known
            yield self._receipt(recipient.reference, Outcome.ACCEPTED if found else Outcome.ABSENT)

    def send_texts(self, texts: Sequence[Text]) -> Iterator[Receipt]:
        """Keep the text and accept it."""
        for text in texts:
            outcome = self._fate(text)
            if outcome == Outcome.ACCEPTED:
                self.texts.append(text)
            yield self._receipt(text.reference, outcome)

    def look_up_texts(self, texts: Sequence[Text]) -> Iterator[Receipt]:
        """It remembers exactly, so nothing stays in doubt."""
        known = {text.reference for text in self.texts}
        for text in texts:
            found = text.reference in known
            yield self._receipt(text.reference, Outcome.ACCEPTED if found else Outcome.ABSENT)

    def preview(self, notice: Notice, language: str) -> Preview:
        """The headline."""
        words = notice.in_language(language)
        return Preview(self.name, language, "memory/preview.html", {"text": words.headline})

    def _fate(self, one: Recipient | Text) -> Outcome:
        if not one.permit.holds:
            return Outcome.FAILED_FOR_NOW
        return self.fates.get(one.address, Outcome.ACCEPTED)

    def _receipt(self, reference: str, outcome: Outcome) -> Receipt:
        return Receipt(
            reference,
            outcome,
            provider=self.name,
            provider_id=f"memory-{reference}",
            units=1,
            error="" if outcome in (Outcome.ACCEPTED, Outcome.ABSENT) else "memory",
        )
