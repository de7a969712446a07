"""How long somebody who answered wants us to wait."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LEAST = 30.0
"""Seconds that we wait at least for whoever asks us to: one that always says "in a second" would otherwise
be asked every ten seconds for a day."""


def retry_after(header: str | None) -> float | None:
    """Seconds to wait, from a number of them or a date (RFC 9110 section 10.2.3); None for nonsense."""
    told = _told(header or "")
    return None if told is None else max(told, LEAST)


def _told(header: str) -> float | None:
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        at = parsedate_to_datetime(header)
        # A date without a zone is GMT, as every date of HTTP is.
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return (at - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None
