"""Whom we trust, and whom we ask: read from the environment."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from notify.intake.tasks import poll_vma
from tests.config.test_settings import read


def test_trusted_senders_are_pairs_of_a_sender_and_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch)["CAP_TRUSTED_SENDERS"] == frozenset()
    written = "scada.example.se=drift, https://a.example.se/?b=c=karin@example.se"
    assert read(monkeypatch, CAP_TRUSTED_SENDERS=written)["CAP_TRUSTED_SENDERS"] == {
        ("scada.example.se", "drift"),
        ("https://a.example.se/?b=c", "karin@example.se"),
    }


@pytest.mark.parametrize(
    "address", ["ftp://a.example.se", "https://a b", "https://u:p@a.example.se"]
)
def test_an_address_that_cannot_be_asked_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match="VMA_URL"):
        read(monkeypatch, VMA_URL=address, VMA_SERVICE="warnings")


def test_warnings_are_asked_for_only_where_that_is_switched_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on = {"VMA_URL": "https://vma.example.se/alerts", "VMA_SERVICE": "warnings"}
    assert "vma" not in read(monkeypatch)["CELERY_BEAT_SCHEDULE"]
    entry = read(monkeypatch, **on)["CELERY_BEAT_SCHEDULE"]["vma"]
    assert entry["task"] == poll_vma.name
    assert entry["options"]["queue"] in read(monkeypatch)["CELERY_TASK_QUEUES"]
