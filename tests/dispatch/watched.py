"""A channel that somebody watches, a small handful at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import ClassVar, cast

from notify.channels.base import Receipt, Recipient
from notify.channels.memory import MemoryChannel
from notify.channels.notice import Notice
from notify.residents.models import Subscriber


class Watched(MemoryChannel):
    """Two recipients per handful. Calls ``before`` for each, just before the provider would have the message."""

    handful: ClassVar[int] = 2
    before: Callable[[Recipient], None] = staticmethod(lambda _recipient: None)

    def send(self, notice: Notice, recipients: Iterable[Recipient]) -> Iterator[Receipt]:
        for recipient in recipients:
            self.before(recipient)
            yield from super().send(notice, [recipient])


def addresses(channel: MemoryChannel) -> list[str]:
    return sorted(recipient.address for _notice, recipient in channel.sent)


def phones(people: Sequence[Subscriber]) -> list[str]:
    return sorted(person.phone for person in people)


def once(what: Callable[[], object]) -> Callable[[Recipient], None]:
    """Something that happens before the first message, and never again."""
    left = [what]
    return lambda _recipient: cast(None, left.pop()() if left else None)
