"""Which feeds an update changes: each is there, and none is forgotten."""

from __future__ import annotations

import pytest
from django.test import Client

from notify.alerts.models import Area
from notify.channels.feeds.addresses import changed_by
from notify.channels.feeds.channel import FeedChannel
from tests import given
from tests.channels.notices import BORÅS, FRISTAD, ÄSPERED, all_clear_of, hand, notice

pytestmark = pytest.mark.django_db
feeds = FeedChannel()


@pytest.fixture(autouse=True)
def _city() -> None:
    given.city()
    given.service()


def paths(told: object) -> set[str]:
    found = changed_by(told)  # type: ignore[arg-type]
    assert len(found) == len(set(found))
    return {one.removeprefix("http://testserver") for one in found}


def scopes(told: object) -> set[str]:
    return {
        path.removeprefix("/feeds/sv/").removesuffix(".atom")
        for path in paths(told)
        if path.startswith("/feeds/sv/") and path.endswith(".atom")
    }


def test_every_address_is_one_of_a_feed_that_shows_it() -> None:
    told = notice(urgency="Future")
    hand(feeds, told)
    # English differs in nothing that could lead elsewhere.
    for path in (one for one in paths(told) if one.startswith("/feeds/sv/")):
        answer = Client().get(path)
        assert answer.status_code == 200, path
        assert told.update in answer.content.decode() or path.endswith(".ics"), path


def test_an_area_changes_its_own_and_those_that_it_lies_in() -> None:
    assert scopes(notice()) == {
        "all",
        "service/water",
        "area/1490",
        "area/1490/service/water",
        "area/1490TB121",
        "area/1490TB121/service/water",
    }


def test_a_municipality_changes_those_of_its_parts() -> None:
    assert {"area/1490TB121", "area/1490TB108", "area/1490"} <= scopes(notice(places=(BORÅS,)))


def test_each_comes_in_both_languages_and_every_format() -> None:
    found = paths(notice())
    assert {one.rpartition(".")[2] for one in found} == {"rss", "atom", "json", "geojson"}
    assert {one.split("/")[2] for one in found} == {"sv", "en"}
    assert len(found) == 6 * 2 * 4


def test_calendars_change_with_planned_work_alone() -> None:
    planned = notice(urgency="Future")
    assert len(paths(planned)) == 6 * 2 * 5
    hand(feeds, planned)
    begun = all_clear_of(planned, urgency="Immediate")
    assert any(one.endswith(".ics") for one in paths(begun))


def test_where_it_was_told_of_before_its_entries_are_marked_too() -> None:
    first = notice(places=(FRISTAD,))
    hand(feeds, first)
    moved = all_clear_of(first, places=(ÄSPERED,))
    assert {"area/1490TB108", "area/1490TB121"} <= scopes(moved)


def test_an_area_out_of_use_has_no_feed() -> None:
    Area.objects.filter(code="1490TB121").update(active=False)
    assert "area/1490TB121" not in scopes(notice())
