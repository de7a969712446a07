"""The settings refuse what cannot work, in a sentence, and are safe when nothing is said."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from notify.demo.children import free_port

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


def read(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> dict[str, Any]:
    """The settings as a new process would read them from nothing but these variables."""
    for name in [*os.environ]:
        if name != "PATH":
            monkeypatch.delenv(name)
    for name, value in (COMPLETE | {"DATABASE_URL": "sqlite://:memory:"} | changes).items():
        if value is not None:
            monkeypatch.setenv(name, value)
    return run_path(str(ROOT / "config" / "settings.py"))


@pytest.mark.parametrize("name", COMPLETE)
def test_a_missing_variable_is_named_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"Set the environment variable {name}"):
        read(monkeypatch, **{name: None})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DJANGO_DEBUG", "kanske"),
        ("DJANGO_SECRET_KEY", "abc"),
        ("PUBLIC_URL", "https://drift.example.se/path"),
        ("PHONE_KEYS", "abc"),
        ("PHONE_INDEX_KEY", "hej"),
        ("PHONE_PREFIXES", "46"),
        ("TWILIO_SENDER", "SeventeenLetters!"),
        ("SMS_PRICE_PER_SEGMENT", "gratis"),
        ("DATABASE_URL", "hej"),
        ("DATABASE_URL", "sqlite:////dev/null/notify.sqlite3"),
        ("REDIS_URL", "hej"),
        ("REDIS_URL", "memory://"),
        ("TIME_ZONE", "Europe/Boras"),
        ("TRUSTED_PROXIES", "ett"),
        ("LOG_LEVEL", "LOUD"),
        ("QUIET_HOURS", "22"),
        ("QUIET_HOURS", "22-24"),
        ("QUIET_HOURS", "ten-seven"),
        ("KEEP_SIGN_UPS_HOURS", "0"),
        ("KEEP_LINKS_DAYS", "1"),
        ("KEEP_ENDED_DAYS", "99999"),
        ("CAP_SENDER", "drift, Borås"),
        ("CAP_SENDER", "<drift>"),
        ("CAP_STATUS", "Draft"),
        ("CAP_SIGNING_KEY", "hej"),
        ("CAP_SIGNING_KEY", "-----BEGIN PRIVATE KEY-----\nhej\n-----END PRIVATE KEY-----"),
        ("CAP_SIGNING_CERTIFICATE", "hej"),
        ("CAP_TRUSTED_SENDERS", "scada.example.se"),
        ("CAP_TRUSTED_SENDERS", "a.example.se=karin,b.example.se="),
        ("CAP_TRUSTED_SENDERS", "a b=karin"),
        ("VMA_URL", "https://vma.example.se/alerts"),
        ("VMA_SERVICE", "warnings"),
        ("VMA_POLL", "5"),
        ("WEBSUB_HUBS", "hub.example.se"),
        ("WEBSUB_HUBS", "https://hub.example.se/,https://<b>"),
        ("MAP_TILES_URL", "http://tiles.example.se/{z}/{x}/{y}.png"),
        ("MAP_TILES_URL", "https://tiles.example.se/{z}/{x}/{y}.png"),
        ("MAP_TILES_ATTRIBUTION", "© Exempelstad"),
        ("EVENTS_ORIGIN", "https://drift.example.se/embed/v1/events"),
    ],
)
def test_a_value_that_cannot_work_is_refused_and_the_variable_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        read(monkeypatch, **{name: value})


def test_map_tiles_open_the_policy_to_their_own_host_as_pictures_and_to_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tiles = {
        "MAP_TILES_URL": "https://tiles.example.se:8443/{z}/{x}/{y}.png",
        "MAP_TILES_ATTRIBUTION": "© Exempelstad",
    }
    without = read(monkeypatch)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    opened = read(monkeypatch, **tiles)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]

    assert opened.pop("img-src") == [*without.pop("img-src"), "https://tiles.example.se:8443"]
    assert opened == without


def test_a_process_says_so_without_a_traceback() -> None:
    done = ask("pass", LOG_LEVEL="LOUD")
    assert done.returncode != 0
    assert done.stderr.startswith("notify: LOG_LEVEL is 'LOUD'")
    assert "Traceback" not in done.stderr


def test_a_database_that_is_away_is_a_sentence_too() -> None:
    away = f"postgres://me:secret@127.0.0.1:{free_port()}/notify"
    done = ask(
        "from django.db import connection; connection.ensure_connection()", DATABASE_URL=away
    )
    assert done.returncode != 0
    assert done.stderr.startswith(
        "notify: The database that DATABASE_URL names cannot be reached: "
    )
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_an_error_of_another_kind_keeps_its_traceback() -> None:
    done = ask("from django.db import connection; connection.cursor().execute('SELECT * FROM x')")
    assert "Traceback" in done.stderr


def test_a_python_without_django_is_told_which_one_has_it() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "manage.py", "check"],
        env={"PATH": os.environ["PATH"]},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.startswith("Django is missing here.")


def test_an_empty_line_in_the_environment_counts_as_nothing_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    optional = re.findall(
        r'\benv\.\w+\(\s*"([A-Z_]+)", default', (ROOT / "config/settings.py").read_text()
    )
    assert "TIME_ZONE" in optional
    unsaid = {name: "" for name in optional if name != "DATABASE_URL"}

    empty, absent = read(monkeypatch, **unsaid), read(monkeypatch)

    ours = [name for name in absent if name.isupper()]
    assert {name: empty[name] for name in ours} == {name: absent[name] for name in ours}


def test_a_level_is_understood_in_small_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, LOG_LEVEL="info")["LOG_LEVEL"] == "INFO"


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
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"also set {missing}"):
        read(monkeypatch, **given)


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
        ({"WEBHOOKS_ALLOW_NETWORKS": "10.20.0.0/99"}, "WEBHOOKS_ALLOW_NETWORKS holds"),
        ({"WEBSUB_TOPICS_AT_ONCE": "0"}, "WEBSUB_TOPICS_AT_ONCE is 0: write 1 to 500"),
        ({"SMS_SEGMENTS_PER_SECOND": "-1"}, "SMS_SEGMENTS_PER_SECOND is '-1'"),
        ({"SMS_SEGMENTS_PER_SECOND": "9e9"}, "SMS_SEGMENTS_PER_SECOND"),
        ({"SMS_WORKERS": "0"}, "SMS_WORKERS must be 1 or more"),
        (
            {
                "TWILIO_ACCOUNT_SID": "AC1",
                "TWILIO_AUTH_TOKEN": "x",
                "TWILIO_SENDER": "Notify",
                "SMS_REPLIES": "true",
            },
            "SMS_REPLIES is true, but nobody can answer 'Notify'",
        ),
        ({"SMS_IN_FLIGHT": "0"}, "must be 1 or more"),
        ({"CODE_WAIT_SECONDS": "301"}, "CODE_WAIT_SECONDS must be 0 (no wait) to 300"),
    ],
)
def test_what_makes_no_sense_for_sms_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=re.escape(said)):
        read(monkeypatch, **given)


def test_without_a_provider_there_is_no_sms_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "sms" not in str(read(monkeypatch)["NOTIFY_CHANNELS"])


def test_with_a_provider_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "x", "TWILIO_SENDER": "Notify"}
    assert "SmsChannel" in str(read(monkeypatch, **provider)["NOTIFY_CHANNELS"])


@pytest.mark.parametrize(
    ("sender", "given", "replies"),
    [
        ("+46766860000", {}, True),
        ("71700", {}, True),
        ("MG" + "0" * 32, {}, True),
        ("MG" + "0" * 32, {"SMS_REPLIES": "false"}, False),
        ("BorasStad", {}, False),
        ("MGM Vatten", {}, False),
        ("2 Vatten", {}, False),
    ],
)
def test_people_can_reply_to_numbers_and_not_to_names(
    monkeypatch: pytest.MonkeyPatch, sender: str, given: dict[str, str], replies: bool
) -> None:
    provider = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "x", "TWILIO_SENDER": sender}
    assert read(monkeypatch, **provider, **given)["SMS_REPLIES"] is replies


def test_nothing_said_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch)

    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["drift.example.se"]
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["SECURE_SSL_REDIRECT"] is True


def test_a_trial_without_tls_can_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, PUBLIC_URL="http://localhost:8000")["SESSION_COOKIE_SECURE"] is False


def test_sqlite_waits_for_its_turn_instead_of_failing(monkeypatch: pytest.MonkeyPatch) -> None:
    options = read(monkeypatch)["DATABASES"]["default"]["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert "WAL" in options["init_command"]


def test_postgresql_keeps_its_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch, DATABASE_URL="postgres://x:y@z/w")

    assert found["DATABASES"]["default"]["CONN_MAX_AGE"] > 0
