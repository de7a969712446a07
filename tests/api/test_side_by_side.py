"""Requests that arrive at the same moment, on a database where they really do."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection

from notify.alerts.models import Alert
from notify.api.keys import create_key
from notify.api.models import Scope
from tests.api.calls import ALERTS, body, calling_with

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

MANY = 8


def test_of_equal_requests_at_once_one_makes_the_draft_and_the_others_are_told_so() -> None:
    user = User.objects.create_superuser("vattenverket")
    _key, shown = create_key(name="SCADA", user=user, scopes=Scope, expires_at=None)
    draft, key = body(), str(uuid.uuid4())
    together = threading.Barrier(MANY)

    def post(_number: int) -> int:
        together.wait()
        try:
            caller = calling_with(shown)
            return caller.post(
                ALERTS, draft, format="json", headers={"Idempotency-Key": key}
            ).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as threads:
        outcomes = Counter(threads.map(post, range(MANY)))

    assert outcomes == {201: 1, 200: MANY - 1}
    assert Alert.objects.get().areas.count() == 1
