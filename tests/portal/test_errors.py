"""Every error has a sentence that says what to do, in the person's language."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from config import urls


def _broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret details")


def _forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("secret details")


def _misunderstood(request: HttpRequest) -> HttpResponse:
    raise BadRequest("secret details")


urlpatterns = [
    path("broken/", _broken),
    path("forbidden/", _forbidden),
    path("misunderstood/", _misunderstood),
    path("", include(urls)),
]


@pytest.fixture(autouse=True)
def _broken_pages(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


@pytest.mark.parametrize(
    ("address", "status", "swedish", "english"),
    [
        ("/misunderstood/", 400, "Vi förstod inte det där", "We did not understand"),
        ("/forbidden/", 403, "Du får inte se den här sidan", "You may not see this page"),
        ("/nowhere/", 404, "Sidan finns inte", "This page does not exist"),
        ("/broken/", 500, "Något gick fel hos oss", "Something went wrong on our side"),
    ],
)
def test_an_error_says_what_happened_and_leads_back(
    address: str, status: int, swedish: str, english: str
) -> None:
    for language, sentence in (("sv", swedish), ("en", english)):
        client = Client(headers={"accept-language": language}, raise_request_exception=False)

        answer = client.get(address)

        page = answer.content.decode()
        assert answer.status_code == status
        assert sentence in page
        assert re.search(r'<a[^>]*class="button"[^>]*href="/"', page)
        assert "secret details" not in page
        assert not answer.cookies


def test_the_page_of_last_resort_needs_no_database_and_no_session() -> None:
    answer = Client(raise_request_exception=False).get("/broken/")

    assert 'lang="en"' in answer.content.decode()
    assert "Wait a minute and try again." in answer.content.decode()
