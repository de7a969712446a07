"""A receiving system that listens, and those that are registered."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from pytest_django import Settings

from notify.channels.webhooks.channel import WebhookChannel
from notify.channels.webhooks.endpoints import Wanted, register
from notify.channels.webhooks.models import Endpoint
from tests.channels.receiver import Receiver, listening

Register = Callable[..., Endpoint]


@pytest.fixture(scope="module")
def server() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def receiver(server: Receiver, settings: Settings) -> Receiver:
    """It, with nothing received, on the one address where webhooks may go without TLS."""
    settings.WEBHOOKS_ALLOW_NETWORKS = [ip_network("127.0.0.1/32")]
    server.forget()
    return server


@pytest.fixture
def webhooks(receiver: Receiver) -> Iterator[WebhookChannel]:
    made = WebhookChannel()
    yield made
    made.close()


@pytest.fixture
def registered(receiver: Receiver, db: None) -> Register:
    """Registers an endpoint at the receiver, each at a path of its own."""

    def make(path: str = "/hook", **changes: Any) -> Endpoint:
        wanted = Wanted(**({"name": path.strip("/"), "url": receiver.url + path} | changes))
        return register(wanted, key=uuid.uuid4())[0]

    return make
