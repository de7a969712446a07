"""Announcing: all or nothing, once per key, whatever the broker does."""

from __future__ import annotations

import time
import uuid
from typing import ClassVar

import pytest
from celery import current_app
from django.core.exceptions import ValidationError
from django.db import transaction
from pytest_django import Settings

from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import AlertChanged, IllegalMove
from notify.alerts.models import Alert, Update
from notify.alerts.vocabulary import Move, Severity, State
from notify.channels.memory import MemoryChannel
from notify.channels.notice import Notice
from notify.dispatch.models import Dispatch, Queue
from notify.dispatch.start import announce
from tests import given
from tests.dispatch import world
from tests.dispatch.conftest import Bells


class Picky(MemoryChannel):
    """Cannot carry anything."""

    name: ClassVar[str] = "picky"

    def problems(self, notice: Notice) -> list[str]:
        return ["The SMS is too long."]


@pytest.mark.django_db
def test_publishing_writes_the_update_and_a_dispatch_with_its_frozen_words() -> None:
    alert = given.draft()

    dispatch = world.say(alert=alert)

    alert.refresh_from_db()
    assert alert.state == State.ACTIVE
    assert dispatch.update == alert.updates.get()
    assert dispatch.created_at == dispatch.update.sent
    notice = Dispatch.objects.get().notice
    assert notice.words["sv"].headline == given.WORDS["sv"]["headline"]
    assert notice.url == f"http://testserver/a/{alert.code}/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("severity", "queue"),
    [
        (Severity.EXTREME, Queue.URGENT),
        (Severity.SEVERE, Queue.URGENT),
        (Severity.MODERATE, Queue.ROUTINE),
        (Severity.MINOR, Queue.ROUTINE),
    ],
)
def test_only_what_is_severe_overtakes_the_routine(severity: Severity, queue: Queue) -> None:
    assert world.say(severity=severity).queue == queue


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_only_after_the_commit(bells: Bells) -> None:
    with transaction.atomic():
        dispatch = world.say()
        assert bells.heard() == []

    assert bells.heard() == [("urgent", "notify.dispatch.tasks.expand", [dispatch.pk])]


@pytest.mark.django_db(transaction=True)
def test_a_publication_that_is_taken_back_rings_no_bell(bells: Bells) -> None:
    alert = given.draft()

    with transaction.atomic():
        world.say(alert=alert)
        transaction.set_rollback(True)

    assert bells.heard() == []
    assert not Dispatch.objects.exists()


@pytest.mark.django_db
def test_the_same_key_twice_is_one_dispatch() -> None:
    alert, key = given.draft(), uuid.uuid4()
    content = AlertContent.of(alert)

    first = announce(alert, Move.PUBLISH, content, version=1, key=key, by=None)
    second = announce(alert, Move.PUBLISH, content, version=1, key=key, by=None)

    assert first == second
    assert Dispatch.objects.count() == Update.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_that_arrives_at_the_same_moment_is_one_dispatch(bells: Bells) -> None:
    alert, key = given.draft(), uuid.uuid4()
    content = AlertContent.of(alert)

    def click() -> Dispatch:
        seen = Alert.objects.get(pk=alert.pk)
        return announce(seen, Move.PUBLISH, content, version=1, key=key, by=None)

    dispatches = world.at_once(*[click] * 4)

    assert len({dispatch.pk for dispatch in dispatches}) == 1
    assert Dispatch.objects.count() == Update.objects.count() == 1
    assert bells.names() == ["expand"]


@pytest.mark.django_db(transaction=True)
def test_two_editors_at_the_same_moment_are_one_publication_and_one_refusal() -> None:
    alert = given.draft()
    content = AlertContent.of(alert)

    def publish() -> str:
        seen = Alert.objects.get(pk=alert.pk)
        try:
            announce(seen, Move.PUBLISH, content, version=1, key=uuid.uuid4(), by=None)
        except AlertChanged:
            return "refused"
        return "published"

    assert sorted(world.at_once(publish, publish)) == ["published", "refused"]
    assert Dispatch.objects.count() == 1


@pytest.mark.django_db
def test_words_that_a_channel_cannot_carry_are_refused_and_nothing_is_written(
    settings: Settings,
) -> None:
    settings.NOTIFY_CHANNELS = [f"{__name__}.Picky"]
    alert = given.draft()

    with pytest.raises(ValidationError) as refused:
        world.say(alert=alert)

    assert refused.value.message_dict == {"words": ["The SMS is too long."]}
    assert (alert.state, alert.version) == (State.DRAFT, 1)
    alert.refresh_from_db()
    assert (alert.state, alert.version) == (State.DRAFT, 1)
    assert not Update.objects.exists()
    assert not Dispatch.objects.exists()


@pytest.mark.django_db
def test_an_illegal_move_and_a_stale_version_write_nothing() -> None:
    alert = given.draft()
    content = AlertContent.of(alert)

    with pytest.raises(IllegalMove):
        announce(alert, Move.RESOLVE, content, version=1, key=uuid.uuid4(), by=None)
    with pytest.raises(AlertChanged):
        announce(alert, Move.PUBLISH, content, version=7, key=uuid.uuid4(), by=None)

    assert not Update.objects.exists()
    assert not Dispatch.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("move", [Move.UPDATE, Move.RESOLVE, Move.CANCEL])
def test_what_was_said_before_is_withdrawn(move: Move) -> None:
    first = world.say()
    other = world.say()

    second = world.say(move, world.alert_of(first))

    first.refresh_from_db()
    other.refresh_from_db()
    assert first.withdrawn_at == second.update.sent
    assert (second.withdrawn_at, other.withdrawn_at) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_publishing_succeeds_at_once_while_the_broker_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = time.monotonic()

    with monkeypatch.context() as away:
        # Nothing listens on the discard port.
        away.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:9/0")
        dispatch = world.say()

    assert time.monotonic() - begun < 3
    assert Dispatch.objects.get() == dispatch
