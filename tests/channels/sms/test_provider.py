"""What all providers have in common: what is made of their refusals."""

from __future__ import annotations

import pytest
from redis import Redis

from notify.channels import tally
from notify.channels.base import Outcome
from notify.channels.sms.provider import Refusals


def test_each_answer_that_we_send_too_fast_is_counted(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "_avoided_until", 0.0)
    twilio, elks = Refusals("twilio"), Refusals("46elks")

    for refusals, code in (
        (twilio, "20429"),
        (twilio, "20429"),
        (elks, "46elks-429"),
        (twilio, "30003"),
        (elks, "46elks-401"),
    ):
        refusals.receipt("d7", Outcome.FAILED, code)

    assert dict(tally.counts(tally.TOO_FAST)) == {"46elks": 1, "twilio": 2}
