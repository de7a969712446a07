"""Requests that no door can take get a page, or a problem document, that says why."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Client:
    """The browser of somebody who may do everything, with Swedish first."""
    browser = Client(headers={"accept-language": "sv"}, raise_request_exception=False)
    browser.force_login(User.objects.create_superuser("karin"))
    return browser


@pytest.mark.parametrize(
    "address",
    [
        "/?area=%00",
        "/%00/",
        "/a/%00/",
        "/console/alerts/new/?template=%00",
        "/admin/alerts/alert/?state__exact=%00",
        "/feeds/?x=%00",
    ],
)
def test_a_nul_in_the_address_gets_a_page(editor: Client, address: str) -> None:
    answer = editor.get(address)

    assert answer.status_code == 400
    assert "Vi förstod inte det där" in answer.content.decode()


@pytest.mark.parametrize("address", ["/api/v1/alerts/?area=%00", "/api/v1/alerts/%00/", "/api/%00"])
def test_under_the_api_it_gets_a_problem_document(editor: Client, address: str) -> None:
    answer = editor.get(address)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


@pytest.mark.parametrize("address", ["/subscribe/", "/console/alerts/new/", "/console/login/"])
def test_a_form_that_is_too_large_gets_its_own_page(editor: Client, address: str) -> None:
    answer = editor.post(address, {"sv_description": "x" * 1_000_001})

    assert answer.status_code == 413
    assert "Det var för mycket text" in answer.content.decode()


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [("DELETE", "/", "GET, HEAD"), ("GET", "/console/logout/", "POST, OPTIONS")],
)
def test_a_wrong_method_gets_a_page(
    editor: Client, method: str, address: str, allowed: str
) -> None:
    answer = editor.generic(method, address)

    assert (answer.status_code, answer["Allow"]) == (405, allowed)
    assert "Det går inte att göra här" in answer.content.decode()
    assert answer["Content-Type"] == "text/html; charset=utf-8"


def test_what_programs_are_told_of_a_wrong_method_is_left_alone(editor: Client) -> None:
    assert editor.get("/sms/status").content == b""
    assert editor.delete("/api/v1/alerts/").json()["status"] == 405
