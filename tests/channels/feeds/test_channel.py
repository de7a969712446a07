from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from notify.channels.base import AddressedBy, Outcome
from notify.channels.feeds.channel import FeedChannel
from notify.channels.feeds.models import Entry, EntryArea, Story
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
feeds = FeedChannel()


def rows() -> list[object]:
    return [list(model.objects.order_by("pk").values()) for model in (Story, Entry, EntryArea)]


def test_planned_work_is_tagged_so_and_not_as_a_disruption() -> None:
    context = feeds.preview(notice(urgency="Future", severity="Minor"), "sv").context
    assert context["categories"] == ["Dricksvatten", "Planerat arbete", "Nytt"]
    context = feeds.preview(notice(severity="Minor"), "sv").context
    assert context["categories"] == ["Dricksvatten", "Mindre störning", "Nytt"]


def test_it_is_addressed_by_area() -> None:
    assert FeedChannel.addressed_by == AddressedBy.AREA


def test_each_area_gets_its_receipt_that_the_entry_is_there() -> None:
    told = notice(places=(ÄSPERED, FRISTAD))
    receipts = hand(feeds, told)
    assert [receipt.reference for receipt in receipts] == ["d-1490TB121", "d-1490TB108"]
    assert {receipt.outcome for receipt in receipts} == {Outcome.DELIVERED}
    assert {receipt.provider_id for receipt in receipts} == {told.update}


def test_sending_twice_changes_nothing() -> None:
    told = notice(places=(ÄSPERED, FRISTAD))
    hand(feeds, told)
    before = rows()
    hand(feeds, told)
    assert rows() == before


def test_a_notice_in_two_slices_is_one_entry_with_all_areas() -> None:
    told = notice(places=(ÄSPERED, FRISTAD))
    hand(feeds, told, [ÄSPERED.code])
    hand(feeds, told, [FRISTAD.code])
    assert [area.code for area in Entry.objects.get().areas.order_by("pk")] == [
        ÄSPERED.code,
        FRISTAD.code,
    ]


def test_only_the_areas_addressed_get_it() -> None:
    hand(feeds, notice(places=(ÄSPERED, FRISTAD)), [FRISTAD.code])
    assert [area.path for area in EntryArea.objects.all()] == [FRISTAD.path]


def test_an_area_addressed_that_the_notice_does_not_name_stands_on_its_own() -> None:
    hand(feeds, notice(places=(ÄSPERED,)), ["9999"])
    assert EntryArea.objects.get().path == "/9999/"


def test_words_are_frozen_as_they_were_handed_over() -> None:
    told = notice(places=(BORÅS,))
    hand(feeds, told)
    assert Entry.objects.get().notice == told


@pytest.mark.parametrize("end", [all_clear_of, cancel_of])
def test_the_end_holds_whatever_the_order_of_arrival(end: object) -> None:
    first = notice()
    second = update_of(first)
    last = end(second)  # type: ignore[operator]
    for told in (last, first, second):
        hand(feeds, told)
    story = Story.objects.get()
    assert (story.number, story.over_at) == (3, last.sent)
    assert story.ending == ("cancelled" if last.cancelled else "resolved")


def test_planned_work_is_over_at_its_end_and_moves_with_it() -> None:
    soon = timezone.now() + timedelta(days=1)
    first = notice(urgency="Future", expires=soon)
    hand(feeds, first)
    assert Story.objects.get().over_at == soon
    hand(feeds, update_of(first, expires=soon + timedelta(hours=2)))
    assert Story.objects.get().over_at == soon + timedelta(hours=2)


def test_the_preview_is_the_entry_in_the_language() -> None:
    preview = feeds.preview(notice(), "en")
    assert preview.channel == "feeds"
    assert preview.context["title"] == "Water outage in Äspered"
    assert "Fetch water from the tanker" in preview.context["html"]
    assert preview.price is None


def test_the_preview_of_an_end_is_marked() -> None:
    assert (
        feeds.preview(all_clear_of(notice()), "sv").context["title"]
        == "Avhjälpt: Vattenavbrott i Äspered"
    )


class TestFeedChannel(ChannelContract):
    @pytest.fixture
    def channel(self) -> FeedChannel:
        return FeedChannel()
