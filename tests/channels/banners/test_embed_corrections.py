"""A silent correction on somebody's page: the words change before the reader's eyes, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from notify.channels.banners.channel import BannerChannel
from notify.channels.notice import Notice, Words
from tests import given
from tests.channels.banners.conftest import HostPage, Ours
from tests.channels.banners.test_embed import banner, poll, said, visit
from tests.channels.notices import hand, notice

if TYPE_CHECKING:
    from playwright.sync_api import Page

banners = BannerChannel()


@pytest.fixture(autouse=True)
def city(ours: Ours) -> None:
    given.city()
    given.service()


def mend(told: Notice, headline: str) -> None:
    banners.correct(told.corrected({"sv": Words(headline)}, datetime.now(UTC)))


def test_an_open_banner_takes_the_words_announces_nothing_and_opens_nothing_that_was_closed(
    page: Page, host: HostPage, ours: Ours
) -> None:
    closed, open_one = notice(severity="Extreme"), notice(words={"sv": Words("Låkt tryck")})
    for told in (closed, open_one):
        hand(banners, told)
    host.embed(ours)
    visit(page, host)
    page.get_by_role("button", name="Stäng: Vattenavbrott i Äspered").click()
    page.get_by_role("button", name="Stäng: Låkt tryck").focus()
    mend(closed, "Vattenavbrott i Äspereds tätort")
    mend(open_one, "Lågt tryck")

    poll(page)

    expect(banner(page)).to_contain_text("Lågt tryck")
    expect(banner(page)).not_to_contain_text("Vattenavbrott")
    expect(page.get_by_role("button", name="Stäng: Lågt tryck")).to_be_focused()
    page.clock.run_for(2000)
    expect(said(page, "status")).to_have_count(0)
    expect(said(page, "alert")).to_have_count(0)
