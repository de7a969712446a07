"""``/metrics``: what Prometheus reads, and who else may not."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db
TOKEN = "a-token-that-only-prometheus-knows"


def ask(**given: str) -> tuple[int, str]:
    answer = Client().get("/metrics", **given)  # type: ignore[arg-type]
    return answer.status_code, answer.content.decode()


def test_this_machine_is_answered_in_prometheus_own_words() -> None:
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "no-store" in answer["Cache-Control"]
    assert b"# TYPE notify_batches_due gauge" in answer.content


@pytest.mark.parametrize(
    "given",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "10.0.0.3"},
        {"REMOTE_ADDR": "2001:db8::1"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": "Bearer "},
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"},
    ],
)
def test_without_a_token_nobody_else_is(given: dict[str, str]) -> None:
    status, said = ask(**given)
    assert (status, "notify_" in said) == (403, False)


def test_with_the_token_any_machine_is(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    status, _said = ask(REMOTE_ADDR="10.0.0.3", HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
    assert status == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", "Bearer åäö"])
def test_with_another_token_or_none_it_is_told_to_bring_one(
    settings: Settings, header: str
) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = Client().get("/metrics", REMOTE_ADDR="10.0.0.3", HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_prometheus_is_not_sent_to_https(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert ask()[0] == 200


def test_reading_is_all_that_can_be_done() -> None:
    assert Client().post("/metrics").status_code == 405
