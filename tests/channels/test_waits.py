"""How long whoever answers wants us to wait: as RFC 9110 lets them say it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from notify.channels.waits import LEAST, retry_after

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", LEAST),
        ("1", LEAST),
        ("Mon, 23 Nov 2026 10:05:00 GMT", 300),
        ("Mon, 23 Nov 2026 09:00:00 GMT", LEAST),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e3", None),
        ("٣", None),
        ("Mon, 99 Nov 2026 10:05:00 GMT", None),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_a_number_or_a_date_says_it_and_nonsense_nothing(
    header: str | None, seconds: float | None
) -> None:
    assert retry_after(header) == seconds
