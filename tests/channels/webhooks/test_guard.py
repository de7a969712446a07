"""Where webhooks may go: to the open internet, whatever a name is made to mean."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from aiohttp.resolver import ThreadedResolver
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from notify.channels.webhooks import errors
from notify.channels.webhooks.channel import AT_ONCE
from notify.channels.webhooks.event import Event as Told
from notify.channels.webhooks.guard import Refused, Resolver, is_global, within
from notify.channels.webhooks.post import Answer, Letter, open_post
from notify.channels.webhooks.signing import new_secret
from tests.certificates import certificate, pem
from tests.channels.receiver import Receiver, listening

NOT_GLOBAL = {
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "unspecified": ["0.0.0.0", "::"],  # noqa: S104 - in a table
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"],
    "link-local and metadata": ["169.254.0.1", "169.254.169.254", "fe80::1", "fe80::1%eth0"],
    "metadata elsewhere": ["fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16"],
    "shared (CGNAT)": ["100.64.0.1", "100.127.255.255"],
    "this network": ["0.1.2.3"],
    "protocols and benchmarks": ["192.0.0.1", "192.0.0.8", "198.18.0.1", "198.19.255.255"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
    "reserved and broadcast": ["240.0.0.1", "255.255.255.255", "fec0::1", "5f00::1", "4000::1"],
    "wrapped IPv4": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.215.14", "::127.0.0.1"],
    "translated IPv4": ["64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2001:0:1::1"],
    "relays": ["192.88.99.1"],
    "no address": ["", "example.se", "127.1", "0x7f000001", "2130706433", "[::1]"],
}
KINDS = ("private", "loopback", "link_local", "multicast", "reserved", "unspecified")
LETTER_BODY = Told("msg_1", "test", b"{}")


@pytest.mark.parametrize("address", [one for table in NOT_GLOBAL.values() for one in table])
def test_nothing_is_sent_to(address: str) -> None:
    assert not is_global(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "2a00:801::1"])
def test_the_open_internet_is_open(address: str) -> None:
    assert is_global(address)


@settings(max_examples=50)
@given(st.ip_addresses(v=4))
def test_no_ipv4_address_is_global_when_it_is_wrapped(address: IPv4Address) -> None:
    number = int(address)
    for wrapped in (
        IPv6Address(number),
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(0x64FF9B << 96 | number),
        IPv6Address(0x2002 << 112 | number << 80),
    ):
        assert not is_global(str(wrapped))


@settings(max_examples=100)
@given(st.ip_addresses())
def test_what_is_global_is_nothing_else(address: IPv4Address | IPv6Address) -> None:
    if is_global(str(address)):
        assert address.is_global
        assert not any(getattr(address, f"is_{kind}") for kind in KINDS)


def test_networks_of_our_own_are_those_that_are_named() -> None:
    own = [ip_network("10.20.0.0/16"), ip_network("fd00::/64")]
    assert within(own, "10.20.3.4")
    assert within(own, "fd00::7")
    assert not within(own, "10.21.0.1")
    assert not within(own, "example.se")


def found(*addresses: str) -> list[Any]:
    return [
        {"hostname": "x", "host": one, "port": 1, "family": 2, "proto": 6, "flags": 0}
        for one in addresses
    ]


def test_one_address_that_is_not_allowed_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(*_arguments: object) -> list[Any]:
        return found("93.184.215.14", "10.0.0.1")

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)

    async def ask() -> None:
        with pytest.raises(Refused):
            await Resolver(is_global).resolve("both.example")

    asyncio.run(ask())


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with listening() as server:
        yield server


def carry(*urls: str) -> list[Answer]:
    """Send a letter to each, one after the other, as one process would."""

    async def send() -> list[Answer]:
        async with open_post() as post:
            return [await post.carry(letter(url)) for url in urls]

    return asyncio.run(send())


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433", "0x7f.1", "0"],
)
def test_however_this_machine_is_named_nothing_reaches_it(receiver: Receiver, host: str) -> None:
    receiver.forget()
    (answer,) = carry(f"https://{host}:{receiver.port}/")
    assert answer.status is None
    assert answer.error in (errors.REFUSED, errors.UNREACHABLE)
    assert receiver.received == []


def test_http_leads_nowhere_unless_it_is_allowed(receiver: Receiver) -> None:
    receiver.forget()
    (answer,) = carry(f"{receiver.url}/")
    assert answer.error == errors.REFUSED
    assert receiver.received == []


def test_a_name_that_means_something_else_the_next_time_leads_nowhere_else(
    receiver: Receiver, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the receiver listens on both, and only one of them is allowed."""
    receiver.forget()
    settings.WEBHOOKS_ALLOW_NETWORKS = [ip_network("127.0.0.1/32")]
    meanings = [found("127.0.0.1"), found("127.0.0.2"), found("127.0.0.1")]
    asked: list[str] = []

    async def resolve(_self: object, host: str, *_arguments: object) -> list[Any]:
        asked.append(host)
        return [one | {"port": receiver.port} for one in meanings.pop(0)]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    address = f"http://rebinds.example:{receiver.port}/"
    first, second, third = carry(address, address, address)
    assert (first.status, first.error) == (204, "")
    assert (second.status, second.error) == (None, errors.REFUSED)
    assert third.status == 204
    # Once for each request, and the request still names the host.
    assert asked == ["rebinds.example"] * 3
    assert [one.headers["host"] for one in receiver.received] == [
        f"rebinds.example:{receiver.port}"
    ] * 2


def test_names_whose_servers_are_silent_keep_no_other_waiting(
    receiver: Receiver, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOKS_ALLOW_NETWORKS = [ip_network("127.0.0.1/32")]
    over, look_up = Event(), socket.getaddrinfo

    def looked_up(host: str, port: int, *how: int, **named: int) -> Any:
        if host.startswith("silent"):
            over.wait(20)
            raise socket.gaierror
        return look_up("127.0.0.1", port, *how, **named)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)

    async def send() -> Answer:
        async with open_post() as post, asyncio.TaskGroup() as group:
            for number in range(AT_ONCE - 1):
                group.create_task(post.carry(letter(f"http://silent{number}.example/")))
            await asyncio.sleep(0)
            answer = await post.carry(letter(f"http://answers.example:{receiver.port}/"))
            over.set()
        return answer

    assert asyncio.run(send()).status == 204


def letter(url: str) -> Letter:
    return Letter(url, (new_secret(),), LETTER_BODY)


def test_the_socket_itself_is_made_for_an_allowed_address_only(
    receiver: Receiver, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if whatever resolves names were talked round."""
    receiver.forget()
    settings.WEBHOOKS_ALLOW_NETWORKS = [ip_network("127.0.0.1/32")]

    async def resolve(*_arguments: object, **_options: object) -> list[Any]:
        return [one | {"port": receiver.port} for one in found("127.0.0.2")]

    monkeypatch.setattr(Resolver, "resolve", resolve)
    (answer,) = carry(f"http://talked.example:{receiver.port}/")
    assert answer.error == errors.REFUSED
    assert receiver.received == []


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    settings: Settings, tmp_path: Path
) -> None:
    settings.WEBHOOKS_ALLOW_NETWORKS = [ip_network("127.0.0.1/32")]
    key = rsa.generate_private_key(65537, 2048)
    (tmp_path / "key").write_text(pem(key))
    (tmp_path / "certificate").write_text(certificate(key))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    names: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: names.append(name)
    tls.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    with listening(tls) as server:
        (answer,) = carry(f"https://localhost:{server.port}/")
        assert server.received == []
    assert answer.error == errors.NOT_SECURE
    # TLS is told the name that was asked for, not the address.
    assert names == ["localhost"]


def test_the_table_is_one_of_addresses() -> None:
    for table in list(NOT_GLOBAL.values())[:-1]:
        for address in table:
            ip_address(address)
