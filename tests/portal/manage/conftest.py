"""Somebody with two places, where nights are quiet."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from notify.residents.models import Subscriber
from tests import given
from tests.portal.manage.steps import PHONE


@pytest.fixture(autouse=True)
def quiet_hours(settings: Settings) -> None:
    """As they are where nobody sets them: the pages ask about the night."""
    settings.QUIET_HOURS = (22, 7)


@pytest.fixture
def two_places() -> Subscriber:
    """Everything in Äspered, and power in Fristad."""
    city = given.city()
    given.service("water")
    given.subscriber(PHONE, areas=[city["Fristad"]], services=[given.service("power")])
    return given.subscriber(PHONE, areas=[city["Äspered"]])
