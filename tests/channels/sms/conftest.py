"""The SMS channel with a real provider behind it: a simulator process."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from notify.channels.sms.channel import SmsChannel
from tests.simulator_fixture import Simulator, simulator, simulator_process

__all__ = ["simulator", "simulator_process"]

SENDER = "+46701740699"


@pytest.fixture
def account(settings: Settings, simulator: Simulator) -> Simulator:
    """The settings point at the simulator and know its account; the pace is nobody else's."""
    settings.REDIS_KEY_PREFIX = f"{uuid.uuid4().hex}:"
    settings.TWILIO_API_URL = simulator.url
    settings.TWILIO_ACCOUNT_SID = simulator.account_sid
    settings.TWILIO_AUTH_TOKEN = simulator.auth_token
    settings.TWILIO_SENDER = SENDER
    return simulator


@pytest.fixture
def second(settings: Settings, account: Simulator) -> Simulator:
    """The settings also know an account at 46elks, at the same simulator."""
    for name, value in account.elks_environment().items():
        setattr(settings, name, value)
    return account


@pytest.fixture
def sms(account: Simulator) -> Iterator[SmsChannel]:
    """The channel, closed at the end."""
    channel = SmsChannel()
    yield channel
    channel.close()
