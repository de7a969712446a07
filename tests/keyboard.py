"""Somebody with a keyboard and no mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

MOST_STOPS = 120
"""Presses of Tab after which anybody would have given up."""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there, and see that it shows; fails the test when it never comes.

    Waits first until ``wanted`` is in sight: what needs a script stays hidden until the script is there.
    """
    expect(wanted).to_be_visible()
    for _stop in range(MOST_STOPS):
        if wanted.evaluate("element => element === document.activeElement"):
            outline = wanted.evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline != "none", f"{wanted} does not show that it has the focus."
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{wanted} cannot be reached by keyboard.")
