"""The schema, complete and checked; and its page, which works within our content policy."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from notify.api.models import Scope
from tests import axe
from tests.api.test_routes import ROUTES, view_of

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def schema(anyone: APIClient) -> dict[str, Any]:
    document: dict[str, Any] = anyone.get(
        "/api/v1/schema/", headers={"Accept": "application/json"}
    ).json()
    return document


def test_the_schema_is_valid_and_nothing_in_it_is_guessed() -> None:
    out = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)

    assert "openapi: 3.1.0" in out.getvalue()


@pytest.mark.django_db
def test_the_schema_tells_of_every_call_and_who_may_make_it(schema: dict[str, Any]) -> None:
    told = {
        (path, method): operation
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    }

    for route in ROUTES:
        view = view_of(route)
        if view.schema is None:
            continue
        path = "/api/v1/" + str(route.pattern).replace("<slug:", "{").replace("<int:", "{")
        for method, needed in view.access.items():
            operation = told.pop((path.replace(">", "}"), method.lower()))
            keyless = {} in operation["security"]
            assert keyless == (not isinstance(needed, Scope))
            assert "default" in operation["responses"]
    assert not told


@pytest.mark.django_db
def test_the_schema_comes_as_yaml_or_json_and_is_kept(anyone: APIClient) -> None:
    yaml = anyone.get("/api/v1/schema/")
    json = anyone.get("/api/v1/schema/?format=json")

    assert yaml["Content-Type"].startswith("application/vnd.oai.openapi")
    assert json.json()["openapi"] == "3.1.0"
    again = anyone.get("/api/v1/schema/", headers={"If-None-Match": yaml["ETag"]})
    assert again.status_code == 304


@pytest.mark.django_db
def test_the_page_sets_no_cookie_and_has_no_script_of_its_own(anyone: APIClient) -> None:
    page = anyone.get("/api/v1/docs/")

    assert page.status_code == 200
    assert not page.cookies
    assert "'unsafe" not in page["Content-Security-Policy"]
    html = page.content.decode()
    assert html.count("<script") == html.count("<script src=")
    assert "<style" not in html
    assert "style=" not in html


def test_the_page_works_in_a_browser(page: Page, live_server: LiveServer) -> None:
    said: list[str] = []
    elsewhere: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on(
        "request",
        lambda request: (
            elsewhere.append(request.url)
            if not request.url.startswith((live_server.url, "data:"))
            else None
        ),
    )

    page.goto(f"{live_server.url}/api/v1/docs/")
    page.get_by_text("Publish a draft as it is").first.wait_for()
    operation = page.locator("#operations-alerts-listAlerts")
    operation.get_by_role("button").first.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    operation.get_by_text('"results"').first.wait_for()

    page.emulate_media(color_scheme="dark")
    page.locator("html.dark-mode").wait_for()
    page.emulate_media(color_scheme="light")
    page.locator("html:not(.dark-mode)").wait_for()

    assert not elsewhere
    assert not [line for line in said if line.startswith(("error", "warning"))]


def test_axe_finds_nothing_on_the_page_and_in_what_it_opens(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/api/v1/docs/")
    for operation in ("alerts-listAlerts", "moves-publishAlert"):
        opened = page.locator(f"#operations-{operation}")
        opened.get_by_role("button").first.click()
        opened.get_by_role("heading", name="Responses").wait_for()
        axe.no_finding_in_any_look(page)
        opened.get_by_role("button").first.click()
