"""Correcting words with a key: like a move, and nobody is told."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from notify.alerts.models import Correction
from notify.api.models import Scope
from notify.dispatch.models import Dispatch
from tests import given
from tests.api.calls import ALERTS, ALL_CLEAR, call, calling_with, drafted, fields, published
from tests.api.conftest import NewKey

pytestmark = pytest.mark.django_db

MENDED = {"words": {"sv": {"headline": "Vattenavbrott i Äspereds tätort"}}}


def test_the_alert_says_the_new_words_and_its_update_both(
    system: APIClient, anyone: APIClient
) -> None:
    alert = published(system)

    answer = call(system, alert, "correct", MENDED)

    assert answer.status_code == 201
    came_to = answer.json()
    assert came_to["alert"]["words"]["sv"]["headline"] == "Vattenavbrott i Äspereds tätort"
    assert (came_to["alert"]["state"], came_to["alert"]["version"]) == ("active", 3)
    assert answer["ETag"].startswith('"3-')
    story = anyone.get(f"{ALERTS}{alert['code']}/").json()
    (update,) = story["updates"]
    assert (came_to["identifier"], came_to["number"]) == (update["identifier"], 1)
    assert update["words"] == given.WORDS
    (correction,) = update["corrections"]
    assert correction["words"] == story["words"]
    assert correction["corrected_at"] == came_to["corrected_at"]
    assert Dispatch.objects.count() == 1


def test_the_same_request_again_changes_nothing_again(system: APIClient) -> None:
    alert, key = published(system), str(uuid.uuid4())
    headers = {"Idempotency-Key": key}

    first = call(system, alert, "correct", MENDED, **headers)
    second = call(system, alert, "correct", MENDED, **headers)
    other = call(system, alert, "correct", ALL_CLEAR, **headers)
    news = call(system, alert, "update", {"severity": "Minor"}, **headers, **{"If-Match": '"3"'})

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert (other.status_code, news.status_code) == (422, 422)
    assert Correction.objects.count() == 1
    assert Dispatch.objects.count() == 1


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("severity", "Minor"),
        ("areas", ["1490TB108"]),
        ("expires", None),
        ("advice", {"drink": "boil"}),
        ("help_at", ["Skolan"]),
        ("service", "power"),
    ],
)
def test_a_fact_is_an_update_and_the_refusal_says_so(
    system: APIClient, fact: str, value: Any
) -> None:
    refused = call(system, published(system), "correct", MENDED | {fact: value})

    assert refused.status_code == 422
    assert fields(refused.json()) == [fact]
    assert "Publicera en uppdatering" in refused.json()["errors"][0]["message"]
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "words"),
        ({"words": {}}, "words"),
        ({"words": {"en": {"headline": "Only English"}}}, "words"),
        ({"words": given.WORDS}, ""),
        ({"words": {"sv": {"headline": "x" * 101}}}, "words"),
        ({"words": {"sv": {"rubrik": "x"}}}, "words.sv.rubrik"),
        (MENDED | {"wrods": {}}, "wrods"),
    ],
)
def test_what_needs_mending_is_named(system: APIClient, body: dict[str, Any], field: str) -> None:
    refused = call(system, published(system), "correct", body)
    assert refused.status_code == 422, refused.content
    assert fields(refused.json()) == [field]


def test_who_saw_an_older_version_or_none_is_refused(system: APIClient) -> None:
    alert = published(system)
    assert call(system, alert, "correct", MENDED, **{"If-Match": '"1"'}).status_code == 412
    assert call(system, alert, "correct", MENDED, **{"If-Match": ""}).status_code == 428
    older = MENDED | {"version": 1}
    assert call(system, alert, "correct", older, **{"If-Match": ""}).status_code == 409


def test_a_draft_is_edited_and_what_ended_lately_is_corrected(system: APIClient) -> None:
    draft = drafted(system)
    refused = call(system, draft, "correct", MENDED)
    call(system, draft, "publish")
    over = call(system, draft, "resolve", ALL_CLEAR, **{"If-Match": '"2"'}).json()["alert"]
    made = call(system, over, "correct", MENDED)

    assert refused.status_code == 409
    assert "Redigera" in refused.json()["detail"]
    assert (made.status_code, made.json()["number"]) == (201, 2)
    assert made.json()["alert"]["words"] == given.WORDS


def test_it_takes_the_scope_of_whoever_publishes(
    system: APIClient, anyone: APIClient, new_key: NewKey
) -> None:
    alert = published(system)
    writer = calling_with(new_key(Scope.READ, Scope.WRITE))
    assert call(anyone, alert, "correct", MENDED).status_code == 401
    assert call(writer, alert, "correct", MENDED).status_code == 403
    assert not Correction.objects.exists()
    assert system.get(f"{ALERTS}{alert['code']}/correct/").status_code == 405
