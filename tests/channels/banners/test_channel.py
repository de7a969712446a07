from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from notify.channels.banners import selectors
from notify.channels.banners.channel import BannerChannel
from notify.channels.banners.models import Item, ItemArea
from notify.channels.banners.selectors import Scope
from notify.channels.base import Outcome
from notify.channels.notice import Notice, Place
from tests.channels.contract import ChannelContract
from tests.channels.notices import (
    BORÅS,
    FRISTAD,
    ÄSPERED,
    all_clear_of,
    cancel_of,
    hand,
    notice,
    update_of,
)

pytestmark = pytest.mark.django_db
banners = BannerChannel()
ENDS = pytest.mark.parametrize("end", [all_clear_of, cancel_of])


def shown(*places: Place, **later: float) -> list[Notice]:
    scope = Scope(paths=tuple(place.path for place in places))
    return selectors.shown(scope, timezone.now() + timedelta(**later)).notices


class TestBannerChannel(ChannelContract):
    @pytest.fixture
    def channel(self) -> BannerChannel:
        return BannerChannel()


def test_it_is_there_when_the_receipt_is() -> None:
    told = notice()
    (receipt,) = hand(banners, told)
    assert receipt.outcome == Outcome.DELIVERED
    assert shown(ÄSPERED) == [told]


def test_sending_twice_changes_nothing() -> None:
    def rows() -> list[object]:
        return [list(model.objects.order_by("pk").values()) for model in (Item, ItemArea)]

    told = notice(places=(ÄSPERED, FRISTAD))
    hand(banners, told)
    before = rows()
    hand(banners, told)
    assert rows() == before


def test_the_latest_notice_of_an_alert_is_shown_whatever_the_order_of_arrival() -> None:
    first = notice()
    second = update_of(first)
    hand(banners, second)
    hand(banners, first)
    assert shown() == [second]


def test_an_area_that_the_update_leaves_out_has_it_no_more() -> None:
    first = notice(places=(ÄSPERED, FRISTAD))
    hand(banners, first)
    hand(banners, update_of(first, places=(FRISTAD,)))
    assert shown(ÄSPERED) == []
    assert len(shown(FRISTAD)) == 1


def test_a_notice_in_two_slices_is_shown_in_both() -> None:
    told = notice(places=(ÄSPERED, FRISTAD))
    hand(banners, told, [ÄSPERED.code])
    hand(banners, told, [FRISTAD.code])
    assert shown(ÄSPERED) == shown(FRISTAD) == [told]


def test_what_an_area_is_part_of_and_its_parts_count() -> None:
    hand(banners, notice(places=(BORÅS,)))
    hand(banners, notice(places=(ÄSPERED,)))
    assert len(shown(BORÅS)) == len(shown(ÄSPERED)) == len(shown(ÄSPERED, FRISTAD)) == 2
    assert len(shown(FRISTAD)) == 1


@ENDS
def test_an_end_is_shown_for_an_hour_and_then_gone(end: Any) -> None:
    first = notice(sent=timezone.now() - timedelta(minutes=2))
    last = end(first, sent=timezone.now())
    hand(banners, first)
    hand(banners, last)
    assert shown(ÄSPERED, minutes=59) == [last]
    assert shown(ÄSPERED, minutes=61) == []


def test_planned_work_leaves_at_its_end_and_a_disruption_does_not() -> None:
    end = timezone.now() + timedelta(hours=1)
    hand(banners, notice(urgency="Future", expires=end))
    disruption = notice(expires=end)
    hand(banners, disruption)
    assert len(shown(minutes=59)) == 2
    assert shown(minutes=61) == [disruption]


def test_the_preview_names_what_the_colour_means() -> None:
    context = banners.preview(notice(), "sv").context
    assert (context["tone"], context["label"]) == ("severe", "Allvarlig störning")
    assert context["meta"] == "Dricksvatten, Äspered"
    assert context["text"] == "Hämta vatten vid tankbilen på skolgården."


@pytest.mark.parametrize(
    ("told", "tone", "label"),
    [
        (all_clear_of(notice()), "over", "Fixed"),
        (cancel_of(notice()), "over", "Cancelled"),
        (all_clear_of(notice(urgency="Future")), "over", "Finished"),
        (cancel_of(notice(urgency="Future")), "over", "Called off"),
        (notice(urgency="Future"), "work", "Planned work"),
        (notice(severity="Extreme"), "extreme", "Extreme disruption"),
    ],
)
def test_the_preview_shows_each_kind(told: Notice, tone: str, label: str) -> None:
    context = banners.preview(told, "en").context
    assert (context["tone"], context["label"]) == (tone, label)
