"""Where requests of ours may go: only to the open internet, whatever a name is made to mean.

Whoever registers an address chooses where our servers send requests. So a name is resolved once, by
us; every address that it has must be global; and the connection is made to one of those very addresses,
so that a name that means something else a moment later leads nowhere else.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, cast

from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

Network = IPv4Network | IPv6Network
Allows = Callable[[str], bool]

LOOKUPS = 200
"""Names that can be looked up at once: all that are told at once, and those still held by the tries before."""
UNICAST = ip_network("2000::/3")
"""All of IPv6 that is given out as global unicast: IANA, "IPv6 Global Unicast Address Assignments"."""
NOT_GLOBAL = tuple(
    map(
        ip_network,
        (
            "168.63.129.16/32",  # Azure's own, from within each machine there; public by its number alone
            "192.0.0.0/24",  # protocols (RFC 6890), and metadata of another cloud at .192
            "192.88.99.0/24",  # relays to IPv6 (RFC 7526), which would unwrap an address of ours
            "2001::/23",  # Teredo and other protocols, the same (RFC 2928)
            "2001:db8::/32",  # documentation (RFC 3849)
            "2002::/16",  # 6to4 holds an IPv4 address (RFC 3056)
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)
"""What Python's tables of this version miss, or would have to be unwrapped."""


class Refused(Exception):
    """The name leads, also or only, to an address that we send nothing to. Tells neither."""


def is_global(address: str) -> bool:
    """Whether an address, without brackets, is one on the open internet.

    Not so loopback, private, link-local (where clouds keep their metadata), shared (CGNAT), multicast,
    reserved and unspecified ones, nor IPv4 addresses that are wrapped in IPv6.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip not in UNICAST:
        return False
    if any(ip in network for network in NOT_GLOBAL if network.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def within(networks: Sequence[Network], address: str) -> bool:
    """Whether an address lies in one of the networks."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in networks if network.version == ip.version)


class _Lookups:
    """What a resolver asks of an event loop, on threads of their own.

    The loop has a handful of threads for it (uvloop two), and a name whose server is silent holds one for
    half a minute, whatever became of the request: as many such names would keep every other one waiting.
    The threads end with the resolver.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="lookup")

    def getaddrinfo(self, host: str, port: int, **how: int) -> Awaitable[Any]:
        return self._run(partial(socket.getaddrinfo, host, port, **how))

    def getnameinfo(self, address: Any, flags: int) -> Awaitable[Any]:
        return self._run(partial(socket.getnameinfo, address, flags))

    def _run(self, call: Callable[[], Any]) -> Awaitable[Any]:
        return asyncio.get_running_loop().run_in_executor(self._threads, call)


class Resolver(ThreadedResolver):
    """Resolves names as the system does, and raises Refused unless every address is allowed."""

    def __init__(self, allows: Allows) -> None:
        super().__init__(cast("asyncio.AbstractEventLoop", _Lookups()))
        self._allows = allows

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name, every one of them allowed."""
        found = await super().resolve(host, port, family)
        if not all(self._allows(one["host"]) for one in found):
            raise Refused
        return found


def sockets(allows: Allows) -> Callable[[Any], socket.socket]:
    """Makes the sockets of a connector, and none for an address that is not allowed.

    The last look before a connection: what stands in a URL as an address is never resolved.
    """

    def make(chosen: Any) -> socket.socket:
        family, kind, protocol, _name, address = chosen
        if not allows(address[0]):
            raise Refused
        return socket.socket(family, kind, protocol)

    return make
