"""The same request again: done once, answered alike."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from notify.alerts.models import Alert, Update
from notify.dispatch.models import Dispatch
from tests import given
from tests.api.calls import (
    ALERTS,
    ALL_CLEAR,
    body,
    call,
    calling_with,
    drafted,
    fields,
    published,
)
from tests.api.conftest import NewKey

pytestmark = pytest.mark.django_db


def test_each_answer_carries_the_version_that_the_next_request_names(system: APIClient) -> None:
    alert = drafted(system)
    tag = '"1"'
    for move, said in (("publish", {}), ("update", {"severity": "Minor"}), ("resolve", ALL_CLEAR)):
        answer = call(system, alert, move, said, **{"If-Match": tag})
        assert answer.status_code == 201, answer.content
        tag = answer["ETag"]
        assert tag.startswith(f'"{answer.json()["alert"]["version"]}-')


def test_a_repeated_publish_tells_people_once(system: APIClient) -> None:
    draft, key = drafted(system), str(uuid.uuid4())

    first = call(system, draft, "publish", {}, **{"Idempotency-Key": key})
    again = call(system, draft, "publish", {}, **{"Idempotency-Key": f'"{key}"'})

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["identifier"] == first.json()["identifier"]
    assert Dispatch.objects.count() == 1


def test_a_late_repeat_of_a_partial_update_gets_its_own_answer(system: APIClient) -> None:
    alert, key = published(system), str(uuid.uuid4())
    first = call(system, alert, "update", {"severity": "Minor"}, **{"Idempotency-Key": key})
    call(system, alert, "update", {"certainty": "Likely"}, **{"If-Match": '"3"'})

    again = call(system, alert, "update", {"severity": "Minor"}, **{"Idempotency-Key": key})

    assert again.status_code == 200
    assert again.json()["identifier"] == first.json()["identifier"]
    assert Update.objects.count() == 3


@pytest.mark.parametrize(
    ("move", "given_body"),
    [("update", {"severity": "Minor"}), ("resolve", {"words": given.WORDS})],
)
def test_a_key_used_for_something_else_is_refused(
    system: APIClient, move: str, given_body: dict[str, Any]
) -> None:
    alert, key = published(system), str(uuid.uuid4())
    call(system, alert, "update", {"severity": "Extreme"}, **{"Idempotency-Key": key})

    answer = call(system, alert, move, given_body, **{"Idempotency-Key": key, "If-Match": '"3"'})

    assert answer.status_code == 422
    assert fields(answer.json()) == ["Idempotency-Key"]
    assert Update.objects.count() == 2


def test_a_key_that_asks_for_less_or_for_an_answer_too_is_refused(system: APIClient) -> None:
    alert, key = published(system), {"Idempotency-Key": str(uuid.uuid4())}
    more = {"severity": "Extreme", "certainty": "Likely"}
    call(system, alert, "update", more, **key)
    over = {"Idempotency-Key": str(uuid.uuid4()), "If-Match": '"3"'}
    call(system, alert, "resolve", ALL_CLEAR, **over)

    less = call(system, alert, "update", {"severity": "Extreme"}, **key)
    asks = call(system, alert, "resolve", {**ALL_CLEAR, "ask": True}, **over)
    same = call(system, alert, "update", more, **key)

    assert [one.status_code for one in (less, asks, same)] == [422, 422, 200]


def test_what_was_refused_may_be_asked_for_anew_under_its_key(system: APIClient) -> None:
    alert, key = published(system), {"Idempotency-Key": str(uuid.uuid4())}

    passed = call(system, alert, "update", {"severity": "Minor"}, **key, **{"If-Match": '"1"'})
    again = call(system, alert, "update", {"severity": "Extreme"}, **key)

    assert (passed.status_code, again.status_code) == (412, 201)


def test_a_repeated_draft_is_one_draft(system: APIClient) -> None:
    key, wanted = {"Idempotency-Key": str(uuid.uuid4())}, body()

    first = system.post(ALERTS, wanted, format="json", headers=key)
    again = system.post(ALERTS, wanted, format="json", headers=key)
    other = system.post(ALERTS, body(severity="Minor"), format="json", headers=key)

    assert [one.status_code for one in (first, again, other)] == [201, 200, 422]
    assert again.json() == first.json()
    assert Alert.objects.count() == 1


def test_a_draft_that_says_less_is_another(system: APIClient) -> None:
    key, wanted = (
        {"Idempotency-Key": str(uuid.uuid4())},
        body(certainty="Likely", help_at=["Skolan"]),
    )

    first = system.post(ALERTS, wanted, format="json", headers=key)
    again = system.post(ALERTS, wanted, format="json", headers=key)
    less = system.post(ALERTS, body(), format="json", headers=key)

    assert [one.status_code for one in (first, again, less)] == [201, 200, 422]


def test_a_request_key_is_its_api_keys_own(system: APIClient, new_key: NewKey) -> None:
    key, wanted = {"Idempotency-Key": str(uuid.uuid4())}, body()
    first = system.post(ALERTS, wanted, format="json", headers=key)

    other = calling_with(new_key()).post(ALERTS, wanted, format="json", headers=key)

    assert [first.status_code, other.status_code] == [201, 201]
    assert first.json()["code"] != other.json()["code"]


@pytest.mark.parametrize(
    "key", ["", "1", "not-a-uuid", "0" * 32, "{00000000-0000-0000-0000-000000000000}"]
)
def test_a_request_key_is_a_uuid(system: APIClient, key: str) -> None:
    answer = system.post(ALERTS, body(), format="json", headers={"Idempotency-Key": key})

    assert answer.status_code == 400
    assert fields(answer.json()) == ["Idempotency-Key"]
    assert not Alert.objects.exists()


def test_without_a_request_key_each_request_stands_for_itself(system: APIClient) -> None:
    assert drafted(system)["code"] != drafted(system)["code"]
