"""Whose address a limit counts."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from config.clients import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "client"),
    [
        (0, None, "192.0.2.1", "192.0.2.1"),
        (0, "198.51.100.9", "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.9", "10.0.0.1", "198.51.100.9"),
        (1, "1.2.3.4, 198.51.100.9", "10.0.0.1", "198.51.100.9"),
        (2, "1.2.3.4, 198.51.100.9, 10.0.0.2", "10.0.0.1", "198.51.100.9"),
        (2, "198.51.100.9", "10.0.0.1", "10.0.0.1"),
        (1, None, "10.0.0.1", "10.0.0.1"),
        (1, "", "10.0.0.1", "10.0.0.1"),
        (0, None, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (0, None, "2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        (0, None, "::ffff:192.0.2.1", "192.0.2.1"),
        (0, None, "", ""),
        (1, "not an address", "10.0.0.1", "not an address"),
    ],
)
def test_the_client_is_who_our_own_proxies_saw(
    settings: Settings, proxies: int, forwarded: str | None, remote: str, client: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}

    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)

    assert client_address(request) == client
