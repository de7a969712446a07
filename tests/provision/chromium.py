"""The system's Chromium, driven by Playwright."""

import asyncio
import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.provision import Missing

INSTALL = "Chromium is missing. Install it: apt-get install chromium"
# The one without windows first: it costs a quarter less of the processor.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
# It runs as root in containers, and it must talk to nobody but the pages under test.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@dataclass(frozen=True)
class Look:
    """How a person looks at a page: width in CSS pixels, theme, language, scripts or none, and where."""

    width: int = 390
    theme: Literal["light", "dark"] = "light"
    language: Literal["sv", "en"] = "sv"
    scripts: bool = True
    time_zone: str = "Europe/Stockholm"


def executable() -> str:
    """The path of a Chromium or Chrome. Raises Missing when there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise Missing(INSTALL)


@contextlib.contextmanager
def outside_playwright() -> Iterator[None]:
    """A block in which ``asyncio.run`` works; calls to the browser do not work inside."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
