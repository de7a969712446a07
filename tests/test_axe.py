"""The examiner itself: what is wrong is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import axe

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("<img src='data:,'>", "image-alt"),
        ("<p style='color: #aaa; background: #fff'>Grå text</p>", "color-contrast"),
        ("<a href='/a'>a</a><a href='/b'>b</a>", "target-size"),
    ],
)
def test_what_is_wrong_is_found(page: Page, body: str, rule: str) -> None:
    page.set_content(f"<!DOCTYPE html><html lang='sv'><title>En sida</title><main>{body}</main>")
    with pytest.raises(AssertionError, match=rule):
        axe.no_finding(page)
