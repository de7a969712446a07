"""What docs/api.md tells people to type does what it says there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from notify.alerts.models import Alert, Area
from notify.dispatch.models import Dispatch
from tests import given
from tests.provision import Missing, curl, skip_for

# A journey through a server of its own: once is enough, on PostgreSQL.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.story]

PAGE = (settings.BASE_DIR / "docs" / "api.md").read_text()
Run = Callable[[list[str], str], str]


def blocks(language: str, holding: str) -> list[str]:
    """The page's code in that language that holds some words; none is no pass."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    wanted = [block for block in found if holding in block]
    assert wanted, f"docs/api.md has no {language} with {holding!r}"
    return wanted


@pytest.fixture
def run(live_server: LiveServer, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs the page's code here, with the key that the page's own command makes; returns what is printed."""
    User.objects.create_superuser("driftcentralen")
    given.service()
    given.city()
    Area.objects.filter(code="1490TB121").update(outline=given.square(13, 57, 1))
    [command] = blocks("sh", "create_api_key")
    name, *arguments = shlex.split(command.partition("manage.py ")[2])
    call_command(name, *arguments)
    key = capfd.readouterr().out.strip()
    # Whatever curl is told by an answer from 400 on, it says, and fails.
    (tmp_path / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")

    def run(program: list[str], code: str) -> str:
        here = code.replace("https://drift.example.se", live_server.url).replace("ntf_…", key)
        done = subprocess.run(
            [*program, here],
            env={"PATH": os.environ["PATH"], "CURL_HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def bash() -> list[str]:
    """A shell that ends at the first fault, with curl."""
    try:
        curl.executable()
    except Missing as missing:
        skip_for(missing)
    return ["bash", "-euo", "pipefail", "-c"]


def told() -> list[str]:
    """What the one alert there is has said, after a look at how it ended and that people heard each."""
    alert = Alert.objects.get()
    assert alert.state == "resolved"
    assert Dispatch.objects.count() == alert.updates.count()
    return [update.word("headline", "sv") for update in alert.updates.order_by("number")]


STORY = ["Vattenavbrott i Äspered", "Vattenavbrott i Äspered", "Vattnet är tillbaka"]


def test_curl_reads_what_it_is_told_to(run: Run, bash: list[str]) -> None:
    [code] = blocks("sh", "?current=true")

    assert run(bash, code).count('"results":[]') == code.count("curl ") >= 4


def test_curl_takes_an_alert_from_draft_to_all_clear(run: Run, bash: list[str]) -> None:
    [code] = blocks("sh", "resolve/")

    out = run(bash, code)

    assert told() == STORY
    assert '"finished":' in out


def test_python_takes_an_alert_from_draft_to_all_clear(run: Run) -> None:
    [code] = blocks("python", "resolve/")

    out = run([sys.executable, "-W", "error", "-c"], code)

    assert told() == STORY
    assert out.rstrip().endswith("resolved")
    assert "/updates/1/progress/" in out
