"""The SMS provider's simulator as a fixture: a real process on a free port, emptied before each test.

Use it by ``from tests.simulator_fixture import simulator, simulator_process`` in a conftest, or as a plugin:
``pytest_plugins = ["tests.simulator_fixture"]`` in the root conftest.
"""

from __future__ import annotations

import http.client
import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.environment import ENVIRONMENT

# The account that the settings know in tests, so that only TWILIO_API_URL has to point here.
ACCOUNT_SID = ENVIRONMENT["TWILIO_ACCOUNT_SID"]
AUTH_TOKEN = ENVIRONMENT["TWILIO_AUTH_TOKEN"]
NUMBER = ENVIRONMENT["TWILIO_SENDER"]
# The account at the second provider. The settings know it only in tests that ask for it.
ELKS_USERNAME = "u00000000000000000000000000000001"
ELKS_PASSWORD = "only-for-tests-too"
PATIENCE_SECONDS = 20.0
T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent


class ControlRefused(Exception):
    """The control API answered with an error; holds its HTTP status and its sentence."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(f"{status}: {error}")
        self.status = status
        self.error = error


class Simulator:
    """A running simulator at ``url``, and what a test asks of it. ``number`` is the account's own number."""

    account_sid = ACCOUNT_SID
    auth_token = AUTH_TOKEN
    number = NUMBER

    def __init__(self, url: str) -> None:
        self.url = url

    def environment(self) -> dict[str, str]:
        """What a process needs to take this simulator for its provider."""
        return {
            "TWILIO_ACCOUNT_SID": self.account_sid,
            "TWILIO_AUTH_TOKEN": self.auth_token,
            "TWILIO_API_URL": self.url,
        }

    def elks_environment(self, sender: str = "BorasStad") -> dict[str, str]:
        """What a process needs besides ``environment`` to have this simulator for a second provider too."""
        return {
            "ELKS_USERNAME": ELKS_USERNAME,
            "ELKS_PASSWORD": ELKS_PASSWORD,
            "ELKS_SENDER": sender,
            "ELKS_API_URL": f"{self.url}/a1",
        }

    def ledger(self, to: str | None = None) -> list[dict[str, Any]]:
        """Every message accepted or written since the last reset, oldest first; optionally only those to one number."""
        messages: list[dict[str, Any]] = []
        while True:
            since = messages[-1]["number"] if messages else 0
            query = {"since": str(since), "limit": "10000", **({"to": to} if to else {})}
            page = self.get(f"/simulator/ledger?{urlencode(query)}")
            messages += page["messages"]
            if not page["more"]:
                return messages

    def messages_to(self, number: str) -> list[dict[str, Any]]:
        """Every message to one number, oldest first."""
        return self.ledger(to=number)

    def texts_to(self, number: str) -> list[str]:
        """The words of every message to one number, oldest first."""
        return [message["body"] for message in self.messages_to(number)]

    def wait_for_messages(self, number: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until ``count`` messages to the number have reached a final status, and return them."""

        def arrived() -> list[dict[str, Any]]:
            messages = self.messages_to(number)
            final = {"delivered", "undelivered", "failed", "canceled"}
            return messages if sum(m["status"] in final for m in messages) >= count else []

        return wait_until(arrived, f"{count} message(s) to arrive")

    def reply(self, number: str, text: str, to: str | None = None) -> dict[str, Any]:
        """A person writes ``text`` on the phone; returns when the inbound webhook has answered."""
        return self.post(f"/simulator/phones/{quote(number)}/reply", {"body": text, "to": to})

    def set_faults(self, **faults: Any) -> dict[str, Any]:
        """Change what goes wrong; see ``notify.simulator.faults.Faults`` for the names.

        It goes wrong at Twilio, unless ``provider="elks"``.
        """
        return self.post("/simulator/faults", faults)

    def set_inbound_url(self, url: str | None) -> None:
        """Say where what people write is posted, or None for nowhere."""
        self.post("/simulator/inbound-url", {"url": url})

    def stats(self) -> dict[str, Any]:
        """Totals by status and error code, and how the webhooks fared."""
        return self.get("/simulator/stats")

    def reset(self) -> None:
        """Empty the ledger, lift every fault and opt-out, and forget the inbound address."""
        self.post("/simulator/reset", {})
        self.set_inbound_url(None)

    def get(self, path: str) -> dict[str, Any]:
        """Read JSON from the control API; raises ControlRefused."""
        return self._call("GET", path)

    def post(self, path: str, document: dict[str, Any]) -> dict[str, Any]:
        """Post JSON to the control API; raises ControlRefused."""
        return self._call("POST", path, json.dumps(document).encode())

    def _call(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        with closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=20)) as line:
            line.request(method, path, body, {"Content-Type": "application/json"})
            response = line.getresponse()
            document: dict[str, Any] = json.load(response)
        if response.status >= 400:
            raise ControlRefused(response.status, document["error"])
        return document


def wait_until(condition: Callable[[], T], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """Ask again and again until the condition is true, and return its value; fail the test when it never is."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"Waited {seconds:g} s for {what}.")
        time.sleep(0.01)
    return value


def start_simulator(*options: str) -> tuple[subprocess.Popen[str], str]:
    """Start a simulator process on a free port; returns it and its address once it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "notify.simulator", "--port", "0", "--number", NUMBER, *options],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={
            **os.environ,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "ELKS_USERNAME": ELKS_USERNAME,
            "ELKS_PASSWORD": ELKS_PASSWORD,
        },
    )
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        ready = selector.select(PATIENCE_SECONDS)
    url = process.stdout.readline().strip() if ready else ""
    if not url:
        stop(process)
        pytest.fail(f"The simulator did not start; exit status {process.returncode}.")
    assert Simulator(url).get("/simulator/health")["status"] == "ok"
    return process, url


def stop(process: subprocess.Popen[str]) -> None:
    """End a process that we started, politely first."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[str]:
    """One simulator process for the session; the value is its address."""
    process, url = start_simulator()
    yield url
    stop(process)


@pytest.fixture
def simulator(simulator_process: str) -> Simulator:
    """The session's simulator, with an empty ledger and nothing wrong."""
    running = Simulator(simulator_process)
    running.reset()
    return running
