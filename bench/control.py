"""The stand-in from outside: how it shall behave, and what it counted."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """What was accepted of one text. times: POSIX seconds of the first, each thousandth and the last."""

    text: str
    segments: int
    accepted: int
    times: tuple[float, ...]

    @property
    def first(self) -> float:
        """When the first was accepted."""
        return self.times[0]

    @property
    def last(self) -> float:
        """When the last was accepted."""
        return self.times[-1]

    def nth(self, thousands: int) -> float:
        """When so many thousand were accepted. Raises IndexError if they were not."""
        return self.times[:-1][thousands]


@dataclass(frozen=True, slots=True)
class Counted:
    """Since ``behave``: 429s, and what was accepted per text. cpu: seconds since it started."""

    refused: int
    cpu: float
    texts: tuple[Text, ...]

    @property
    def accepted(self) -> int:
        """Messages in all."""
        return sum(text.accepted for text in self.texts)

    @property
    def steady(self) -> float | None:
        """Segments per second of the commonest text after its first thousand; None if it has no more."""
        text = max(self.texts, key=lambda text: text.accepted, default=None)
        if text is None or text.accepted <= 1000:
            return None
        return (text.accepted - 1000) * text.segments / (text.last - text.nth(1))

    def said(self, words: str) -> Text | None:
        """What was accepted of the text that holds these words."""
        return next((text for text in self.texts if words in text.text), None)


def behave(url: str, *, latency_ms: float = 0, segments_per_second: float = 0) -> None:
    """Make the stand-in behave so, and forget what it counted. 0 is off."""
    query = f"latency_ms={latency_ms}&segments_per_second={segments_per_second}"
    _ask(f"{url}/bench?{query}", method="POST")


def counted(url: str) -> Counted:
    """What it counted so far."""
    document = _ask(f"{url}/bench")
    texts = (Text(**text | {"times": tuple(text["times"])}) for text in document["texts"])
    return Counted(document["refused"], document["cpu"], tuple(texts))


def _ask(url: str, method: str = "GET") -> Any:
    request = urllib.request.Request(url, method=method)  # noqa: S310 - our own http address
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        return json.load(response)
