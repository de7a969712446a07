"""Whether a request with a known key is the same request again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notify.alerts.content import AlertContent
from notify.alerts.models import Alert, Update


def repeats(stored: Alert | Update, given: Mapping[str, Any]) -> bool:
    """Whether every field in ``given`` (of AlertContent) is what was stored.

    Only what the caller gave counts: what was left out had its value from the clock or from the
    alert as it stood then.
    """
    return all(_same(stored, name, value) for name, value in given.items())


def _same(stored: Alert | Update, name: str, value: Any) -> bool:
    if name == "areas":
        return {area.code for area in value} == _codes(stored)
    if name == "words":
        content = AlertContent(
            service=stored.service,
            areas=[],
            severity=stored.severity,
            urgency=stored.urgency,
            onset=stored.onset,
            expires=stored.expires,
            words=value,
        )
        return bool(content.frozen_words() == stored.words)
    return bool(getattr(stored, name) == value)


def _codes(stored: Alert | Update) -> set[str]:
    if isinstance(stored, Update):
        return {place["code"] for place in stored.places}
    return set(stored.areas.values_list("code", flat=True))
