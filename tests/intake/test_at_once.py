"""The same message, several times at the same moment, on a database where that happens."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from notify.alerts.models import Alert, Update
from notify.dispatch.models import Dispatch
from notify.intake.models import Message
from tests import given
from tests.intake.conftest import taker
from tests.intake.documents import cap

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MANY = 6


def test_a_message_that_arrives_several_times_at_once_is_published_once() -> None:
    given.city()
    given.service()
    take, message = taker(given.editor(), publishes=True), cap()
    together = threading.Barrier(MANY)

    def post(_number: int) -> int:
        together.wait()
        try:
            return take(message).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as threads:
        taken = set(threads.map(post, range(MANY)))

    assert len(taken) == 1
    assert [model.objects.count() for model in (Message, Alert, Update, Dispatch)] == [1, 1, 1, 1]
