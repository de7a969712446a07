"""Requests that arrive at the same moment, on a database where they really do."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from rest_framework.test import APIClient

from notify.alerts.models import Alert
from notify.api.keys import create_key
from notify.api.models import Scope
from notify.dispatch.models import Dispatch
from tests import given
from tests.api.calls import ALERTS, body, calling_with

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

MANY = 8


def together(call: Callable[[APIClient], Any]) -> Counter[int]:
    """How many answers of each status ``MANY`` calls with one key get that are made at the same moment."""
    user = User.objects.get_or_create(username="vattenverket", is_staff=True, is_superuser=True)[0]
    _key, shown = create_key(name="SCADA", user=user, scopes=Scope, expires_at=None)
    barrier = threading.Barrier(MANY)

    def make(_number: int) -> int:
        barrier.wait()
        try:
            status: int = call(calling_with(shown)).status_code
            return status
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as threads:
        return Counter(threads.map(make, range(MANY)))


def test_of_equal_requests_at_once_one_makes_the_draft_and_the_others_are_told_so() -> None:
    draft, key = body(), {"Idempotency-Key": str(uuid.uuid4())}

    outcomes = together(lambda system: system.post(ALERTS, draft, format="json", headers=key))

    assert outcomes == {201: 1, 200: MANY - 1}
    assert Alert.objects.get().areas.count() == 1


def test_of_equal_moves_at_once_one_tells_people_and_the_others_are_told_so() -> None:
    draft, key = given.draft(), {"Idempotency-Key": str(uuid.uuid4()), "If-Match": '"1"'}

    outcomes = together(
        lambda system: system.post(f"{ALERTS}{draft.code}/publish/", format="json", headers=key)
    )

    assert outcomes == {201: 1, 200: MANY - 1}
    assert Dispatch.objects.count() == 1


def test_of_different_moves_at_once_one_is_made_and_the_others_saw_an_older_version() -> None:
    draft = given.draft()

    outcomes = together(
        lambda system: system.post(
            f"{ALERTS}{draft.code}/publish/", format="json", headers={"If-Match": '"1"'}
        )
    )

    assert outcomes[201] == 1
    assert outcomes[412] + outcomes[409] == MANY - 1
    assert Dispatch.objects.count() == 1
