"""A broker that is named must answer, or the demo says so at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from notify.demo.broker import NoBroker, broker
from notify.demo.children import free_port


def refusal(url: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    monkeypatch.setenv("REDIS_URL", url)
    with pytest.raises(NoBroker) as refused, broker(folder):
        pass
    return str(refused.value)


def test_nobody_answers_and_the_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    said = refusal(url, monkeypatch, tmp_path)
    assert said == (
        f"REDIS_URL is {url}, and nobody answers there. Unset it, and the demo starts its own."
    )


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", "hej", "redis://127.0.0.1:port/0"])
def test_an_address_that_is_none_is_refused_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str
) -> None:
    assert address in refusal(address, monkeypatch, tmp_path)


def test_the_password_is_not_repeated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    url = f"redis://me:secret@127.0.0.1:{free_port()}/0"
    assert "secret" not in refusal(url, monkeypatch, tmp_path)
