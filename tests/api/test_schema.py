"""The schema, complete and checked; and its page, which works within our content policy."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.core.management import call_command
from jsonschema import Draft202012Validator, validate
from rest_framework.test import APIClient

from notify.api.examples import ANSWERS, REQUESTS
from notify.api.models import Scope
from tests import axe, given
from tests.api.calls import ALERTS, call
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


def operations(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (one for path in schema["paths"].values() for one in path.values())


@pytest.mark.django_db
def test_the_schema_describes_every_call_field_header_and_error(schema: dict[str, Any]) -> None:
    parts = schema["components"]

    def meant(one: dict[str, Any]) -> dict[str, Any]:
        """What is meant, where another place of the schema says it."""
        _hash, kind, name = one.get("$ref", "#//").rsplit("/", 2)
        found: dict[str, Any] = parts[kind][name] if name else one
        return found

    told: dict[str, Any] = dict(parts["headers"])
    for name, document in parts["schemas"].items():
        for field, one in document.get("properties", {}).items():
            told[f"{name}.{field}"] = meant(one)
    for operation in operations(schema):
        name = operation["operationId"]
        told[name] = operation
        told |= {f"{name} {one['name']}": one for one in operation.get("parameters", [])}
        for status, answer in operation["responses"].items():
            told[f"{name} {status}"] = meant(answer)
            for header, one in meant(answer).get("headers", {}).items():
                told[f"{name} {status} {header}"] = meant(one)

    assert [where for where, one in told.items() if not one.get("description")] == []


@pytest.mark.django_db
def test_every_document_has_an_example_that_keeps_to_the_schema(schema: dict[str, Any]) -> None:
    for operation in operations(schema):
        bodies = [answer for status, answer in operation["responses"].items() if status < "300"]
        for body in [*bodies, operation.get("requestBody", {})]:
            for media_type, content in body.get("content", {}).items():
                if media_type != "application/json":
                    continue
                assert "example" in content, operation["operationId"]
                checked = {**content["schema"], "components": schema["components"]}
                validate(content["example"], checked, Draft202012Validator)


@pytest.mark.django_db
def test_what_the_examples_ask_for_is_done_and_what_they_show_is_answered(
    system: APIClient,
) -> None:
    given.service()
    given.city()

    with time_machine.travel("2026-11-23T10:04:00+01:00", tick=False):
        draft = system.post(ALERTS, REQUESTS["createDraft"], format="json").json()
        made = call(system, draft, "publish", {}).json()
        alert = system.get(f"{ALERTS}{draft['code']}/").json()
        progress = system.get(made["progress"]).json()
        preview = system.get(f"{ALERTS}{draft['code']}/preview/?move=update").json()
        news = call(system, alert, "update", REQUESTS["updateAlert"])
        put = call(system, news.json()["alert"], "correct", REQUESTS["correctAlert"])
        over = call(system, put.json()["alert"], "resolve", REQUESTS["resolveAlert"])

    assert (news.status_code, over.status_code) == (201, 201)
    for name, document in {
        "createDraft": draft, "publishAlert": made, "getAlert": alert, "getProgress": progress,
        "previewMove": preview, "correctAlert": put.json(), "resolveAlert": over.json(),
    }.items():  # fmt: skip
        assert list(ANSWERS[name]) == list(document), name
    assert list(ANSWERS["getAlert"]["updates"][0]) == list(alert["updates"][0])
    assert draft["advice_words"] == ANSWERS["createDraft"]["advice_words"]
    assert list(ANSWERS["listAreas"][0]) == list(system.get("/api/v1/areas/").json()[0])
    assert list(ANSWERS["listServices"][0]) == list(system.get("/api/v1/services/").json()[0])


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
        opened.get_by_role("button", name="Try it out").click()
        if operation == "alerts-listAlerts":
            opened.get_by_role("button", name="Execute").click()
            opened.get_by_text('"results"').first.wait_for()
        axe.no_finding(page)
        opened.get_by_role("button").first.click()
