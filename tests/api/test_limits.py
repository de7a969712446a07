"""How often anybody may call, who is counted together, and what the answers say of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings
from redis import Redis
from rest_framework.test import APIClient

from notify.api import limits
from notify.api.models import Scope
from notify.demo.children import free_port
from tests import given
from tests.api.calls import ALERTS, calling_with, drafted
from tests.api.conftest import NewKey

pytestmark = pytest.mark.django_db

SERVICES = "/api/v1/services/"


@pytest.fixture
def limited(redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Three calls a minute with a key, two without."""
    settings.API_LIMIT_PER_KEY_PER_MINUTE = 3
    settings.API_LIMIT_PER_CLIENT_PER_MINUTE = 2
    monkeypatch.setattr(limits, "_avoided_until", 0.0)
    return settings


def left(answer: Any) -> int:
    """What the answer says is left, after a look at its form (RFC 9651)."""
    policy = re.fullmatch(r'"(key|client)";q=([0-9]+);w=60', answer["RateLimit-Policy"])
    told = re.fullmatch(r'"(key|client)";r=([0-9]+);t=([0-9]+)', answer["RateLimit"])
    assert policy
    assert told
    assert policy[1] == told[1]
    assert 1 <= int(told[3]) <= 60
    return int(told[2])


def test_each_answer_says_what_is_left_and_one_too_many_when_to_come_back(
    limited: Settings, anyone: APIClient
) -> None:
    answers = [anyone.get(SERVICES) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [left(answer) for answer in answers] == [1, 0, 0]
    refused = answers[2]
    assert refused["Content-Type"] == "application/problem+json"
    assert refused["Cache-Control"] == "no-store"
    assert f";t={refused['Retry-After']}" in refused["RateLimit"]
    assert refused["Access-Control-Allow-Origin"] == "*"
    assert "RateLimit" in refused["Access-Control-Expose-Headers"]


def test_each_key_has_its_own_and_so_has_who_calls_without_one(
    limited: Settings, anyone: APIClient, new_key: NewKey
) -> None:
    first, second = calling_with(new_key()), calling_with(new_key())

    assert [left(first.get(SERVICES)) for _ in range(3)] == [2, 1, 0]
    assert first.get(SERVICES).status_code == 429
    assert left(second.get(SERVICES)) == 2
    assert left(anyone.get(SERVICES)) == 1


def test_a_window_ends_by_itself(limited: Settings, anyone: APIClient, redis: Redis) -> None:
    for _ in range(3):
        answer = anyone.get(SERVICES)
    assert answer.status_code == 429
    [counter] = redis.scan_iter(f"{limited.REDIS_KEY_PREFIX}api:*")
    assert 0 < int(redis.ttl(counter)) <= 60
    redis.delete(counter)

    assert left(anyone.get(SERVICES)) == 1


def test_what_is_refused_or_has_not_changed_is_counted_too(
    limited: Settings, anyone: APIClient, new_key: NewKey
) -> None:
    reader = calling_with(new_key(Scope.READ))
    tag = anyone.get(SERVICES)["ETag"]
    same = anyone.get(SERVICES, headers={"If-None-Match": tag})
    refused = [reader.post(ALERTS, {}, format="json"), reader.get(f"{ALERTS}nope/")]

    assert (same.status_code, left(same)) == (304, 0)
    assert [(answer.status_code, left(answer)) for answer in refused] == [(403, 2), (404, 1)]


def test_who_shows_a_wrong_key_is_counted_by_address(limited: Settings) -> None:
    answers = [calling_with(f"ntf_{n:012x}_{'A' * 43}").get(SERVICES) for n in range(3)]

    assert [answer.status_code for answer in answers] == [401, 401, 429]


def test_what_a_browser_asks_beforehand_is_not_counted(
    limited: Settings, anyone: APIClient
) -> None:
    assert [anyone.options(SERVICES).status_code for _ in range(4)] == [204] * 4
    assert left(anyone.get(SERVICES)) == 1


def test_behind_our_proxy_it_is_the_visitors_address_that_counts(
    limited: Settings, anyone: APIClient, redis: Redis
) -> None:
    limited.TRUSTED_PROXIES = 1

    def asks(forwarded: str) -> int:
        answer = anyone.get(SERVICES, headers={"X-Forwarded-For": forwarded})
        assert answer.status_code == 200
        return left(answer)

    assert asks("192.0.2.1") == 1
    assert asks("192.0.2.2") == 1
    # What stands further left the visitor made up; and a household has all of its /64.
    assert asks("192.0.2.9, 192.0.2.1") == 0
    assert asks("2001:db8::1") == 1
    assert asks("2001:db8::2") == 0
    assert not [key for key in redis.scan_iter("*") if b"192.0.2" in key or b"2001" in key]


def test_while_redis_is_away_nobody_is_refused(
    limited: Settings, anyone: APIClient, system: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    limited.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"

    for _ in range(4):
        answer = anyone.get(SERVICES)
        assert answer.status_code == 200
        assert "RateLimit" not in answer
    drafted(system)
    assert caplog.text.count("Redis is away") == 1


def test_what_we_ask_ourselves_to_keep_it_for_everybody_is_not_counted(
    limited: Settings, anyone: APIClient
) -> None:
    answers = [anyone.get(SERVICES, REMOTE_ADDR="") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert "RateLimit" not in answers[0]


def test_zero_is_no_limit(limited: Settings, anyone: APIClient) -> None:
    limited.API_LIMIT_PER_CLIENT_PER_MINUTE = 0

    assert "RateLimit" not in anyone.get(SERVICES)


def test_counting_asks_no_database(
    limited: Settings, anyone: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    given.service()
    with django_assert_num_queries(1):
        anyone.get(SERVICES)
        anyone.get(SERVICES, headers={"Accept": "image/png"})
        anyone.get("/api/v1/")
    with django_assert_num_queries(0):
        assert anyone.get(SERVICES).status_code == 429
