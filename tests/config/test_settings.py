"""The settings refuse what cannot work, in a sentence, and are safe when nothing is said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "DJANGO_SECRET_KEY": "a-secret-that-nobody-guesses-0123456789-abcdefghijklmnop",
    "PUBLIC_URL": "https://drift.example.se",
    "PHONE_KEYS": "bm90aWZ5LXRlc3RzLW5vdGlmeS10ZXN0cy1rZXktMDE=",
    "PHONE_INDEX_KEY": "00" * 32,
}


def ask(expression: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Start Django as an operator would, with nothing but these variables, and print something."""
    given = {name: value for name, value in (COMPLETE | changes).items() if value is not None}
    return subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "--no-imports",
            "--verbosity",
            "0",
            "-c",
            expression,
        ],
        env={"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite://:memory:", **given},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def value_of(setting: str, **changes: str | None) -> str:
    done = ask(f"from django.conf import settings; print(repr(settings.{setting}))", **changes)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", COMPLETE)
def test_a_missing_variable_is_named_in_a_sentence(name: str) -> None:
    done = ask("pass", **{name: None})
    assert done.returncode != 0
    assert f"Set the environment variable {name}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("address", ["drift.example.se", "ftp://drift.example.se", "https://"])
def test_a_public_address_that_is_none_is_refused(address: str) -> None:
    done = ask("pass", PUBLIC_URL=address)
    assert "PUBLIC_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_AUTH_TOKEN and TWILIO_SENDER"),
        ({"TWILIO_SENDER": "Notify"}, "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"),
        ({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_SENDER": "Notify"}, "TWILIO_AUTH_TOKEN"),
        ({"ELKS_USERNAME": "u1"}, "ELKS_PASSWORD and ELKS_SENDER"),
        ({"ELKS_USERNAME": "u1", "ELKS_SENDER": "Notify"}, "ELKS_PASSWORD"),
    ],
)
def test_half_a_provider_is_refused_and_the_other_half_named(
    given: dict[str, str], missing: str
) -> None:
    done = ask("pass", **given)
    assert done.returncode != 0
    assert f"also set {missing}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"ELKS_USERNAME": "u1", "ELKS_PASSWORD": "x", "ELKS_SENDER": "Notify"},
            "46elks stands in for Twilio: also set TWILIO_ACCOUNT_SID",
        ),
        (
            {"ELKS_CALLBACK_ADDRESSES": "192.0.2.0/24,there"},
            "ELKS_CALLBACK_ADDRESSES holds 'there'",
        ),
        ({"SMS_SEGMENTS_PER_SECOND": "-1"}, "SMS_SEGMENTS_PER_SECOND must be 0"),
        ({"SMS_WORKERS": "0"}, "SMS_WORKERS must be 1 or more"),
        ({"SMS_IN_FLIGHT": "0"}, "must be 1 or more"),
    ],
)
def test_what_makes_no_sense_for_sms_is_refused(given: dict[str, str], said: str) -> None:
    done = ask("pass", **given)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_provider_there_is_no_sms_channel() -> None:
    assert "sms" not in value_of("NOTIFY_CHANNELS")


def test_with_a_provider_there_is_one() -> None:
    provider = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "x", "TWILIO_SENDER": "Notify"}
    assert "SmsChannel" in value_of("NOTIFY_CHANNELS", **provider)


def test_nothing_said_is_safe() -> None:
    assert value_of("DEBUG") == "False"
    assert value_of("ALLOWED_HOSTS") == "['drift.example.se']"
    assert value_of("SESSION_COOKIE_SECURE") == "True"
    assert value_of("SECURE_SSL_REDIRECT") == "True"


def test_a_trial_without_tls_can_log_in() -> None:
    assert value_of("SESSION_COOKIE_SECURE", PUBLIC_URL="http://localhost:8000") == "False"


def test_sqlite_waits_for_its_turn_instead_of_failing() -> None:
    options = value_of("DATABASES['default']['OPTIONS']")
    assert "IMMEDIATE" in options
    assert "WAL" in options


def test_postgresql_keeps_its_connections() -> None:
    found = value_of("DATABASES['default']['CONN_MAX_AGE']", DATABASE_URL="postgres://x:y@z/w")
    assert int(found) > 0
