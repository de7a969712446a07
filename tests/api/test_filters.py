"""Which alerts a list is asked for: at a place on the map, and at a time."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from notify.alerts import lifecycle
from notify.alerts.models import Alert, Area
from notify.alerts.vocabulary import Move
from tests import given
from tests.api.calls import ALERTS, fields

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def moved(alert: Alert, *moves: Move) -> Alert:
    for move in moves:
        lifecycle.publish_update(
            alert, move, given.said(alert, move), version=alert.version, key=uuid.uuid4(), by=None
        )
    return alert


def published(**changes: object) -> Alert:
    return moved(given.draft(**changes), Move.PUBLISH)


def codes(client: APIClient, **query: Any) -> list[str]:
    answer = client.get(ALERTS, query)
    assert answer.status_code == 200, answer.content
    return [alert["code"] for alert in answer.json()["results"]]


# --- a place on the map -----------------------------------------------------------------------


@pytest.fixture
def city() -> dict[str, Area]:
    """Borås from 12,57 to 14,59, Äspered in its south-western corner; Fristad has no outline."""
    city = given.city()
    Area.objects.filter(code="1490").update(outline=given.square(12, 57, 2))
    Area.objects.filter(code="1490TB121").update(outline=given.square(12, 57, 1))
    return city


def test_a_point_brings_what_names_the_places_that_it_lies_in(
    anyone: APIClient, city: dict[str, Area]
) -> None:
    whole = published(areas=[city["Borås"]])
    part = published(areas=[city["Äspered"], city["Fristad"]])
    published(areas=[city["Fristad"]])

    assert codes(anyone, point="57.5,12.5") == [part.code, whole.code]
    assert codes(anyone, point="58.5, 13.5") == [whole.code]


def test_a_point_finds_what_its_area_is_part_of_though_that_has_no_outline(
    anyone: APIClient, city: dict[str, Area]
) -> None:
    Area.objects.filter(code="1490").update(outline=None)
    whole = published(areas=[city["Borås"]])

    assert codes(anyone, point="57.5,12.5") == [whole.code]


def test_a_point_and_other_filters_narrow_each_other(
    anyone: APIClient, city: dict[str, Area]
) -> None:
    water, power = published(), published(service=given.service("power"))

    assert codes(anyone, point="57.5,12.5") == [power.code, water.code]
    assert codes(anyone, point="57.5,12.5", service="power") == [power.code]


def test_of_a_place_that_nobody_here_knows_nothing_is_said(
    anyone: APIClient, city: dict[str, Area]
) -> None:
    answer = anyone.get(ALERTS, {"point": "59.33,18.07"}, headers={"Accept-Language": "en"})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"field": "point", "message": "None of our areas holds this place."}
    ]


@pytest.mark.parametrize(
    "point",
    [
        "57.5", "57.5,", ",12.5", "57.5;12.5", "57.5,12.5,3", "north,east", "NaN,NaN", "inf,0", "1e1,0",
        "91,12.5", "-90.5,12.5", "57.5,181", "57.5,-180.1", "٥٧,١٢", "57.5,12.5\n", "0x1,0", "+57,12",
        "5" * 400 + ",1", "57." + "5" * 400 + ",1",
    ],
)  # fmt: skip
def test_what_is_no_point_is_refused(anyone: APIClient, point: str) -> None:
    answer = anyone.get(ALERTS, {"point": point})

    assert answer.status_code == 400
    assert fields(answer.json()) == ["point"]


def test_a_point_costs_two_statements(
    anyone: APIClient, city: dict[str, Area], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    published()

    with django_assert_num_queries(4):
        codes(anyone, point="57.5,12.5")


# --- a time -----------------------------------------------------------------------------------


def at(hours: float) -> str:
    return (NOON + timedelta(hours=hours)).isoformat()


def test_a_time_brings_what_stood_then(anyone: APIClient) -> None:
    with time_machine.travel(NOON, tick=False):
        ended, lasting = published(), published()
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        moved(ended, Move.RESOLVE)

    assert codes(anyone, **{"from": at(-2), "to": at(-1)}) == []
    assert codes(anyone, **{"from": at(1), "to": at(1)}) == [lasting.code, ended.code]
    assert codes(anyone, **{"from": at(-1), "to": at(9)}) == [lasting.code, ended.code]
    assert codes(anyone, **{"from": at(3)}) == [lasting.code]
    assert codes(anyone, to=at(0)) == [lasting.code, ended.code]
    assert codes(anyone, to=at(-0.01)) == []


def test_planned_work_stands_from_its_beginning_to_its_end(anyone: APIClient) -> None:
    span = {"onset": NOON + timedelta(hours=4), "expires": NOON + timedelta(hours=6)}
    with time_machine.travel(NOON, tick=False):
        work = published(urgency="Future", **span)

    assert codes(anyone, **{"from": at(0), "to": at(3)}) == []
    assert codes(anyone, **{"from": at(0), "to": at(5)}) == [work.code]
    assert codes(anyone, **{"from": at(5.5)}) == [work.code]
    assert codes(anyone, **{"from": at(6)}) == []


def test_a_disruption_outlasts_its_expected_end_until_somebody_ends_it(anyone: APIClient) -> None:
    with time_machine.travel(NOON, tick=False):
        lasting = published(onset=NOON, expires=NOON + timedelta(hours=1))

    assert codes(anyone, **{"from": at(48)}) == [lasting.code]


def test_what_was_taken_back_before_it_began_never_stood(anyone: APIClient) -> None:
    span = {"onset": NOON + timedelta(hours=4), "expires": NOON + timedelta(hours=6)}
    with time_machine.travel(NOON, tick=False):
        work = published(urgency="Future", **span)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        moved(work, Move.CANCEL)

    assert codes(anyone) == [work.code]
    assert codes(anyone, to=at(9)) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-11-23"}, "from"),
        ({"from": "2026-11-23T12:00:00"}, "from"),
        ({"from": "2026-11-23T12:00:00 01:00"}, "from"),
        ({"from": "0000-01-01T00:00:00Z"}, "from"),
        ({"from": "0001-01-01T00:00:00+14:00"}, "from"),
        ({"to": "9999-12-31T23:59:59-12:00"}, "to"),
        ({"to": "2026-11-23T12:00:00+99:99"}, "to"),
        ({"from": at(1), "to": at(0)}, "to"),
    ],
)
def test_what_is_no_time_is_refused(anyone: APIClient, query: dict[str, str], field: str) -> None:
    answer = anyone.get(ALERTS, query)

    assert answer.status_code == 400
    assert fields(answer.json()) == [field]


def test_a_time_whose_plus_has_become_a_space_is_told_how_to_write_it(anyone: APIClient) -> None:
    answer = anyone.get(f"{ALERTS}?from=2026-11-23T12:00:00+01:00")

    assert answer.status_code == 400
    assert "%2B" in answer.json()["errors"][0]["message"]
