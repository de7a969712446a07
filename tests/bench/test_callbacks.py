"""What the figure about callbacks is measured on."""

from __future__ import annotations

from bench.house import as_shipped


def test_the_web_process_is_the_containers_own() -> None:
    words = as_shipped()

    assert words[:2] == ["gunicorn", "config.wsgi"]
    assert {"--preload", "--threads=4", "--keep-alive=75"} <= set(words)
    assert not [word for word in words if "bind" in word or "workers" in word]
