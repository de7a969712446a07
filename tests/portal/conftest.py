"""The residents' pages in Swedish, in English, and on the channel in memory."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

MEMORY = "notify.channels.memory.MemoryChannel"


@pytest.fixture(autouse=True)
def _only_the_channel_in_memory(settings: Settings) -> None:
    settings.NOTIFY_CHANNELS = [MEMORY]


@pytest.fixture
def client() -> Client:
    """A browser that asks for Swedish."""
    return Client(headers={"accept-language": "sv"})


@pytest.fixture
def english() -> Client:
    """A browser that asks for English."""
    return Client(headers={"accept-language": "en-GB,en;q=0.9"})
