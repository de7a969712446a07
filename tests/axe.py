"""What axe-core finds wrong on a page: WCAG 2.2 A and AA, and what it calls best practice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

from tests.provision.chromium import Look

LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((320, "light"), (1280, "dark"))
"""Widths in pixels, and themes: the narrow and the wide page, each theme once."""
BOTH_LANGUAGES = pytest.mark.parametrize(
    "page",
    [Look(320, "light", "sv"), Look(1280, "dark", "en")],
    indirect=True,
    ids=["sv", "en"],
)
"""A page in Swedish and narrow, and in English and wide: to look twice at each costs a minute in all."""
# Off unless asked for, although WCAG 2.2 wants it.
OPTIONS = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
    # What it would read of imported sheets it puts into the page, which the page's policy refuses.
    "preload": False,
}


def no_finding(page: Page) -> None:
    """Fail the test unless axe finds nothing on the page as it looks."""
    found = _examined(page)
    assert not found, f"{page.url}:\n" + "\n".join(found)


def no_finding_in_any_look(page: Page) -> None:
    """Fail the test unless axe finds nothing, narrow in light and wide in dark."""
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=theme)
        no_finding(page)


def _examined(page: Page) -> list[str]:
    # What changes colour by degrees would be measured half-way.
    page.emulate_media(reduced_motion="reduce")
    # evaluate() is the debugger's door: the page's own policy stays as strict as it is.
    page.evaluate(AXE_SCRIPT)
    # A script that follows the theme hears of it with the next frame.
    page.evaluate("new Promise(requestAnimationFrame)")
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    return _sentences(page.evaluate("(options) => axe.run(document, options)", OPTIONS))


def _sentences(answer: dict[str, Any]) -> list[str]:
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in answer["violations"]
        for node in violation["nodes"]
    ]
