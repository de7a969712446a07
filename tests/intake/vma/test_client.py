"""Asking: with what is known, for a while, and for so much."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from notify.intake.vma import client
from notify.intake.vma.client import Answer, Unanswered, ask
from tests.intake.vma.server import Radio, radio


@pytest.fixture
def sr() -> Iterator[Radio]:
    """Sveriges Radio, here."""
    with radio() as running:
        yield running


def test_what_is_answered_comes_with_its_validators(sr: Radio) -> None:
    sr.headers = {"ETag": '"a"', "Last-Modified": "Thu, 26 Nov 2026 07:26:18 GMT"}
    assert ask(sr.url, etag="", modified="") == Answer(
        sr.answer(), '"a"', "Thu, 26 Nov 2026 07:26:18 GMT"
    )


def test_what_is_known_is_not_sent_again(sr: Radio) -> None:
    sr.headers = {"ETag": '"a"'}
    assert ask(sr.url, etag='"a"', modified="yesterday") == Answer(None)
    assert sr.asked[0]["If-None-Match"] == '"a"'
    assert sr.asked[0]["If-Modified-Since"] == "yesterday"


@pytest.mark.parametrize("status", [301, 404, 429, 500, 503])
def test_another_status_is_no_answer(sr: Radio, status: int) -> None:
    sr.status, sr.headers = status, {"Location": sr.url}
    with pytest.raises(Unanswered, match=str(status)):
        ask(sr.url, etag="", modified="")
    assert len(sr.asked) == 1


def test_what_is_too_large_is_not_read_to_its_end(sr: Radio) -> None:
    sr.body = b" " * (client.LARGEST + 1)
    with pytest.raises(Unanswered, match="more than"):
        ask(sr.url, etag="", modified="")


def test_who_does_not_answer_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(Unanswered, match="no answer within"):
            ask(address, etag="", modified="")


def test_who_is_not_there_or_speaks_otherwise_gives_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"

        def grunt() -> None:
            connection, _whose = server.accept()
            connection.sendall(b"hello\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=grunt)
        thread.start()
        with pytest.raises(Unanswered):
            ask(address, etag="", modified="")
        thread.join()
    with pytest.raises(Unanswered):
        ask(address, etag="", modified="")
