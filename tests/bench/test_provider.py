"""The stand-in answers as the API does: Twilio's own client understands it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from bench import control
from bench.hammer import hammer, post
from notify.demo.children import Child, accepts, alive, free_port

BODY = "Vattenavbrott i Äspered, 100 %"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Where a stand-in listens."""
    port = free_port()
    command = [sys.executable, "-m", "bench.provider", "--port", str(port)]
    with alive(Child(command, tmp_path / "provider.log", lambda _child: accepts(port))):
        yield port


@pytest.fixture
def url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def create(url: str, to: str = "+46701740605") -> MessageInstance:
    client = Client("AC" + "0" * 32, "secret")
    client.api.base_url = url
    try:
        return client.messages.create(to=to, from_="+46766860000", body=BODY)
    finally:
        client.http_client.session.close()


def test_the_official_client_reads_its_answer(url: str) -> None:
    made = create(url)

    assert (made.to, made.body, made.status, made.num_segments) == (
        "+46701740605",
        BODY,
        "queued",
        "1",
    )


def test_every_message_gets_an_id_of_its_own(url: str) -> None:
    assert create(url).sid != create(url).sid


def test_what_was_accepted_is_counted_per_text_until_it_is_told_to_start_over(url: str) -> None:
    create(url)
    create(url)

    counted = control.counted(url)
    control.behave(url)

    assert counted.accepted == 2
    said = counted.said("Äspered")
    assert said is not None
    assert said.first <= said.last
    assert control.counted(url).accepted == 0


def test_beyond_its_limit_it_answers_429_and_counts_that(url: str) -> None:
    control.behave(url, segments_per_second=1)
    create(url)

    with pytest.raises(TwilioRestException) as refused:
        create(url)

    assert refused.value.status == 429
    assert control.counted(url).refused == 1


def test_requests_sent_at_once_are_all_answered(port: int, url: str) -> None:
    one = post("/2010-04-01/Accounts/AC/Messages.json", "bench", b"To=%2B46701740605&Body=Hej")

    strokes = asyncio.run(hammer("127.0.0.1", port, [one] * 500, connections=3, pipelined=7))

    assert strokes.statuses == {201: 500}
    assert control.counted(url).accepted == 500


def test_the_bare_client_sends_what_it_was_told_to(url: str) -> None:
    command = [sys.executable, "-m", "bench.bare", "--url", url, "--count", "150"]

    done = subprocess.run(command, input="go\n", capture_output=True, text=True, check=True)

    assert done.stdout.startswith("ready\n{")
    assert control.counted(url).accepted == 150
