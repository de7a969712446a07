"""Who is asking: the address that limits are counted by."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

IPV6_HOUSEHOLD = 64
"""Bits of an IPv6 address that one customer shares; within them a client may choose freely."""


def client_address(request: HttpRequest) -> str:
    """The client's address; for IPv6 its network, because one client has 2^64 addresses.

    Behind ``settings.TRUSTED_PROXIES`` proxies it is that many steps from the right of
    X-Forwarded-For. What stands further left was written by the client, and may be made up.
    """
    remote = request.META.get("REMOTE_ADDR", "")
    proxies = settings.TRUSTED_PROXIES
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(hops) >= proxies and hops[-proxies]:
        return _household(hops[-proxies])
    return _household(remote)


def _household(written: str) -> str:
    try:
        address = ip_address(written)
    except ValueError:
        return written
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, IPV6_HOUSEHOLD), strict=False))
