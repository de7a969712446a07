"""What is shown as current, planned and over; and which places concern each other."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import given as examples
from hypothesis import settings as effort
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from notify.alerts import lifecycle, selectors
from notify.alerts.content import AlertContent
from notify.alerts.models import Alert, Area
from notify.alerts.vocabulary import Move, Severity, State, Urgency
from tests import given

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def published(*moves: Move, **changes: Any) -> Alert:
    alert = given.draft(**changes)
    for move in (Move.PUBLISH, *moves):
        lifecycle.publish_update(
            alert, move, AlertContent.of(alert), version=alert.version, key=uuid.uuid4(), by=None
        )
    return alert


def planned(**changes: Any) -> Alert:
    """Planned work from in an hour to in two."""
    now = timezone.now()
    times = {"onset": now + HOUR, "expires": now + 2 * HOUR}
    return published(**({"urgency": Urgency.FUTURE} | times | changes))


def test_a_draft_is_shown_nowhere() -> None:
    given.draft()
    now = timezone.now()

    for select in (
        selectors.standing_alerts,
        selectors.current_alerts,
        selectors.planned_alerts,
        selectors.ended_alerts,
    ):
        assert not select(now).exists()
    assert not selectors.published_alerts().exists()


def test_a_disruption_stands_past_its_expected_end_until_somebody_says_it_is_over() -> None:
    alert = published()
    much_later = timezone.now() + 1000 * HOUR

    assert list(selectors.current_alerts(much_later)) == [alert]
    assert not selectors.ended_alerts(much_later).exists()


def test_planned_work_is_planned_then_current_then_over_by_itself() -> None:
    alert = planned()
    now = timezone.now()

    assert list(selectors.planned_alerts(now)) == [alert]
    assert not selectors.current_alerts(now).exists()
    assert list(selectors.current_alerts(now + 1.5 * HOUR)) == [alert]
    assert not selectors.planned_alerts(now + 1.5 * HOUR).exists()
    assert not selectors.standing_alerts(now + 3 * HOUR).exists()
    assert list(selectors.ended_alerts(now + 3 * HOUR)) == [alert]
    assert not selectors.ended_alerts(now + 3 * HOUR + selectors.LINGER).exists()


@pytest.mark.parametrize("end", [Move.RESOLVE, Move.CANCEL])
def test_what_has_ended_lingers_a_week(end: Move) -> None:
    alert = published(end)
    now = timezone.now()

    assert not selectors.standing_alerts(now).exists()
    assert list(selectors.ended_alerts(now)) == [alert]
    assert not selectors.ended_alerts(now + selectors.LINGER).exists()


def test_what_ended_is_latest_first_whether_somebody_said_so_or_not() -> None:
    first, second, third = published(Move.RESOLVE), planned(), published(Move.CANCEL)
    later = timezone.now() + 3 * HOUR
    Alert.objects.filter(pk=third.pk).update(ended_at=later)

    assert list(selectors.ended_alerts(later)) == [third, second, first]


@effort(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@examples(
    urgency=st.sampled_from(Urgency),
    begins=st.integers(-50, 50),
    lasts=st.none() | st.integers(1, 50),
    end=st.sampled_from([None, Move.RESOLVE, Move.CANCEL]),
    at=st.integers(0, 120),
)
def test_at_any_time_an_alert_is_in_one_list_until_it_is_forgotten(
    urgency: Urgency, begins: int, lasts: int | None, end: Move | None, at: int
) -> None:
    Alert.objects.all().delete()
    now = timezone.now()
    onset = now + begins * HOUR
    expires = onset + lasts * HOUR if lasts else None
    state = {None: State.ACTIVE, Move.RESOLVE: State.RESOLVED, Move.CANCEL: State.CANCELLED}[end]
    # Written as it stands, so that the past can be tried without a clock.
    Alert.objects.create(
        service=given.service(),
        severity=Severity.MINOR,
        urgency=urgency,
        onset=onset,
        expires=expires,
        words=given.WORDS,
        state=state,
        published_at=now,
        ended_at=now if end else None,
    )
    then = now + at * HOUR

    shown = [
        selectors.current_alerts(then).count(),
        selectors.planned_alerts(then).count(),
        selectors.ended_alerts(then).count(),
    ]

    over = now if end else expires if urgency == Urgency.FUTURE else None
    if over is not None and over <= then:
        assert shown == [0, 0, int(over > then - selectors.LINGER)]
    else:
        assert shown == ([1, 0, 0] if onset <= then else [0, 1, 0])


# --- places -----------------------------------------------------------------------------------


def test_an_alert_concerns_its_area_the_parts_of_it_and_what_it_is_part_of() -> None:
    city = given.city()
    whole, part = published(areas=[city["Borås"]]), published(areas=[city["Äspered"]])
    alerts = selectors.published_alerts()

    assert set(selectors.concerning(alerts, city["Borås"])) == {whole, part}
    assert set(selectors.concerning(alerts, city["Äspered"])) == {whole, part}
    assert set(selectors.concerning(alerts, city["Fristad"])) == {whole}


def test_an_alert_in_two_areas_of_one_is_found_once() -> None:
    city = given.city()
    alert = published(areas=[city["Äspered"], city["Fristad"], city["Borås"]])

    assert list(selectors.concerning(selectors.published_alerts(), city["Borås"])) == [alert]


def test_a_code_that_begins_another_is_no_part_of_it() -> None:
    short = Area.objects.create(code="14", name="Kort")
    given.city()
    Area.objects.create(code="1_90", name="Mönster")

    assert list(selectors.related_areas([short.path])) == [short]
    assert {area.code for area in selectors.related_areas(["/1_90/"])} == {"1_90"}
    assert not selectors.related_areas([]).exists()


@effort(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@examples(parents=st.lists(st.integers(0, 20), min_size=1, max_size=8), data=st.data())
def test_in_any_tree_the_related_are_ancestors_and_descendants(
    parents: list[int], data: st.DataObject
) -> None:
    for area in Area.objects.order_by("-path"):
        area.delete()
    areas: list[Area] = []
    for number, parent in enumerate(parents):
        # Digits that begin each other, so that a missing separator would show.
        code = "1" * (number + 1)
        over = areas[parent % len(areas)] if areas and parent else None
        areas.append(Area.objects.create(code=code, name=code, parent=over))
    chosen = data.draw(st.lists(st.sampled_from(areas), max_size=3))

    def line(area: Area | None) -> list[Area]:
        return [area, *line(area.parent)] if area else []

    related = {area for area in areas for one in chosen if area in line(one) or one in line(area)}
    assert set(selectors.related_areas(area.path for area in chosen)) == related


def test_channels_know_what_is_in_use_only() -> None:
    given.city()
    given.service()
    directory = selectors.Directory()
    Area.objects.filter(code="1490TB108").update(active=False)

    place = directory.area("1490TB121")
    assert place is not None
    assert (place.name, place.path) == ("Äspered", "/1490/1490TB121/")
    assert directory.area("1490TB108") is None
    assert directory.service("water") == {"sv": "Dricksvatten", "en": "Drinking water"}
    assert directory.service("cheese") is None


def test_channels_know_where_areas_are(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    given.city()
    square = {"type": "Polygon", "coordinates": [[[13, 57], [14, 57], [14, 58], [13, 57]]]}
    Area.objects.filter(code__in=["1490TB121", "1490TB108"]).update(outline=square)
    Area.objects.filter(code="1490TB108").update(active=False)

    with django_assert_num_queries(1):
        known = selectors.Directory().outlines(["1490", "1490TB121", "1490TB108", "9999"])
    assert known == {"1490TB121": square}
