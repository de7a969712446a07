"""An alert's life: what each move does, what is refused, and what a second click gets."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given as examples
from hypothesis import settings as effort
from hypothesis import strategies as st

from notify.alerts import lifecycle
from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import AlertChanged, IllegalMove, KeyReused
from notify.alerts.models import Alert, Area, Update
from notify.alerts.vocabulary import MessageType, Move, ResponseType, Severity, State
from tests import given

pytestmark = pytest.mark.django_db


def make(
    alert: Alert,
    move: Move,
    content: AlertContent | None = None,
    *,
    version: int | None = None,
    key: uuid.UUID | None = None,
) -> tuple[Update, bool]:
    return lifecycle.publish_update(
        alert,
        move,
        content or given.said(alert, move),
        version=version or alert.version,
        key=key or uuid.uuid4(),
        by=None,
    )


def standing(state: State) -> Alert:
    """An alert in that state, brought there by its moves."""
    alert = given.draft()
    moves = {
        State.DRAFT: [],
        State.ACTIVE: [Move.PUBLISH],
        State.RESOLVED: [Move.PUBLISH, Move.RESOLVE],
        State.CANCELLED: [Move.PUBLISH, Move.CANCEL],
    }
    for move in moves[state]:
        make(alert, move)
    return alert


def test_publishing_tells_the_draft_as_the_first_update() -> None:
    alert = given.draft()

    update, new = make(alert, Move.PUBLISH)

    assert new
    assert (update.number, update.message_type, update.response_type) == (1, MessageType.ALERT, "")
    assert update.words == given.WORDS
    assert [place["path"] for place in update.places] == ["/1490/1490TB121/"]
    alert.refresh_from_db()
    assert (alert.state, alert.published_at, alert.ended_at) == (State.ACTIVE, update.sent, None)


def test_an_update_changes_what_the_alert_says_and_not_when_it_was_published() -> None:
    alert = standing(State.ACTIVE)
    published = alert.published_at
    words = {"sv": {"headline": "Vattentank på plats"}}

    update, _ = make(alert, Move.UPDATE, given.content(words=words, areas=[given.city()["Borås"]]))

    alert.refresh_from_db()
    assert update.number == 2
    assert update.message_type == MessageType.UPDATE
    assert alert.words["sv"]["headline"] == "Vattentank på plats"
    assert [area.name for area in alert.areas.all()] == ["Borås"]
    assert alert.published_at == published


@pytest.mark.parametrize(
    ("move", "message_type", "response_type", "state"),
    [
        (Move.RESOLVE, MessageType.UPDATE, ResponseType.ALL_CLEAR, State.RESOLVED),
        (Move.CANCEL, MessageType.CANCEL, ResponseType.NONE, State.CANCELLED),
    ],
)
def test_an_ended_alert_keeps_its_words_and_says_when_it_ended(
    move: Move, message_type: str, response_type: str, state: str
) -> None:
    alert = standing(State.ACTIVE)
    words = {"sv": {"headline": "Vattnet är tillbaka"}}

    update, _ = make(alert, move, given.content(words=words))

    alert.refresh_from_db()
    assert (update.message_type, update.response_type) == (message_type, response_type)
    assert (alert.state, alert.ended_at) == (state, update.sent)
    assert alert.words == given.WORDS
    assert update.ends_alert


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("move", list(Move))
def test_every_move_that_the_table_lacks_is_refused_and_leaves_no_trace(
    state: State, move: Move
) -> None:
    alert = standing(state)
    before = (alert.version, alert.updates.count())
    if move in lifecycle.legal_moves(alert):
        make(alert, move)
        return

    with pytest.raises(IllegalMove) as refusal:
        make(alert, move)

    assert str(refusal.value).endswith(".")
    assert (alert.version, alert.updates.count()) == before
    alert.refresh_from_db()
    assert (alert.state, alert.version) == (state, before[0])


def test_an_update_that_changes_nothing_is_refused_and_nobody_is_told_again() -> None:
    alert = standing(State.ACTIVE)

    with pytest.raises(ValidationError) as refusal:
        make(alert, Move.UPDATE, AlertContent.of(alert))

    assert refusal.value.messages == [
        "Du har inte ändrat något. Skriv vad som är nytt, eller låt meddelandet stå som det är."
    ]
    assert alert.updates.count() == 1


def test_another_expected_end_alone_is_news() -> None:
    alert = standing(State.ACTIVE)
    later = AlertContent.of(alert)
    assert later.expires
    make(alert, Move.UPDATE, replace(later, expires=later.expires + timedelta(hours=1)))
    make(alert, Move.UPDATE, replace(later, expires=None))
    assert alert.updates.count() == 3


def test_who_saw_an_older_version_is_refused() -> None:
    alert = standing(State.ACTIVE)
    seen = alert.version
    make(alert, Move.UPDATE)

    with pytest.raises(AlertChanged):
        make(alert, Move.UPDATE, version=seen)

    assert alert.updates.count() == 2


def test_a_failed_move_leaves_the_object_at_the_version_that_stands() -> None:
    alert = given.draft()
    late = given.content(onset=timezone.now() - timedelta(2), expires=timezone.now() - timedelta(1))

    with pytest.raises(ValidationError):
        make(alert, Move.PUBLISH, late)

    assert (alert.version, alert.state) == (1, State.DRAFT)
    make(alert, Move.PUBLISH)


def test_a_second_click_gets_the_first_answer() -> None:
    alert, key = given.draft(), uuid.uuid4()
    content = AlertContent.of(alert)

    first, new = make(alert, Move.PUBLISH, content, version=1, key=key)
    second, again = make(alert, Move.PUBLISH, content, version=1, key=key)

    assert (new, again) == (True, False)
    assert first == second
    assert alert.updates.count() == 1


def test_a_retry_with_the_version_that_the_first_try_made_gets_the_first_answer() -> None:
    alert, key = standing(State.ACTIVE), uuid.uuid4()
    content = given.content()

    first, _ = make(alert, Move.UPDATE, content, key=key)
    alert.refresh_from_db()
    second, again = make(alert, Move.UPDATE, content, version=alert.version, key=key)

    assert first == second
    assert not again
    alert.refresh_from_db()
    assert Alert.objects.get().version == alert.version == 3


def test_a_retry_gets_the_first_answer_even_when_its_end_has_passed_since() -> None:
    alert, key = standing(State.ACTIVE), uuid.uuid4()
    make(alert, Move.RESOLVE, key=key)
    Alert.objects.update(version=2)
    alert.refresh_from_db()

    _, again = make(alert, Move.RESOLVE, version=2, key=key)

    assert not again


@pytest.mark.parametrize(
    "change",
    [
        {"words": {"sv": {"headline": "Något annat"}}},
        {"severity": "Minor"},
        {"expires": None},
    ],
)
def test_a_key_does_not_swallow_other_content(change: dict[str, Any]) -> None:
    alert, key = standing(State.ACTIVE), uuid.uuid4()
    content = given.content()
    make(alert, Move.UPDATE, content, key=key)

    other = given.content(**({"onset": content.onset, "expires": content.expires} | change))
    with pytest.raises(KeyReused):
        make(alert, Move.UPDATE, other, key=key)


def test_a_key_does_not_swallow_another_move() -> None:
    alert, key = given.draft(), uuid.uuid4()
    content = AlertContent.of(alert)
    make(alert, Move.PUBLISH, content, key=key)

    with pytest.raises(KeyReused):
        make(alert, Move.RESOLVE, content, key=key)

    assert alert.state == State.ACTIVE


def test_a_key_of_one_alert_opens_no_other() -> None:
    one, other, key = given.draft(), given.draft(), uuid.uuid4()
    make(one, Move.PUBLISH, key=key)

    with pytest.raises(KeyReused):
        make(other, Move.PUBLISH, key=key)

    other.refresh_from_db()
    assert (other.state, other.version) == (State.DRAFT, 1)


def test_a_draft_asked_for_twice_with_one_key_is_one_draft() -> None:
    content, key = given.content(), uuid.uuid4()

    first = lifecycle.create_draft(content, by=None, key=key)
    second = lifecycle.create_draft(content, by=None, key=key)

    assert first == second
    assert Alert.objects.count() == 1


def test_a_draft_can_be_revised_by_who_saw_it_as_it_is() -> None:
    alert = given.draft()

    lifecycle.revise_draft(
        alert, given.content(areas=list(given.city().values()), severity="Minor"), version=1
    )

    alert.refresh_from_db()
    assert (alert.severity, alert.areas.count(), alert.version) == ("Minor", 3, 2)
    with pytest.raises(AlertChanged):
        lifecycle.revise_draft(alert, given.content(), version=1)


def test_what_is_published_is_not_revised_even_by_who_read_it_as_a_draft() -> None:
    stale = given.draft()
    make(Alert.objects.get(), Move.PUBLISH)

    # The version is the published one, guessed or read elsewhere; the object is the old draft.
    with pytest.raises(IllegalMove):
        lifecycle.revise_draft(stale, given.content(severity="Minor"), version=2)
    with pytest.raises(IllegalMove):
        lifecycle.discard_draft(stale, version=2)

    assert Alert.objects.get().severity == "Severe"


def test_a_discarded_draft_is_gone_and_a_late_editor_is_told() -> None:
    alert = given.draft()
    late = Alert.objects.get()

    lifecycle.discard_draft(alert, version=1)

    assert not Alert.objects.exists()
    with pytest.raises(AlertChanged):
        lifecycle.revise_draft(late, given.content(), version=1)


def test_news_and_the_all_clear_go_out_although_area_and_service_are_out_of_use() -> None:
    alert = standing(State.ACTIVE)
    Area.objects.update(active=False)
    alert.service.active = False
    alert.service.save()
    alert.refresh_from_db()

    news = AlertContent.of(alert)
    make(alert, Move.UPDATE, replace(news, severity=Severity.MINOR))
    fristad = Area.objects.get(name="Fristad")
    with pytest.raises(ValidationError):
        make(alert, Move.UPDATE, replace(news, areas=[*news.areas, fristad]))
    make(alert, Move.RESOLVE)

    assert alert.state == State.RESOLVED


def test_an_area_chosen_twice_is_one_place() -> None:
    area = given.city()["Fristad"]
    alert = given.draft(areas=[area, area])

    update, _ = make(alert, Move.PUBLISH, given.content(areas=[area, area]))

    assert [place["name"] for place in update.places] == ["Fristad"]


@effort(max_examples=25, deadline=None)
@examples(st.lists(st.tuples(st.sampled_from(list(Move)), st.booleans()), max_size=8))
def test_whatever_is_tried_the_story_stays_whole(tries: list[tuple[Move, bool]]) -> None:
    alert = given.draft()
    for move, current in tries:
        legal = move in lifecycle.legal_moves(alert)
        version = alert.version if current else alert.version + 1
        if legal and current:
            make(alert, move, version=version)
            continue
        with pytest.raises((IllegalMove, AlertChanged)):
            make(alert, move, version=version)
    alert.refresh_from_db()
    updates = list(alert.updates.all())
    assert [update.number for update in updates] == list(range(1, len(updates) + 1))
    assert alert.version == 1 + len(updates)
    assert (alert.published_at is None) == (not updates)
    assert (alert.ended_at is not None) == (alert.state in (State.RESOLVED, State.CANCELLED))
    assert [update.ends_alert for update in updates[:-1]] == [False] * (len(updates) - 1)
