"""Every address answers strangers with something better than an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

EXAMPLES = {
    "uuid": str(UUID(int=1)),
    "int": "1",
    "slug": "nothing-here",
    "str": "nothing-here",
    "path": "nothing-here",
}


def routes(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[str]:
    """Every address of ours with an example in each gap; the admin's are Django's own affair."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = str(pattern.pattern)
        if route.startswith("admin"):
            continue
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, prefix + route)
        elif isinstance(pattern, URLPattern):
            yield _filled_in(prefix + route, pattern)


def _filled_in(route: str, pattern: URLPattern) -> str:
    for name, converter in pattern.pattern.converters.items():
        kind = next(
            (kind for kind in EXAMPLES if f"<{kind}:{name}>" in route), type(converter).__name__
        )
        route = route.replace(f"<{kind}:{name}>", EXAMPLES.get(kind, "nothing-here"))
        route = route.replace(f"<{name}>", "nothing-here")
    return route


ROUTES = sorted(set(routes()))


@pytest.fixture
def stranger() -> Client:
    return Client(raise_request_exception=False)


def test_there_are_routes() -> None:
    assert len(ROUTES) > 30


@pytest.mark.django_db
@pytest.mark.parametrize("route", ROUTES)
def test_a_stranger_gets_no_server_error_and_looking_changes_nothing(
    route: str, stranger: Client
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = stranger.get(route)
    assert response.status_code < 500
    writing = ("INSERT", "UPDATE", "DELETE")
    assert not [q for q in queries if q["sql"].lstrip().upper().startswith(writing)]


@pytest.mark.django_db
@pytest.mark.parametrize("route", ROUTES)
def test_a_stranger_who_posts_nonsense_gets_no_server_error(route: str, stranger: Client) -> None:
    response = stranger.post(route, b"\x00\xff{", content_type="application/json")
    assert response.status_code < 500


@pytest.mark.django_db
@pytest.mark.parametrize("route", [one for one in ROUTES if "/console/" in one])
def test_the_console_is_for_those_who_log_in(route: str, stranger: Client) -> None:
    if "login" in route:
        assert stranger.get(route).status_code == 200
    else:
        assert stranger.get(route).status_code in (302, 403, 404, 405)


def test_health_is_answered_without_a_database(stranger: Client) -> None:
    assert stranger.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_pages_carry_a_strict_content_policy(stranger: Client) -> None:
    policy = stranger.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
