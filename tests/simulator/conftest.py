"""A simulator process, the official client pointed at it, and a real server for its webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from tests.simulator.receiver import Receiver, ReceiverThread
from tests.simulator_fixture import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    Simulator,
    simulator,
    simulator_process,
)

__all__ = ["simulator", "simulator_process"]

PHONE = "+46701740610"
SENDER = "+46701740605"

# The official client gives aiohttp its credentials in a way that aiohttp has deprecated.
credentials_of_the_async_client = pytest.mark.filterwarnings(
    "ignore:(BasicAuth is|The 'auth' parameter is) deprecated:DeprecationWarning"
)


@asynccontextmanager
async def async_client(simulator: Simulator) -> AsyncIterator[Client]:
    """The official asynchronous client, closed at the end."""
    async with AsyncTwilioHttpClient() as http:
        client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http)
        client.api.base_url = simulator.url
        yield client


@pytest.fixture
def connect(simulator: Simulator) -> Iterator[Callable[..., Client]]:
    """Makes official clients with the account's token or with another one, and closes them."""
    clients: list[Client] = []

    def connected(token: str = AUTH_TOKEN) -> Client:
        client = Client(ACCOUNT_SID, token)
        client.api.base_url = simulator.url
        clients.append(client)
        return client

    yield connected
    for client in clients:
        client.http_client.session.close()


@pytest.fixture
def client(connect: Callable[..., Client]) -> Client:
    """The official synchronous client."""
    return connect()


@pytest.fixture
def send(client: Client) -> Callable[..., Any]:
    """Sends a message with sensible values for what the test does not care about."""

    def sent(**fields: Any) -> Any:
        defaults = {"to": PHONE, "from_": SENDER, "body": "Vattnet är avstängt."}
        return client.messages.create(**{**defaults, **fields})

    return sent


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that takes webhooks, at ``receiver.url``."""
    thread = ReceiverThread()
    yield thread.start()
    thread.stop()
