"""Areas know where they lie, updates stay as they were said, codes are fit for an SMS."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import translation

from notify.alerts import lifecycle
from notify.alerts.content import AlertContent
from notify.alerts.models import CODE_ALPHABET, Alert, Area, Update, in_language, new_code
from notify.alerts.vocabulary import Move, Severity, Urgency
from tests import given


def said(alert: Alert, move: Move = Move.PUBLISH, by: User | None = None) -> Update:
    content = AlertContent.of(alert)
    return lifecycle.publish_update(
        alert, move, content, version=alert.version, key=uuid.uuid4(), by=by
    )[0]


def test_a_code_is_short_and_spells_nothing() -> None:
    codes = {new_code() for _ in range(1000)}

    assert len(codes) == 1000
    assert all(len(code) == 7 and set(code) <= set(CODE_ALPHABET) for code in codes)
    assert not set("aeiouyl01") & set(CODE_ALPHABET)


@pytest.mark.parametrize(
    ("texts", "language", "text"),
    [
        ({"sv": "El", "en": "Power"}, "en", "Power"),
        ({"sv": "El", "en": "Power"}, "en-gb", "Power"),
        ({"sv": "El"}, "en", "El"),
        ({"sv": "El", "en": ""}, "en", "El"),
        ({"fi": "Sähkö"}, "en", "Sähkö"),
        ({}, "en", ""),
    ],
)
def test_a_text_that_is_not_there_is_said_in_the_sites_language(
    texts: dict[str, str], language: str, text: str
) -> None:
    assert in_language(texts, language) == text
    with translation.override(language):
        assert in_language(texts) == text


def test_a_text_has_a_language_even_where_none_is_active() -> None:
    with translation.override(None):
        assert in_language({"sv": "El", "en": "Power"}) == "El"


@pytest.mark.django_db
def test_an_area_knows_what_it_is_part_of() -> None:
    city = given.city()
    quarter = Area.objects.create(code="K1", name="Kvarteret", parent=city["Äspered"])

    assert quarter.path == "/1490/1490TB121/K1/"
    assert [area.code for area in Area.objects.all()] == ["1490", "1490TB108", "1490TB121", "K1"]


@pytest.mark.django_db
def test_an_area_that_has_parts_is_not_deleted() -> None:
    with pytest.raises(ProtectedError):
        given.city()["Borås"].delete()


@pytest.mark.django_db
def test_what_was_published_stays_said() -> None:
    update = said(given.draft())

    with pytest.raises(TypeError, match="immutable"):
        update.save()
    with pytest.raises(TypeError, match="immutable"):
        update.delete()
    with pytest.raises(ProtectedError):
        update.alert.delete()


@pytest.mark.django_db
def test_what_was_said_keeps_the_names_of_then() -> None:
    update = said(given.draft())
    Area.objects.filter(code="1490TB121").update(name="Nya Äspered")

    assert Update.objects.get(pk=update.pk).places[0]["name"] == "Äspered"


@pytest.mark.django_db
def test_two_updates_never_have_one_number() -> None:
    update = said(given.draft())
    twin = Update.objects.get(pk=update.pk)
    twin.pk, twin.identifier, twin.request_key = None, uuid.uuid4(), uuid.uuid4()
    twin._state.adding = True

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


@pytest.mark.django_db
def test_an_editor_who_leaves_takes_no_words_along() -> None:
    editor = User.objects.create_user("editor")
    update = said(given.draft(), by=editor)

    editor.delete()

    assert Update.objects.get(pk=update.pk).author is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("severity", "urgent"),
    [("Extreme", True), ("Severe", True), ("Moderate", False), ("Minor", False)],
)
def test_the_severe_overtakes_the_routine(severity: str, urgent: bool) -> None:
    assert set(Severity.values) == {"Extreme", "Severe", "Moderate", "Minor"}
    assert given.draft(severity=severity).urgent is urgent


@pytest.mark.django_db
def test_an_alert_is_called_by_its_headline() -> None:
    alert = given.draft(urgency=Urgency.FUTURE)

    assert alert.planned
    with translation.override("en"):
        assert str(alert) == "Water outage in Äspered"
    with translation.override("sv"):
        assert str(alert) == "Vattenavbrott i Äspered"
