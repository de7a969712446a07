"""Every address of the API: who may call it, and that nobody else may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern
from rest_framework.test import APIClient

from notify.api.models import Scope
from notify.api.permissions import ANYONE
from notify.api.urls import urlpatterns
from notify.api.views.base import ApiView
from notify.api.views.entrance import Nowhere
from tests import given
from tests.api.calls import calling_with
from tests.api.conftest import NewKey

METHODS = ("get", "post", "put", "patch", "delete")


def view_of(route: URLPattern) -> type[ApiView]:
    callback: Any = route.callback
    view: type[ApiView] = callback.view_class
    return view


ROUTES = [route for route in urlpatterns if view_of(route) is not Nowhere]


def calls() -> Iterator[tuple[str, str, object]]:
    """Each address with each method that its view has, and whom the view says it is for."""
    for route in ROUTES:
        view = view_of(route)
        address = "/api/v1/" + str(route.pattern).replace("<slug:code>", "1490").replace(
            "<int:number>", "1"
        )
        for method in METHODS:
            if hasattr(view, method):
                yield method, address, view.access.get(method.upper())


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_says_for_each_of_its_methods_who_may_call(route: URLPattern) -> None:
    view = view_of(route)

    assert issubclass(view, ApiView)
    assert set(view.access) == {name.upper() for name in METHODS if hasattr(view, name)}
    assert all(needed is ANYONE or isinstance(needed, Scope) for needed in view.access.values())


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "address", "needed"), list(calls()))
def test_who_lacks_the_scope_is_refused(
    method: str, address: str, needed: object, anyone: APIClient, new_key: NewKey
) -> None:
    given.city()
    stranger = getattr(anyone, method)(address)
    if needed is ANYONE:
        assert stranger.status_code in (200, 404)
        return
    others = [scope for scope in Scope if scope is not needed]
    key = getattr(calling_with(new_key(*others)), method)(address)

    assert (stranger.status_code, key.status_code) == (401, 403)
    assert stranger["WWW-Authenticate"].startswith("Bearer")
    assert str(needed) in key.json()["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "address", "needed"), list(calls()))
def test_only_what_everybody_may_read_is_open_to_other_sites(
    method: str, address: str, needed: object, anyone: APIClient
) -> None:
    answer = anyone.options(address, HTTP_ORIGIN="https://example.org")

    assert answer.status_code == 204
    assert answer.get("Access-Control-Allow-Methods", "GET, HEAD") == "GET, HEAD"
    assert "Access-Control-Allow-Credentials" not in answer
    assert not answer.cookies
    if method == "get":
        assert (answer.get("Access-Control-Allow-Origin") == "*") == (needed is ANYONE)
