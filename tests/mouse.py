"""A click on what leads to another page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def press(button: Locator) -> None:
    """Click, and wait for the page that it leads to: until then the old one is there, or none."""
    with button.page.expect_navigation():
        button.click()
