"""A correction reaches what shows words, and nobody's phone."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from time_machine import Traveller

from notify.alerts.models import Alert, Correction
from notify.alerts.vocabulary import Move
from notify.channels.banners import selectors as banners
from notify.channels.feeds import selectors as feeds
from notify.channels.memory import MemoryChannel
from notify.channels.registry import channels
from notify.dispatch.correct import correct
from notify.dispatch.models import Delivery, Dispatch
from notify.dispatch.replies import what_holds
from tests import given
from tests.dispatch.conftest import MEMORY, Bells
from tests.dispatch.world import alert_of, crowd, expanded, fan_out, states, work

pytestmark = pytest.mark.django_db

MENDED = {"sv": {"headline": "Vattenavbrott i Äspereds tätort"}}
FEEDS = "notify.channels.feeds.channel.FeedChannel"
BANNERS = "notify.channels.banners.channel.BannerChannel"


@pytest.fixture
def everything(settings: Settings) -> MemoryChannel:
    """Messages in memory, and what is published for areas."""
    settings.NOTIFY_CHANNELS = [MEMORY, FEEDS, BANNERS]
    memory = channels()["memory"]
    assert isinstance(memory, MemoryChannel)
    return memory


def mend(alert: Alert, words: Any = MENDED, **how: Any) -> tuple[Correction, bool]:
    values: dict[str, Any] = {"version": alert.version, "key": uuid.uuid4(), "by": None} | how
    return correct(alert, words, **values)


def shown() -> list[str]:
    """The headlines in feeds and banners now."""
    now = timezone.now()
    rows, _left = feeds.listed(feeds.Scope(), now)
    in_feeds = [notice for notice, _outlines, _cap in feeds.told(rows).values()]
    in_banners = banners.shown(banners.Scope(), now).notices
    return [one.words["sv"].headline for one in (*in_feeds, *in_banners)]


def test_what_shows_words_shows_the_new_ones_and_nobody_is_told(
    everything: MemoryChannel, bells: Bells
) -> None:
    crowd(3)
    dispatch = fan_out()
    bells.heard()
    told = len(everything.sent)

    mend(alert_of(dispatch))

    assert shown() == ["Vattenavbrott i Äspereds tätort"] * 2
    assert work() == 0
    assert (len(everything.sent), told) == (3, 3)
    assert bells.heard() == []
    assert Dispatch.objects.count() == 1


def test_the_running_fan_out_goes_on_with_the_words_that_were_sent(
    everything: MemoryChannel,
) -> None:
    crowd(3)
    dispatch = expanded()
    before = states(dispatch)

    mend(alert_of(dispatch))

    assert states(dispatch) == before
    work()
    assert {notice.words["sv"].headline for notice, _person in everything.sent} == {
        "Vattenavbrott i Äspered"
    }
    assert len(everything.sent) == 3
    assert Dispatch.objects.get().notice.words == dispatch.notice.words


def test_it_is_there_before_any_worker_has_published_what_it_corrects(
    everything: MemoryChannel,
) -> None:
    dispatch = expanded()
    mend(alert_of(dispatch))
    work()
    assert shown() == ["Vattenavbrott i Äspereds tätort"] * 2
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_a_second_click_corrects_nothing_again(everything: MemoryChannel) -> None:
    alert = alert_of(fan_out())
    key, version = uuid.uuid4(), alert.version
    made, new = mend(alert, key=key, version=version)
    mend(alert, {"sv": {"headline": "Vattenavbrott"}})

    assert new
    assert mend(alert, key=key, version=version) == (made, False)
    assert shown() == ["Vattenavbrott"] * 2


def test_the_last_correction_holds_everywhere_whatever_the_clocks_say(
    everything: MemoryChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = alert_of(fan_out())
    mend(alert)
    behind = timezone.now() - timedelta(minutes=1)
    monkeypatch.setattr("notify.alerts.correction.timezone.now", lambda: behind)
    mend(alert, {"sv": {"headline": "Vattenavbrott"}})
    monkeypatch.undo()

    assert shown() == ["Vattenavbrott"] * 2
    assert alert.updates.get().present_words["sv"]["headline"] == "Vattenavbrott"


def test_all_or_nothing(everything: MemoryChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    alert = alert_of(fan_out())

    def fails(_notice: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(channels()["banners"], "correct", fails)
    with pytest.raises(RuntimeError):
        mend(alert)

    assert not Correction.objects.exists()
    assert set(shown()) == {"Vattenavbrott i Äspered"}


def test_what_is_said_next_starts_from_the_corrected_words(everything: MemoryChannel) -> None:
    alert = alert_of(fan_out())
    mend(alert)
    fan_out(Move.RESOLVE, alert)
    assert sorted(shown()) == ["Vattenavbrott i Äspereds tätort"] * 3


def test_whoever_asks_by_sms_is_answered_in_the_new_words() -> None:
    alert = alert_of(fan_out())
    mend(alert)
    answer = what_holds([alert], [given.city()["Äspered"]], timezone.now())
    assert "Vattenavbrott i Äspereds tätort" in answer


def test_hubs_are_told_that_there_is_something_to_fetch(
    everything: MemoryChannel, monkeypatch: pytest.MonkeyPatch, clock: Traveller
) -> None:
    crowd(2)
    dispatch = fan_out()
    monkeypatch.setattr(MemoryChannel, "hears_of_corrections", True)
    monkeypatch.setattr(MemoryChannel, "rests", timedelta(seconds=6))

    mend(alert_of(dispatch))

    assert work() == 0
    clock.shift(timedelta(seconds=6))
    work()
    assert len(everything.sent) == 4


def test_hubs_are_not_told_of_what_does_not_stand(
    everything: MemoryChannel, monkeypatch: pytest.MonkeyPatch, clock: Traveller
) -> None:
    crowd(2)
    dispatch = fan_out()
    monkeypatch.setattr(MemoryChannel, "hears_of_corrections", True)
    alert = alert_of(dispatch)
    clock.shift(timedelta(days=2))

    mend(alert)
    work()

    assert len(everything.sent) == 2
