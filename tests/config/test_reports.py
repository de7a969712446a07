"""A report of an error names what was at hand, and tells none of it."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from django.conf import settings as project
from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.test import Client
from django.views.debug import ExceptionReporter
from pytest_django import Settings

from tests.portal.steps import DIGITS, ask, asked, wrong
from tests.portal.world import sent_code

pytestmark = pytest.mark.django_db

NUMBER = re.compile(r"70\D{0,3}174\D{0,3}06\D{0,3}05")


@pytest.fixture
def reports() -> Any:
    """Reports of what went wrong, as they would be mailed, newest last."""
    written: list[str] = []

    def write(request: HttpRequest, **_kwargs: object) -> None:
        reporter = ExceptionReporter(request, *sys.exc_info())
        written.extend([reporter.get_traceback_text(), reporter.get_traceback_html()])

    got_request_exception.connect(write)
    yield written
    got_request_exception.disconnect(write)


@pytest.fixture
def client() -> Client:
    """A browser that gets the page that says so when something breaks."""
    return Client(raise_request_exception=False)


def breaks(*_args: object, **_kwargs: object) -> None:
    raise RuntimeError


def test_the_number_is_in_no_report(
    client: Client, reports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notify.residents.services.code_digest", breaks)

    assert ask(client).status_code == 500

    assert len(reports) == 2
    for report in reports:
        assert "request_sign_up" in report
        assert not NUMBER.search(report), DIGITS


def test_the_code_is_in_no_report(
    client: Client, reports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = asked(client)
    typed = wrong(sent_code())
    monkeypatch.setattr("notify.residents.services.is_digest_of", breaks)

    assert client.post(page, {"code": typed}).status_code == 500

    assert reports
    for report in reports:
        assert "with_code" in report
        assert typed not in report


def test_whoever_develops_sees_the_values(
    client: Client, reports: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notify.residents.services.code_digest", breaks)
    settings.DEBUG = True

    ask(client)

    assert NUMBER.search(reports[0])
    assert project.DEFAULT_EXCEPTION_REPORTER_FILTER == "config.reports.NoValues"
