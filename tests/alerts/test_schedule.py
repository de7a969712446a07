"""A draft that is to be published at a time: what may be ordered, and what ends the order."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override

from notify.alerts import lifecycle, schedule, selectors
from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import AlertChanged, IllegalMove, KeyReused
from notify.alerts.models import Alert, Schedule
from notify.alerts.schedule import (
    FURTHEST,
    LATEST,
    NotScheduled,
    Refused,
    check_due,
    check_time,
    due_schedules,
    schedule_draft,
    unschedule_draft,
)
from notify.alerts.vocabulary import Move, ScheduleEnd, State
from tests import given

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
HERE = ZoneInfo("Europe/Stockholm")


@pytest.fixture
def karin() -> User:
    """An editor."""
    return given.editor()


def order(alert: Alert, by: User, publish_at: datetime | None = None, **changes: Any) -> Schedule:
    values = {"version": alert.version, "key": uuid.uuid4(), **changes}
    at = publish_at or timezone.now() + HOUR
    return schedule_draft(alert, at, by=by, **values)[0]


def publish(alert: Alert) -> None:
    content, key = AlertContent.of(alert), uuid.uuid4()
    lifecycle.publish_update(alert, Move.PUBLISH, content, version=alert.version, key=key, by=None)


# --- ordering ---------------------------------------------------------------------------------


def test_an_order_leaves_a_draft_that_says_when_and_by_whom(karin: User) -> None:
    alert, at = given.draft(), timezone.now() + HOUR

    made = order(alert, karin, at)

    alert.refresh_from_db()
    assert (alert.state, alert.version, alert.publish_at) == (State.DRAFT, 2, at)
    assert (made.by, made.version, made.stands) == (karin, 2, True)
    assert alert.latest_schedule == made


def test_nobody_outside_sees_a_draft_for_which_an_order_stands(karin: User) -> None:
    order(given.draft(), karin)

    now = timezone.now()
    for later in (now, now + 2 * HOUR):
        assert not selectors.published_alerts().exists()
        assert not selectors.standing_alerts(later).exists()
        assert not selectors.ended_alerts(later).exists()


def test_the_same_click_twice_is_one_order(karin: User) -> None:
    alert, at, key = given.draft(), timezone.now() + HOUR, uuid.uuid4()

    first, new = schedule_draft(alert, at, version=1, key=key, by=karin)
    second, again = schedule_draft(alert, at, version=1, key=key, by=karin)

    assert (new, again) == (True, False)
    assert first == second
    assert Schedule.objects.count() == 1


def test_a_click_counts_although_its_time_has_passed_when_it_comes_again(karin: User) -> None:
    alert, at, key = given.draft(), timezone.now() + HOUR, uuid.uuid4()
    first, _new = schedule_draft(alert, at, version=1, key=key, by=karin)

    with time_machine.travel(at + HOUR, tick=False):
        second, _new = schedule_draft(alert, at, version=2, key=key, by=karin)

    assert first == second


def test_a_key_does_not_swallow_another_time_or_another_alert(karin: User) -> None:
    alert, other, key, at = given.draft(), given.draft(), uuid.uuid4(), timezone.now() + HOUR
    schedule_draft(alert, at, version=1, key=key, by=karin)

    for tried, when in ((alert, at + HOUR), (other, at)):
        with pytest.raises(KeyReused):
            schedule_draft(tried, when, version=tried.version, key=key, by=karin)

    assert Schedule.objects.get().publish_at == at
    assert Alert.objects.get(pk=other.pk).version == 1


def test_another_time_takes_the_place_of_the_first(karin: User) -> None:
    alert, at = given.draft(), timezone.now() + 2 * HOUR
    first = order(alert, karin)

    second = order(alert, karin, at)

    first.refresh_from_db()
    assert first.ended_reason == ScheduleEnd.REPLACED
    assert alert.publish_at == at
    assert list(Schedule.objects.standing()) == [second]


def test_the_database_keeps_two_orders_from_standing_for_one_alert(karin: User) -> None:
    alert = given.draft()
    order(alert, karin)

    with pytest.raises(IntegrityError), transaction.atomic():
        alert.schedules.create(
            publish_at=timezone.now(), version=alert.version, key=uuid.uuid4(), by=karin
        )


def test_of_two_editors_who_saw_the_same_version_one_is_refused(karin: User) -> None:
    alert = given.draft()
    order(alert, karin, version=1)

    with pytest.raises(AlertChanged):
        order(alert, karin, timezone.now() + 2 * HOUR, version=1)
    with pytest.raises(AlertChanged):
        unschedule_draft(alert, version=1)
    with pytest.raises(AlertChanged):
        lifecycle.revise_draft(alert, given.content(), version=1)

    assert Schedule.objects.standing().count() == 1


def test_only_a_draft_can_be_ordered(karin: User) -> None:
    alert = given.draft()
    publish(alert)

    with pytest.raises(IllegalMove):
        order(alert, karin)


# --- which times ------------------------------------------------------------------------------


def sentences(at: datetime, **changes: Any) -> list[str]:
    with override("sv"), pytest.raises(ValidationError) as refusal:
        check_time(given.content(**changes), at)
    assert set(refusal.value.message_dict) == {"publish_at"}
    return refusal.value.messages


def test_a_time_that_has_passed_is_refused() -> None:
    with time_machine.travel(datetime(2026, 11, 25, 8, tzinfo=HERE), tick=False):
        for back in (timedelta(), HOUR):
            assert sentences(timezone.now() - back) == [
                "Den tiden har redan passerat. Välj en senare, eller publicera nu."
            ]


def test_a_time_at_or_after_the_alerts_own_end_is_refused() -> None:
    end = timezone.now() + 3 * HOUR
    for at in (end, end + HOUR):
        assert sentences(at, expires=end) == [
            "Då ska det redan vara klart. Välj en tidigare tid, eller ändra när det ska vara klart."
        ]
    check_time(given.content(expires=end), end - timedelta(seconds=1))


def test_a_time_too_far_ahead_is_refused() -> None:
    with time_machine.travel(timezone.now(), tick=False):
        furthest = timezone.now() + FURTHEST
        check_time(given.content(expires=None), furthest)
        assert sentences(furthest + timedelta(seconds=1), expires=None) == [
            "Det är mer än ett år dit. Välj en tidigare tid."
        ]


@pytest.mark.parametrize("year", [1, 1999, 9999])
def test_a_slip_in_the_year_is_a_sentence_and_no_crash(year: int) -> None:
    for zone in (UTC, HERE):
        assert sentences(datetime(year, 1, 1, tzinfo=zone)) == ["Kontrollera årtalet."]


def test_in_the_autumn_night_the_two_times_alike_are_told_apart() -> None:
    """Half past two comes twice: what is over at the second may be announced at the first."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=HERE)
    second = first.replace(fold=1)
    with time_machine.travel(datetime(2026, 10, 24, 12, tzinfo=HERE), tick=False):
        check_time(given.content(expires=second), first)
        assert sentences(second, expires=first)
        assert sentences(second, expires=second)


def test_planned_work_without_an_end_cannot_be_ordered_either(karin: User) -> None:
    alert = given.draft(urgency="Future", expires=None)

    with pytest.raises(ValidationError) as refusal:
        order(alert, karin)

    assert set(refusal.value.message_dict) == {"expires"}
    assert (alert.version, Schedule.objects.count()) == (1, 0)


# --- what ends an order -----------------------------------------------------------------------


def test_an_edited_draft_is_not_published_by_itself_any_more(karin: User) -> None:
    alert = given.draft()
    made = order(alert, karin)

    lifecycle.revise_draft(alert, given.content(severity="Minor"), version=alert.version)

    made.refresh_from_db()
    assert (made.ended_reason, alert.publish_at) == (ScheduleEnd.EDITED, None)


def test_a_change_that_is_refused_leaves_the_order_standing(karin: User) -> None:
    alert = given.draft()
    made = order(alert, karin)

    with pytest.raises(ValidationError):
        lifecycle.revise_draft(alert, given.content(areas=[]), version=alert.version)

    made.refresh_from_db()
    assert made.stands


def test_an_order_can_be_taken_back_once(karin: User) -> None:
    alert = given.draft()
    made = order(alert, karin)

    unschedule_draft(alert, version=alert.version)

    made.refresh_from_db()
    assert (made.ended_reason, alert.publish_at, alert.version) == (ScheduleEnd.UNDONE, None, 3)
    with pytest.raises(NotScheduled):
        unschedule_draft(alert, version=alert.version)
    assert alert.version == 3


def test_publishing_by_hand_ends_the_order(karin: User) -> None:
    alert = given.draft()
    made = order(alert, karin)

    publish(alert)

    made.refresh_from_db()
    assert made.ended_reason == ScheduleEnd.PUBLISHED
    assert not due_schedules(timezone.now() + 2 * HOUR).exists()


def test_a_discarded_draft_takes_its_order_with_it(karin: User) -> None:
    alert = given.draft()
    order(alert, karin)

    lifecycle.discard_draft(alert, version=alert.version)

    assert not Schedule.objects.exists()


def test_an_order_for_words_that_are_gone_ends_when_it_is_found(karin: User) -> None:
    """As an older release would leave it, that knows of no orders and edits the draft."""
    made = order(given.draft(), karin)
    schedule.overtaken(made)
    made.refresh_from_db()
    assert made.stands

    Alert.objects.update(version=7)
    schedule.overtaken(made)

    made.refresh_from_db()
    assert made.ended_reason == ScheduleEnd.EDITED


# --- when its time comes ----------------------------------------------------------------------


def test_an_order_is_due_from_its_second_on(karin: User) -> None:
    at = timezone.now() + HOUR
    made = order(given.draft(), karin, at)

    assert not due_schedules(at - timedelta(seconds=1)).exists()
    assert due_schedules(at).get() == made


@pytest.mark.parametrize(
    "loses",
    [
        lambda user: user.groups.remove(Group.objects.get(name="Editors")),
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
        lambda user: User.objects.filter(pk=user.pk).update(is_staff=False),
    ],
)
def test_somebody_who_may_not_publish_any_more_publishes_nothing(karin: User, loses: Any) -> None:
    made = order(given.draft(), karin)
    check_due(due_schedules(made.publish_at).get(), made.publish_at)

    loses(karin)

    with override("sv"), pytest.raises(Refused) as refusal:
        check_due(due_schedules(made.publish_at).get(), made.publish_at)
    assert str(refusal.value) == "Karin planerade det, men får inte längre publicera."


def test_an_account_that_is_gone_publishes_nothing(karin: User) -> None:
    made = order(given.draft(), karin)
    karin.delete()

    with override("sv"), pytest.raises(Refused) as refusal:
        check_due(due_schedules(made.publish_at).get(), made.publish_at)
    assert str(refusal.value) == "Kontot för den som planerade det finns inte längre."


def test_without_an_end_of_its_own_it_goes_out_a_day_late_at_most(karin: User) -> None:
    made = order(given.draft(expires=None), karin)

    check_due(made, made.publish_at + LATEST)
    with pytest.raises(Refused):
        check_due(made, made.publish_at + LATEST + timedelta(seconds=1))


def test_what_could_not_be_published_is_a_draft_with_the_reason_in_each_language(
    karin: User,
) -> None:
    alert = given.draft()
    made = order(alert, karin)

    schedule.return_to_draft(made, {"sv": "Slutet har passerat.", "en": "The end has passed."})

    alert = Alert.objects.get()
    assert (alert.state, alert.version, alert.publish_at) == (State.DRAFT, 3, None)
    made.refresh_from_db()
    assert (alert.latest_schedule, made.ended_reason) == (made, ScheduleEnd.REFUSED)
    for language, sentence in (("sv", "Slutet har passerat."), ("en", "The end has passed.")):
        with override(language):
            assert made.refused_because == sentence


def test_nothing_is_returned_that_an_editor_has_changed_meanwhile(karin: User) -> None:
    alert = given.draft()
    made = Schedule.objects.get(pk=order(alert, karin).pk)
    later = order(alert, karin, timezone.now() + 2 * HOUR)

    with pytest.raises(AlertChanged):
        schedule.return_to_draft(made, {"sv": "Nej."})

    later.refresh_from_db()
    assert later.stands
