"""Publishing at its time: once, by whoever ordered it, or not at all and with the reason."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import gettext, override
from pytest_django import Settings

from notify.alerts import lifecycle
from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import AlertChanged
from notify.alerts.models import Alert, Area, Schedule, Service, Update
from notify.alerts.schedule import unschedule_draft
from notify.alerts.vocabulary import Move, ScheduleEnd, State
from notify.channels.memory import MemoryChannel
from notify.channels.notice import Notice
from notify.dispatch import scheduled
from notify.dispatch.expand import expand
from notify.dispatch.models import Dispatch
from notify.dispatch.scheduled import announce_later, publish_due
from notify.dispatch.start import announce
from notify.dispatch.sweep import sweep
from tests import given
from tests.dispatch import world
from tests.dispatch.conftest import Bells

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
HERE = ZoneInfo("Europe/Stockholm")


class Picky(MemoryChannel):
    """Cannot carry anything but what is short."""

    longest: ClassVar[int] = 1000

    def problems(self, notice: Notice) -> list[str]:
        long = len(notice.words["sv"].headline) > Picky.longest
        return [gettext("Check the year.")] if long else []


class Broken(MemoryChannel):
    """Something is wrong with it that nobody thought of."""

    def problems(self, notice: Notice) -> list[str]:
        if notice.words["sv"].headline == "Fel":
            raise RuntimeError("something is wrong")
        return []


@pytest.fixture
def karin() -> User:
    """An editor."""
    return given.editor()


@pytest.fixture
def clock() -> Any:
    """Stands at noon of a day of work, and moves when it is told to."""
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=HERE), tick=False) as traveller:
        yield traveller


@pytest.fixture
def picky(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only channel can be made to refuse."""
    settings.NOTIFY_CHANNELS = [f"{__name__}.Picky"]
    monkeypatch.setattr(Picky, "longest", Picky.longest)


def order(alert: Alert, by: User, publish_at: datetime | None = None) -> Schedule:
    at = publish_at or timezone.now() + HOUR
    return announce_later(alert, at, version=alert.version, key=uuid.uuid4(), by=by)[0]


def state_of(alert: Alert) -> tuple[str, str]:
    """Of the alert, and of its latest order."""
    alert.refresh_from_db()
    latest = alert.latest_schedule
    return alert.state, latest.ended_reason if latest else "none"


DRAFT_AGAIN = (State.DRAFT, ScheduleEnd.REFUSED)
OUT = (State.ACTIVE, ScheduleEnd.PUBLISHED)


# --- ordering ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("picky")
def test_what_no_channel_could_carry_cannot_be_ordered(karin: User) -> None:
    Picky.longest = 3
    alert = given.draft()

    with pytest.raises(ValidationError) as refused:
        order(alert, karin)

    assert set(refused.value.message_dict) == {"words"}
    assert (alert.version, alert.publish_at) == (1, None)
    assert not Schedule.objects.exists()


def test_a_double_click_at_the_same_moment_is_one_order(karin: User) -> None:
    alert, at, key = given.draft(), timezone.now() + HOUR, uuid.uuid4()

    def click() -> tuple[Schedule, bool]:
        seen = Alert.objects.get(pk=alert.pk)
        return announce_later(seen, at, version=1, key=key, by=karin)

    answers = world.at_once(*[click] * 4)

    assert len({made.pk for made, _new in answers}) == 1
    assert sorted(new for _made, new in answers) == [False, False, False, True]
    assert Alert.objects.get().version == 2


# --- its time comes ---------------------------------------------------------------------------


def test_it_goes_out_at_its_time_in_the_name_of_whoever_ordered_it(
    karin: User, clock: time_machine.Traveller, bells: Bells, memory: MemoryChannel
) -> None:
    world.crowd(2)
    alert = given.draft()
    made = order(alert, karin)

    clock.shift(HOUR - timedelta(seconds=1))
    sweep()
    assert (state_of(alert), bells.heard()) == ((State.DRAFT, ""), [])
    clock.shift(timedelta(seconds=1))
    sweep()

    assert state_of(alert) == OUT
    update = Update.objects.get()
    assert (update.author, update.sent, update.request_key) == (karin, made.publish_at, made.key)
    assert bells.heard() == [("urgent", "notify.dispatch.tasks.expand", [update.dispatch.pk])]
    expand(update.dispatch.pk)
    world.work()
    assert len(memory.sent) == 2


def test_it_goes_out_once_however_often_it_is_swept(
    karin: User, clock: time_machine.Traveller
) -> None:
    alert = given.draft()
    order(alert, karin)
    clock.shift(HOUR)

    for _ in range(3):
        sweep()

    assert Dispatch.objects.count() == Update.objects.count() == 1


def test_two_sweeps_at_once_publish_each_once(
    karin: User, clock: time_machine.Traveller, bells: Bells
) -> None:
    alerts = [given.draft() for _ in range(5)]
    for alert in alerts:
        order(alert, karin)
    clock.shift(HOUR)

    world.at_once(*[publish_due] * 4)

    assert Dispatch.objects.count() == Update.objects.count() == len(alerts)
    assert {state_of(alert) for alert in alerts} == {OUT}
    assert bells.names() == ["expand"] * len(alerts)


def test_whoever_dies_before_the_end_has_done_nothing_and_the_next_does_it(
    karin: User, clock: time_machine.Traveller, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = given.draft()
    order(alert, karin)
    clock.shift(HOUR)

    def dies(*args: Any, **kwargs: Any) -> None:
        announce(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as mortal:
        # After everything is written, and before it is committed.
        mortal.setattr("notify.dispatch.start.bell.ring", dies_of(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            publish_due()
    assert state_of(alert) == (State.DRAFT, "")
    assert not Update.objects.exists()
    with monkeypatch.context() as mortal:
        mortal.setattr(scheduled, "announce", dies)
        with pytest.raises(KeyboardInterrupt):
            publish_due()
    publish_due()

    assert state_of(alert) == OUT
    assert Dispatch.objects.count() == 1
    assert bells.names() == ["expand"]


def dies_of(what: type[BaseException]) -> Callable[..., None]:
    def die(*_args: object, **_kwargs: object) -> None:
        raise what

    return die


def test_an_editor_who_publishes_at_that_moment_and_the_sweep_are_one_publication(
    karin: User, clock: time_machine.Traveller
) -> None:
    alert = given.draft()
    order(alert, karin)
    clock.shift(HOUR)

    def by_hand() -> None:
        seen = Alert.objects.get(pk=alert.pk)
        content, key = AlertContent.of(seen), uuid.uuid4()
        try:
            announce(seen, Move.PUBLISH, content, version=2, key=key, by=karin)
        except AlertChanged:
            return

    world.at_once(by_hand, publish_due)

    assert Dispatch.objects.count() == 1
    assert state_of(alert) == OUT


def test_an_editor_who_takes_it_back_at_that_moment_has_it_or_is_told(
    karin: User, clock: time_machine.Traveller
) -> None:
    alert = given.draft()
    order(alert, karin)
    clock.shift(HOUR)

    def undo() -> bool:
        try:
            unschedule_draft(Alert.objects.get(pk=alert.pk), version=2)
        except AlertChanged:
            return False
        return True

    undone, _nothing = world.at_once(undo, publish_due)

    assert state_of(alert) == ((State.DRAFT, ScheduleEnd.UNDONE) if undone else OUT)
    assert Dispatch.objects.count() == (0 if undone else 1)


@pytest.mark.postgres
@pytest.mark.parametrize("change", ["edit", "another time", "discard"])
def test_whatever_an_editor_is_just_changing_is_not_published(
    karin: User, clock: time_machine.Traveller, change: str
) -> None:
    alert = given.draft()
    order(alert, karin)
    clock.shift(HOUR)
    seen = Alert.objects.get(pk=alert.pk)
    changes: dict[str, Callable[[], object]] = {
        "edit": lambda: lifecycle.revise_draft(seen, given.content(), version=2),
        "another time": lambda: order(seen, karin),
        "discard": lambda: lifecycle.discard_draft(seen, version=2),
    }

    world.meanwhile(changes[change], publish_due)

    assert not Update.objects.exists()
    assert Schedule.objects.standing().count() == (change == "another time")


def test_of_several_that_are_due_one_that_fails_holds_nobody_back(
    karin: User, clock: time_machine.Traveller, settings: Settings
) -> None:
    failing, sound = given.draft(words={"sv": {"headline": "Fel"}}), given.draft()
    order(failing, karin, timezone.now() + HOUR / 2)
    order(sound, karin)
    settings.NOTIFY_CHANNELS = [f"{__name__}.Broken"]
    clock.shift(HOUR)

    with pytest.raises(ExceptionGroup):
        sweep()
    assert (state_of(failing), state_of(sound)) == ((State.DRAFT, ""), OUT)
    settings.NOTIFY_CHANNELS = ["notify.channels.memory.MemoryChannel"]
    sweep()

    assert state_of(failing) == OUT


def test_a_sweep_without_anything_due_asks_once(karin: User, clock: time_machine.Traveller) -> None:
    for _ in range(3):
        order(given.draft(), karin)

    with CaptureQueriesContext(connection) as captured:
        publish_due()

    assert len(captured) == 1


# --- it must not go out -----------------------------------------------------------------------


def spoil_the_area(_alert: Alert, _karin: User) -> None:
    Area.objects.update(active=False)


def spoil_the_service(_alert: Alert, _karin: User) -> None:
    Service.objects.update(active=False)


def spoil_the_channel(_alert: Alert, _karin: User) -> None:
    Picky.longest = 3


def dismiss_karin(_alert: Alert, karin: User) -> None:
    karin.groups.remove(Group.objects.get(name="Editors"))


@pytest.mark.usefixtures("picky")
@pytest.mark.parametrize(
    ("spoil", "sentences"),
    [
        (
            spoil_the_area,
            (
                "Används inte längre: Äspered. Välj andra.",
                "No longer in use: Äspered. Choose others.",
            ),
        ),
        (
            spoil_the_service,
            (
                "Tjänsten används inte längre. Välj en annan.",
                "This service is no longer in use. Choose another one.",
            ),
        ),
        (spoil_the_channel, ("Kontrollera årtalet.", "Check the year.")),
        (
            dismiss_karin,
            (
                "Karin planerade det, men får inte längre publicera.",
                "Karin planned it, and may not publish any more.",
            ),
        ),
    ],
)
def test_what_is_refused_is_a_draft_again_with_the_reason_in_both_languages(
    karin: User,
    clock: time_machine.Traveller,
    bells: Bells,
    spoil: Callable[[Alert, User], None],
    sentences: tuple[str, str],
) -> None:
    alert = given.draft()
    order(alert, karin)
    spoil(alert, karin)
    clock.shift(HOUR)

    sweep()
    sweep()

    assert state_of(alert) == DRAFT_AGAIN
    assert not Update.objects.exists()
    assert not Dispatch.objects.exists()
    assert bells.heard() == []
    latest = alert.latest_schedule
    assert latest is not None
    for language, sentence in zip(("sv", "en"), sentences, strict=True):
        with override(language):
            assert latest.refused_because == sentence


def test_two_sweeps_at_once_refuse_once(karin: User, clock: time_machine.Traveller) -> None:
    alert = given.draft()
    order(alert, karin)
    Area.objects.update(active=False)
    clock.shift(HOUR)

    world.at_once(publish_due, publish_due)

    assert state_of(alert) == DRAFT_AGAIN
    assert alert.version == 3


def test_the_beat_was_away_and_the_words_still_stand(
    karin: User, clock: time_machine.Traveller
) -> None:
    alert = given.draft(expires=timezone.now() + 8 * HOUR)
    order(alert, karin)
    clock.shift(8 * HOUR - timedelta(seconds=1))

    sweep()

    assert state_of(alert) == OUT
    assert Update.objects.get().sent == timezone.now()


def test_the_beat_was_away_and_the_words_are_past(
    karin: User, clock: time_machine.Traveller
) -> None:
    alert = given.draft(expires=timezone.now() + 8 * HOUR)
    order(alert, karin)
    clock.shift(8 * HOUR)

    sweep()

    assert state_of(alert) == DRAFT_AGAIN
    latest = alert.latest_schedule
    assert latest is not None
    with override("sv"):
        assert latest.refused_because == "Sluttiden har redan passerat. Välj en senare tid."


def test_a_draft_that_came_back_can_be_mended_and_published(
    karin: User, clock: time_machine.Traveller
) -> None:
    alert = given.draft()
    order(alert, karin)
    Area.objects.filter(name="Äspered").update(active=False)
    clock.shift(HOUR)
    sweep()
    alert.refresh_from_db()

    mended = replace(AlertContent.of(alert), areas=[Area.objects.get(name="Fristad")])
    lifecycle.revise_draft(alert, mended, version=alert.version)
    order(alert, karin)
    clock.shift(HOUR)
    sweep()

    assert state_of(alert) == OUT
    assert [place["name"] for place in Update.objects.get().places] == ["Fristad"]


# --- the clocks change ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ordered", "due"),
    [
        # Winter time ends: there is no half past two, and eight o'clock comes an hour sooner.
        (datetime(2026, 3, 29, 8, tzinfo=HERE), "2026-03-29T06:00:00+00:00"),
        # Summer time ends: half past two comes twice, and the first one is meant.
        (datetime(2026, 10, 25, 2, 30, tzinfo=HERE), "2026-10-25T00:30:00+00:00"),
        (datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=HERE), "2026-10-25T01:30:00+00:00"),
        (datetime(2026, 10, 25, 8, tzinfo=HERE), "2026-10-25T07:00:00+00:00"),
    ],
)
def test_over_a_change_of_the_clocks_it_goes_out_when_the_wall_clock_says_so(
    karin: User, ordered: datetime, due: str
) -> None:
    at = datetime.fromisoformat(due)
    with time_machine.travel(at - timedelta(days=1), tick=False) as traveller:
        alert = given.draft(expires=timezone.now() + timedelta(days=3))
        order(alert, karin, ordered)
        traveller.move_to(at - timedelta(seconds=1))
        sweep()
        assert state_of(alert) == (State.DRAFT, "")
        traveller.move_to(at)
        sweep()
        assert state_of(alert) == OUT
