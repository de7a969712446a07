"""What a channel is: it says its name and what addresses it, takes a notice, and says per address
what became of it.

Adding one is its folder, a line in ``settings.NOTIFY_CHANNELS``, and its tests against the shared
contract in ``tests/channels/contract.py``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar

from notify.channels.notice import Notice
from notify.channels.permit import ALWAYS, Permit


class AddressedBy(StrEnum):
    """What a channel's addresses are: people who asked, the places concerned, or what it names itself."""

    SUBSCRIBER = "subscriber"
    AREA = "area"
    OWN = "own"


class Outcome(StrEnum):
    """What became of one message, as far as is known."""

    ACCEPTED = "accepted"
    """The provider has it; its later word will follow."""
    DELIVERED = "delivered"
    """It is where it should be."""
    FAILED = "failed"
    """It will not arrive, and trying again will not help."""
    FAILED_FOR_NOW = "failed for now"
    """The provider certainly did not take it; trying later may help."""
    IN_DOUBT = "in doubt"
    """Nobody here can know whether the provider took it: ask before sending again."""
    ABSENT = "absent"
    """Asked, and the provider certainly does not have it (only from ``look_up``)."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address of a notice.

    address: E.164, an area's code, or one of the channel's own. reference: ours; comes back in the receipt and in the
    provider's later word. language: what the person reads. provider: who was asked to carry it
    before, where that is known; for ``look_up``.
    earlier: ids of other messages that a provider has for this address, which may have the same words;
    ``look_up`` passes them over. permit: until when it may leave.
    """

    address: str
    reference: str
    language: str
    provider: str = ""
    earlier: tuple[str, ...] = ()
    permit: Permit = field(default=ALWAYS, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """Words for one person that are no notice: a code, an answer.

    valid_for: seconds after which they are worthless. provider: who was asked to carry it before,
    where that is known; for ``look_up_texts``. permit: until when it may leave.
    """

    address: str
    reference: str
    body: str
    valid_for: int
    provider: str = ""
    permit: Permit = field(default=ALWAYS, compare=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome for one reference.

    provider: who took or refused it. provider_id: their name for it. error: their code, or ours.
    units: what is paid for (segments). retry_after: seconds the provider asked us to wait.
    opted_out: the refusal says that the person does not want to hear from us.
    """

    reference: str
    outcome: Outcome
    provider: str = ""
    provider_id: str = ""
    error: str = ""
    units: int = 0
    retry_after: float | None = None
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a channel will carry, to be shown before publishing.

    template: the channel's own, rendered with ``context`` as ``preview``. units: what one
    recipient costs, in the channel's units; price: of one unit in ``currency``, or None if free.
    """

    channel: str
    language: str
    template: str
    context: Mapping[str, Any]
    units: int = 0
    price: float | None = None
    currency: str = ""


class ChannelError(Exception):
    """The channel as a whole cannot work now (wrong password, provider away); ``str()`` says why."""


class Channel(ABC):
    """One way for words to travel."""

    name: ClassVar[str]
    addressed_by: ClassVar[AddressedBy]
    handful: ClassVar[int] = 100
    """How many recipients are taken out of the ledger at a time: so many are drawn at no cost after
    the first of them, and so many a worker that dies leaves to be asked about."""
    rests: ClassVar[timedelta] = timedelta(0)
    """How long after expansion its addresses of its own are due: at once, unless it must wait for others."""

    repeatable: ClassVar[bool] = False
    """Whether a person may have a notice carried again to an address that has it already: only where
    the receiver knows it again, and does nothing twice."""

    hears_of_corrections: ClassVar[bool] = False
    """Whether it is told again when words are corrected: only where it carries none, and says that there is
    something to fetch."""

    def addresses(self, notice: Notice, told: Collection[str]) -> Collection[str]:
        """Of a channel whose addresses are its OWN: those that the notice is for, as of now.

        told: those that an earlier notice of the same alert may have reached; as long as they are
        there they must hear how it goes on. Each has at most 64 characters, and stands for the same
        receiver for ever.
        """
        return ()

    @abstractmethod
    def send(self, notice: Notice, recipients: Iterable[Recipient]) -> Iterator[Receipt | None]:
        """Carry the notice to each recipient; yield a receipt for each as soon as it is known.

        Where receivers may be silent for long, yield None meanwhile, so that the caller puts down
        what it has of the others.

        recipients: to be drawn in the caller's thread and only when there is room for them, because
        who was drawn counts as told; drawing may raise what the database raises.

        Yields exactly one receipt per recipient, in any order, and raises nothing for the sake of
        a single one. Called without an open transaction.

        Where a message cannot be carried twice without harm, its permit is looked at in the last
        moment before it leaves; one that holds no longer makes it FAILED_FOR_NOW.
        """

    def look_up(self, notice: Notice, recipients: Sequence[Recipient]) -> Iterator[Receipt]:
        """Ask what became of messages in doubt; yield a receipt for each.

        A channel for which doing it twice is harmless says ABSENT, and is simply asked again.
        """
        for recipient in recipients:
            yield Receipt(recipient.reference, Outcome.ABSENT)

    def problems(self, notice: Notice) -> list[str]:
        """Why the channel would refuse the notice: sentences for the editor, empty if it is fine."""
        return []

    def reason(self, error: str) -> str:
        """What an error code of the provider's means, as a plain sentence for an editor."""
        return error

    def may_work_later(self, error: str) -> bool:
        """Whether a message that failed with this code may arrive if a person has it tried again.

        Not so where the address takes no message ever, or the person wants none.
        """
        return False

    @abstractmethod
    def preview(self, notice: Notice, language: str) -> Preview:
        """What it would carry, in that language."""


class TextChannel(Channel):
    """A channel that can also carry words to one person."""

    def opted_out(self, error: str) -> bool:
        """Whether an error code of the provider's says that the person told it to stop us."""
        return False

    @abstractmethod
    def send_texts(self, texts: Sequence[Text]) -> Iterator[Receipt]:
        """Like ``send``, each with a text of its own."""

    @abstractmethod
    def look_up_texts(self, texts: Sequence[Text]) -> Iterator[Receipt]:
        """Like ``look_up``, each with a text of its own."""
