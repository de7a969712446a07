"""Erasing and exporting by command: the number is only ever read from standard input."""

from __future__ import annotations

import io
import json
import logging

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from notify.residents.models import Subscriber
from tests import given
from tests.dispatch import world

pytestmark = pytest.mark.django_db

PHONE = "+46701740605"


def run(command: str, typed: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the command prints when somebody types this."""
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    printed = io.StringIO()
    call_command(command, stdout=printed)
    return printed.getvalue()


def test_erasing_says_how_much_was_erased_and_never_of_whom(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    given.subscriber(PHONE)
    world.fan_out()

    printed = run("erase_subscriber", "070-174 06 05\n", monkeypatch)

    assert printed.splitlines() == [
        "subscribers: 1",
        "subscriptions: 1",
        "consents: 1",
        "sign ups: 1",
        "deliveries: 1",
    ]
    assert not Subscriber.objects.exists()
    assert PHONE[3:] not in caplog.text
    assert run("erase_subscriber", PHONE, monkeypatch) == "Nothing is held on that number.\n"


def test_exporting_prints_json_that_people_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    given.subscriber(PHONE)

    printed = run("export_subscriber", "0701740605", monkeypatch)

    assert "Äspered" in printed
    assert json.loads(printed)["subscriptions"][0]["areas"][0]["name"] == "Äspered"


@pytest.mark.parametrize("command", ["erase_subscriber", "export_subscriber"])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "That is not a phone number"),
        ("hej\n", "A phone number has no letters"),
        ("070", "There is no such phone number"),
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, command: str, typed: str, said: str
) -> None:
    given.subscriber(PHONE)

    with pytest.raises(CommandError, match=said):
        run(command, typed, monkeypatch)

    assert Subscriber.objects.exists()


def test_a_number_that_we_may_no_longer_write_to_can_still_be_erased(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    given.subscriber(PHONE)
    settings.PHONE_PREFIXES = ["+47"]

    assert "subscribers: 1" in run("erase_subscriber", PHONE, monkeypatch)


@pytest.mark.parametrize("command", ["erase_subscriber", "export_subscriber"])
def test_a_number_on_the_command_line_is_refused(command: str) -> None:
    with pytest.raises((CommandError, TypeError)):
        call_command(command, PHONE)


def test_at_a_terminal_the_number_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    given.subscriber(PHONE)
    monkeypatch.setattr("sys.stdin", Terminal("nothing of this is read"))
    monkeypatch.setattr("notify.residents.asking.getpass", lambda _prompt: PHONE)
    printed = io.StringIO()

    call_command("erase_subscriber", stdout=printed)

    assert "subscribers: 1" in printed.getvalue()
