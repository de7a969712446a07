"""Every message that the simulator accepted or that a person wrote, in order, forever: nothing is evicted."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from .messages import Message


class Ledger:
    """An append-only list with an index per SID, per recipient and per phone. One insert costs a few dict writes."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._all: list[Message] = []
        self._by_sid: dict[str, Message] = {}
        self._by_to: dict[str, list[Message]] = {}
        self._by_phone: dict[str, list[Message]] = {}
        self._recent: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._all)

    def add(self, message: Message) -> None:
        """Append a message and give it its number (1, 2, 3 …)."""
        self._all.append(message)
        message.number = len(self._all)
        self._by_sid[message.sid] = message
        self._by_to.setdefault(message.to, []).append(message)
        self._by_phone.setdefault(message.phone, []).append(message)
        # Taking the key out first moves the phone last: dicts keep insertion order.
        self._recent.pop(message.phone, None)
        self._recent[message.phone] = None

    def get(self, sid: str) -> Message | None:
        """The message with this SID, or None."""
        return self._by_sid.get(sid)

    def holds(self, message: Message) -> bool:
        """False once the ledger was emptied under a message that is still on its way."""
        return self._by_sid.get(message.sid) is message

    def since(self, number: int, limit: int, to: str | None = None) -> list[Message]:
        """Up to ``limit`` messages after the one numbered ``number``, oldest first, optionally to one recipient."""
        messages = self._all if to is None else self._by_to.get(to, [])
        start = bisect_right(messages, number, key=_number)
        return messages[start : start + limit]

    def newest_first(self, to: str | None = None, before: int | None = None) -> Iterator[Message]:
        """Messages from the newest on, optionally to one recipient, optionally only those numbered below ``before``."""
        messages = self._all if to is None else self._by_to.get(to, [])
        end = len(messages) if before is None else bisect_right(messages, before - 1, key=_number)
        return (messages[index] for index in range(end - 1, -1, -1))

    def phone(self, phone: str) -> list[Message]:
        """Everything to and from one phone, oldest first. Do not change the list."""
        return self._by_phone.get(phone, [])

    def phones(self, limit: int) -> list[Message]:
        """The latest message of each of the ``limit`` phones that were active last, newest first."""
        return [self._by_phone[phone][-1] for phone in islice(reversed(self._recent), limit)]

    def phone_count(self) -> int:
        """How many phones have had or written a message."""
        return len(self._by_phone)

    def counts(self) -> dict[str, Any]:
        """Totals by direction, status and error code, and the segments of what was sent out. Walks the whole ledger."""
        outbound = [message for message in self._all if message.outbound]
        return {
            "messages": len(self._all),
            "outbound": len(outbound),
            "inbound": len(self._all) - len(outbound),
            "phones": len(self._by_phone),
            "by_provider": dict(Counter(message.provider for message in outbound)),
            "segments": sum(message.measure.segments for message in outbound),
            "by_status": dict(Counter(message.status for message in self._all)),
            "by_error_code": {
                str(code): n for code, n in Counter(m.error_code for m in self._all).items() if code
            },
        }


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the message list, newest first, and whether there is one before it and one after it."""

    messages: list[Message]
    newer: bool
    older: bool


def page(
    messages: Callable[[int | None], Iterable[Message]],
    wanted: Callable[[Message], bool],
    size: int,
    before: int | None,
) -> Page:
    """Take ``size`` wanted messages from newest to oldest below the number ``before``."""
    chosen = list(islice(filter(wanted, messages(before)), size + 1))
    return Page(chosen[:size], newer=before is not None, older=len(chosen) > size)


def entry(message: Message) -> dict[str, Any]:
    """A message as the control API's ledger tells it: what was accepted, each status, and each callback made."""
    measured = message.measure
    return {
        "number": message.number,
        "sid": message.sid,
        "provider": message.provider,
        "direction": message.direction,
        "to": message.to,
        "from": message.sender,
        "messaging_service_sid": message.messaging_service_sid,
        "body": message.body,
        "encoding": measured.encoding,
        "num_segments": measured.segments,
        "status": message.status,
        "error_code": message.error_code,
        "status_callback": message.callback_url,
        "validity_period": message.validity_seconds,
        "created": _iso(message.created),
        "history": [{"status": status, "at": _iso(at)} for status, at in message.history],
        "callbacks": [
            {"status": s, "at": _iso(at), "answer": answer} for s, at, answer in message.callbacks
        ],
        "note": message.note,
    }


def _number(message: Message) -> int:
    return message.number


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
