"""docs/webhooks.md: its receiver checks what we really send, and its example is a document of ours."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from notify.channels.notice import Advice
from notify.channels.webhooks.event import event
from notify.channels.webhooks.post import ANSWER_SECONDS
from notify.channels.webhooks.signing import headers, new_secret
from tests.channels.notices import notice

PAGE = (settings.BASE_DIR / "docs" / "webhooks.md").read_text()
NOW = int(time.time())
Verified = Callable[..., dict[str, Any]]


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def verified() -> Verified:
    written: dict[str, Any] = {}
    exec(block("python"), written)  # noqa: S102 - our own page
    checks: Verified = written["verified"]
    return checks


@pytest.fixture
def secrets() -> list[str]:
    return [new_secret(), new_secret()]


def test_the_receiver_takes_what_we_sign_with_either_secret(
    verified: Verified, secrets: list[str]
) -> None:
    told = event(notice())
    signed = headers(secrets, told.message, NOW, told.body)
    for secret in secrets:
        assert verified(secret, signed, told.body, NOW)["type"] == "alert.published"


def test_the_receiver_refuses_what_is_changed_old_or_anothers(
    verified: Verified, secrets: list[str]
) -> None:
    told = event(notice())
    signed = headers(secrets, told.message, NOW, told.body)
    for refused in (
        (secrets[0], signed, told.body.replace(b"alert.published", b"alert.resolved"), NOW),
        (secrets[0], signed | {"webhook-id": "msg_other"}, told.body, NOW),
        (secrets[0], signed | {"webhook-timestamp": str(NOW + 1)}, told.body, NOW),
        (secrets[0], signed, told.body, NOW + 301),
        (new_secret(), signed, told.body, NOW),
    ):
        with pytest.raises(ValueError, match=r"signature|old"):
            verified(*refused)


def test_the_receiver_refuses_what_is_not_signed_as_it_refuses_a_wrong_signature(
    verified: Verified, secrets: list[str]
) -> None:
    told = event(notice())
    signed = headers(secrets, told.message, NOW, told.body)
    for unsigned in (
        {},
        {name: value for name, value in signed.items() if name != "webhook-signature"},
        signed | {"webhook-signature": "v1,é"},
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - each is a fault of its own
            verified(secrets[0], unsigned, told.body, NOW)


def test_its_example_has_the_fields_that_we_send() -> None:
    shown = json.loads(block("json"))
    told = notice(
        advice=(Advice("drink", "boil", {"sv": "Koka.", "en": "Boil."}),), help_at=("Skolan",)
    )
    sent = json.loads(event(told).body)
    assert list(shown) == list(sent)
    assert list(shown["data"]) == list(sent["data"])


def test_its_figures_are_the_codes() -> None:
    assert f"longer than {ANSWER_SECONDS:.0f} seconds counts as silent" in PAGE
