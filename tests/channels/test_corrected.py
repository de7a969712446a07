"""Corrected words in feeds and banners, whichever comes first: the correction or the worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notify.channels.banners import selectors as banners
from notify.channels.banners.channel import BannerChannel
from notify.channels.feeds import selectors as feeds
from notify.channels.feeds.channel import FeedChannel
from notify.channels.notice import Notice, Words
from notify.channels.published import PublishingChannel
from tests.channels.notices import all_clear_of, hand, notice, update_of

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
MENDED = {"sv": Words("Vattenavbrott i Äspereds tätort")}


def in_feeds() -> list[Notice]:
    rows, _left = feeds.listed(feeds.Scope(), NOW)
    told = feeds.told(rows)
    return [told[row.update][0] for row in rows]


def in_banners() -> list[Notice]:
    return banners.shown(banners.Scope(), NOW).notices


BOTH = pytest.mark.parametrize(
    ("channel", "shown"), [(FeedChannel(), in_feeds), (BannerChannel(), in_banners)]
)
Shown = Callable[[], list[Notice]]


@BOTH
def test_the_words_are_new_and_everything_else_is_as_it_was(
    channel: PublishingChannel, shown: Shown
) -> None:
    told = notice()
    hand(channel, told)
    (before,) = shown()

    channel.correct(told.corrected(MENDED, NOW))

    (after,) = shown()
    assert after == replace(before, words=MENDED, corrected_at=NOW)


@BOTH
def test_a_worker_that_comes_after_the_correction_changes_nothing(
    channel: PublishingChannel, shown: Shown
) -> None:
    told = notice()
    channel.correct(told.corrected(MENDED, NOW))
    assert shown() == []

    hand(channel, told)
    hand(channel, told)

    assert [one.words for one in shown()] == [MENDED]


@BOTH
def test_a_correction_alone_shows_nothing_anywhere(
    channel: PublishingChannel, shown: Shown
) -> None:
    """What somebody stopped before it was published is not published by being corrected."""
    channel.correct(notice().corrected(MENDED, NOW))
    assert shown() == []


@BOTH
def test_the_latest_correction_holds_in_whatever_order_they_come(
    channel: PublishingChannel, shown: Shown
) -> None:
    told = notice()
    hand(channel, told)
    later = {"sv": Words("Vattenavbrott")}
    minute = timedelta(minutes=1)
    for words, at in ((MENDED, NOW - minute), (later, NOW), (MENDED, NOW - minute / 2)):
        channel.correct(told.corrected(words, at))

    assert [one.words for one in shown()] == [later]


@BOTH
def test_only_the_notice_that_was_corrected_has_other_words(
    channel: PublishingChannel, shown: Shown
) -> None:
    first = notice()
    other = notice()
    last = all_clear_of(update_of(first), sent=NOW)
    for told in (first, other):
        hand(channel, told)
        channel.correct(first.corrected(MENDED, NOW))
    hand(channel, last)

    words = {one.update: one.words for one in shown()}
    assert words[last.update] == last.words
    assert words[other.update] == other.words
    assert words.get(first.update, MENDED) == MENDED


@BOTH
def test_characters_that_no_format_can_carry_are_left_out(
    channel: PublishingChannel, shown: Shown
) -> None:
    told = notice()
    hand(channel, told)
    channel.correct(told.corrected({"sv": Words("Vat\x00ten\ud800")}, NOW))
    assert [one.words["sv"].headline for one in shown()] == ["Vatten"]
