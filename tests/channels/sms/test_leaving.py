"""How a request leaves: looked at in the last moment, written in that very step, and given up in time."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import translation
from pytest_django import Settings

from notify.channels import permit as permits
from notify.channels.base import Outcome
from notify.channels.permit import ALWAYS, LEAVES_WITHIN, Permit
from notify.channels.sms import elks, errors, twilio
from notify.channels.sms.leaving import UNHEARD_SECONDS, Form, open_session
from notify.channels.sms.outgoing import Outgoing
from tests.simulator_fixture import Simulator

Connect = Callable[[], contextlib.AbstractAsyncContextManager[Any]]
providers = pytest.mark.parametrize(
    "connect", [pytest.param(twilio.connect, id="twilio"), pytest.param(elks.connect, id="46elks")]
)


def run(use: Awaitable[Any]) -> Any:
    """In the event loop that messages leave from."""

    async def main() -> Any:
        return await use

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


def message(number: int, permit: Permit = ALWAYS) -> Outgoing:
    since = datetime.now(UTC)
    return Outgoing(f"+4670174061{number}", f"d{number}", "Hej", 60, 1, since, permit=permit)


@providers
def test_what_waits_for_a_connection_until_its_permit_is_over_stays_here(
    second: Simulator, settings: Settings, connect: Connect
) -> None:
    settings.SMS_IN_FLIGHT = 1
    for provider in ("twilio", "elks"):
        second.set_faults(provider=provider, latency_ms=600)

    async def two() -> tuple[Any, ...]:
        async with connect() as provider:
            first = asyncio.ensure_future(provider.create(message(1)))
            await asyncio.sleep(0.1)
            permit = Permit(permits.now() - LEAVES_WITHIN + 0.2)
            waits = asyncio.ensure_future(provider.create(message(2, permit)))
            assert permit.holds, "it was to wait with a permit that is good"
            return await asyncio.gather(first, waits, provider.create(message(3)))

    taken, late, after = run(two())
    assert (late.outcome, late.error) == (Outcome.FAILED_FOR_NOW, errors.STOOD_STILL)
    assert [taken.outcome, after.outcome] == [Outcome.ACCEPTED] * 2
    assert {one["to"] for one in second.ledger()} == {message(1).address, message(3).address}


@providers
def test_a_process_that_stands_still_with_a_request_begun_does_not_send_it(
    second: Simulator, monkeypatch: pytest.MonkeyPatch, connect: Connect
) -> None:
    permit = Permit(permits.now())

    async def stopped() -> Any:
        async with connect() as provider:
            await provider.create(message(1))
            begun = asyncio.ensure_future(provider.create(message(2, permit)))
            # It has its connection, and is about to write.
            await asyncio.sleep(0)
            later = permits.now() + LEAVES_WITHIN
            monkeypatch.setattr(permits, "now", lambda: later)
            return await begun

    late = run(stopped())
    assert (late.outcome, late.error) == (Outcome.FAILED_FOR_NOW, errors.STOOD_STILL)
    assert [one["to"] for one in second.ledger()] == [message(1).address]


def test_an_editor_reads_why_it_did_not_leave() -> None:
    with translation.override("en"):
        assert errors.reason(errors.STOOD_STILL) == "Our own sending stood still for a while."
    assert not errors.elsewhere(errors.STOOD_STILL), (
        "another provider may send it no more than this"
    )


# --- the very step ----------------------------------------------------------------------------


@pytest.fixture(params=["http", "https"])
def listener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Listener]:
    with contextlib.closing(Listener(request.param, tmp_path)) as listening:
        yield listening


def test_what_was_looked_at_is_under_way_before_anything_else_can_happen(
    listener: Listener, settings: Settings
) -> None:
    class Watching(Form):
        """Stands still as soon as it is looked at and written: the event loop does nothing meanwhile."""

        arrived = False
        given_up_after = 0

        async def write_with_length(self, writer: Any, content_length: int | None) -> None:
            await super().write_with_length(writer, content_length)
            self.arrived = listener.read.wait(10)
            line = writer.transport.get_extra_info("socket")
            self.given_up_after = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)

    form = Watching({"Body": "Hej"}, ALWAYS)

    async def post() -> str:
        async with (
            open_session() as session,
            session.post(listener.url, data=form, ssl=listener.trusted) as answer,
        ):
            return await answer.text()

    assert run(post()) == "Hej"
    assert form.arrived, "it waited here for the event loop to go on"
    assert form.given_up_after == UNHEARD_SECONDS * 1000


class Listener:
    """Takes one request, says when it has read all of it, and answers."""

    def __init__(self, scheme: str, folder: Path) -> None:
        self.read = threading.Event()
        self._line = socket.create_server(("127.0.0.1", 0))
        self.url = f"{scheme}://127.0.0.1:{self._line.getsockname()[1]}/"
        self.trusted: ssl.SSLContext | bool = True
        self._context: ssl.SSLContext | None = None
        if scheme == "https":
            certificate = _certificate(folder)
            self.trusted = ssl.create_default_context(cafile=str(certificate))
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._line.close()
        self._thread.join(10)

    def _serve(self) -> None:
        connection, _address = self._line.accept()
        with contextlib.ExitStack() as opened:
            opened.enter_context(connection)
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
                opened.enter_context(connection)
            request = b""
            while not request.endswith(b"\r\n\r\nBody=Hej"):
                request += connection.recv(10_000)
            self.read.set()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nHej")
            connection.recv(1)


def _certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that only we trust, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
