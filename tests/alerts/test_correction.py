"""Correcting the words of what was said last: what it changes, and what it leaves as it was."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from notify.alerts import lifecycle
from notify.alerts.content import AlertContent
from notify.alerts.correction import correct, may_correct
from notify.alerts.lifecycle import AlertChanged, IllegalMove, KeyReused
from notify.alerts.models import Alert, Correction, Update
from notify.alerts.vocabulary import Move, State
from tests import given

pytestmark = pytest.mark.django_db

MENDED = {**given.WORDS, "sv": {**given.WORDS["sv"], "headline": "Vattenavbrott i Äspereds tätort"}}


def make(alert: Alert, move: Move, content: AlertContent | None = None) -> Update:
    said = content or given.said(alert, move)
    key, version = uuid.uuid4(), alert.version
    return lifecycle.publish_update(alert, move, said, version=version, key=key, by=None)[0]


def published(*moves: Move) -> Alert:
    alert = given.draft()
    for move in (Move.PUBLISH, *moves):
        make(alert, move)
    return alert


def mend(alert: Alert, words: Any = MENDED, **how: Any) -> tuple[Correction, bool]:
    values: dict[str, Any] = {"version": alert.version, "key": uuid.uuid4(), "by": None} | how
    return correct(alert, words, **values)


def test_the_new_words_are_the_alerts_and_the_update_stays_what_was_said() -> None:
    alert, karin = published(), given.editor()

    made, new = mend(alert, by=karin)

    alert.refresh_from_db()
    update = alert.updates.get()
    assert new
    assert alert.words == update.present_words == made.words == MENDED
    assert update.words == given.WORDS
    assert (made.update, made.author) == (update, karin)
    assert (alert.state, alert.version) == (State.ACTIVE, 3)


def test_it_is_the_latest_update_that_is_corrected_and_the_latest_correction_that_holds() -> None:
    alert = published(Move.UPDATE)
    mend(alert)
    mend(alert, {"sv": {"headline": "Vattenavbrott"}})

    first, second = alert.updates.order_by("number")
    assert first.present_words == given.WORDS
    assert second.present_words == {
        "sv": {"headline": "Vattenavbrott", "description": "", "instruction": ""}
    }
    assert [one.words["sv"]["headline"] for one in second.corrections.all()] == [
        "Vattenavbrott i Äspereds tätort",
        "Vattenavbrott",
    ]


def test_facts_and_times_stay_and_a_promise_is_not_kept_by_it() -> None:
    alert = published()
    promised = timezone.now() + timedelta(hours=1)
    standing = AlertContent.of(alert)
    make(alert, Move.UPDATE, replace(standing, severity="Minor", news_by=promised))
    before = AlertContent.of(alert)

    mend(alert)

    after = AlertContent.of(Alert.objects.get(pk=alert.pk))
    assert after == replace(before, words=MENDED)


@pytest.mark.parametrize("end", [Move.RESOLVE, Move.CANCEL])
def test_last_words_can_be_corrected_for_a_week_and_leave_the_alerts_own_alone(end: Move) -> None:
    alert = published(end)
    mend(alert, {"sv": {"headline": "Vattnet är tillbaka"}})

    alert.refresh_from_db()
    last = alert.updates.latest("number")
    assert last.present_words["sv"]["headline"] == "Vattnet är tillbaka"
    assert alert.words == given.WORDS
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1), tick=False):
        assert not may_correct(alert, timezone.now())
        with pytest.raises(IllegalMove, match="mer än en vecka"):
            mend(alert)
    assert Correction.objects.count() == 1


def test_a_draft_is_edited_instead() -> None:
    alert = given.draft()
    assert not may_correct(alert, timezone.now())
    with pytest.raises(IllegalMove, match="Redigera"):
        mend(alert)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (given.WORDS, "inte ändrat något"),
        (
            given.WORDS | {"sv": given.WORDS["sv"] | {"headline": "  Vattenavbrott i\nÄspered "}},
            "inte ändrat något",
        ),
        ({"en": {"headline": "Only English"}}, "rubrik på svenska"),
        ({"sv": {"headline": "x" * 101}}, "högst 100"),
        ({"sv": {"headline": "Rubrik"}, "fi": {"headline": "Otsikko"}}, "”fi”"),
    ],
)
def test_words_that_stand_or_need_mending_are_refused(words: Any, sentence: str) -> None:
    alert = published()
    version = alert.version

    with pytest.raises(ValidationError, match=sentence):
        mend(alert, words)

    assert not Correction.objects.exists()
    alert.refresh_from_db()
    assert (alert.version, alert.words) == (version, given.WORDS)


def test_who_saw_an_older_version_is_refused() -> None:
    alert = published()
    with pytest.raises(AlertChanged):
        mend(alert, version=alert.version - 1)
    assert not Correction.objects.exists()


def test_a_double_click_is_one_correction() -> None:
    alert = published()
    key, version = uuid.uuid4(), alert.version

    first = mend(alert, key=key, version=version)
    second = mend(alert, key=key, version=version)

    assert (second[0], first[1], second[1]) == (first[0], True, False)
    assert Correction.objects.count() == 1


def test_a_key_is_for_one_thing() -> None:
    alert, other = published(), published()
    key = uuid.uuid4()
    mend(alert, key=key)
    with pytest.raises(KeyReused):
        mend(other, key=key)
    with pytest.raises(KeyReused):
        mend(alert, {"sv": {"headline": "Annat"}}, key=key)
    with pytest.raises(KeyReused):
        lifecycle.publish_update(
            alert,
            Move.UPDATE,
            given.said(alert, Move.UPDATE),
            version=alert.version,
            key=key,
            by=None,
        )
    with pytest.raises(KeyReused):
        mend(other, key=other.updates.get().request_key)
    assert Correction.objects.count() == 1


def test_an_update_goes_on_from_the_corrected_words() -> None:
    alert = published()
    mend(alert)

    make(alert, Move.UPDATE)
    assert alert.updates.latest("number").words == MENDED
    with pytest.raises(ValidationError):
        make(alert, Move.UPDATE, AlertContent.of(alert))


def test_a_correction_is_written_once() -> None:
    made, _new = mend(published())
    made.words = {}
    with pytest.raises(TypeError):
        made.save()
