"""The database that goes away in mid-send."""

from __future__ import annotations

import signal

import pytest

from tests.faults.conftest import Publish
from tests.faults.house import House, restart
from tests.faults.promise import (
    Person,
    assert_some_were_accepted_and_not_recorded,
    assert_the_promise_holds,
    keeping_answers_back,
)


@pytest.mark.postgres
def test_postgresql_restarts_immediately_in_mid_send(
    house: House, crowd: list[Person], publish: Publish
) -> None:
    with keeping_answers_back(house, crowd):
        _alert, dispatch = publish()
        house.wait_for_accepted(dispatch, 5)
        assert_some_were_accepted_and_not_recorded(house, dispatch)
        server = house.child("postgres")
        # As ``pg_ctl restart -m immediate``: no checkpoint, every client cut off, then recovery.
        server.process.send_signal(signal.SIGQUIT)
        server.process.wait()
        restart(server)
    assert_the_promise_holds(house, dispatch, crowd)
