"""What people write from their phones, and what they get back."""

from __future__ import annotations

from itertools import count

from notify.channels.memory import MemoryChannel
from notify.channels.signals import text_received
from notify.dispatch.direct import send_direct

PHONE = "+46701740605"
NAMES = count(1)


def write(
    body: str, *, address: str = PHONE, answered: bool = False, provider_id: str = ""
) -> None:
    """A message from a phone; each has a name of its own at the provider, unless one is given."""
    text_received.send(
        sender=None,
        address=address,
        body=body,
        provider_id=provider_id or f"SM{next(NAMES)}",
        answered=answered,
    )


def answers(memory: MemoryChannel) -> list[tuple[str, str]]:
    """Send what waits; address and words of each text so far."""
    send_direct()
    return [(text.address, text.body) for text in memory.texts]


def last_answer(memory: MemoryChannel) -> str:
    """Send what waits; the words of the latest text, "" if there is none."""
    found = answers(memory)
    return found[-1][1] if found else ""
