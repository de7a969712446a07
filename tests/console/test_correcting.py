"""Correcting the words of what was said last: write, look at what changes, correct."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts.content import AlertContent
from notify.alerts.models import Alert, Correction
from notify.alerts.vocabulary import Move
from notify.dispatch.correct import correct
from notify.dispatch.expand import expand
from notify.dispatch.models import Dispatch
from notify.dispatch.start import announce
from tests import given
from tests.console.test_story import QUERIES
from tests.console.world import errors, form_on, handed_on, published, text

MENDED = "Vattenavbrott i Äspereds tätort"


def at(alert: Alert) -> str:
    return f"/console/alerts/{alert.code}/correct/"


def mend(alert: Alert, headline: str = MENDED) -> None:
    alert.refresh_from_db()
    words = given.WORDS | {"sv": given.WORDS["sv"] | {"headline": headline}}
    correct(alert, words, version=alert.version, key=uuid.uuid4(), by=None)


def end(alert: Alert) -> None:
    content, key = AlertContent.of(alert), uuid.uuid4()
    announce(alert, Move.RESOLVE, content, version=alert.version, key=key, by=None)


def test_the_three_steps_correct_once_what_was_shown_and_tell_nobody(client: Client) -> None:
    alert = published()
    where = at(alert)
    assert where in client.get(f"/console/alerts/{alert.code}/").content.decode()

    look = client.post(where, form_on(client, where, sv_headline=MENDED, step="look"))
    assert look.status_code == 200
    assert "Ingen meddelas" in text(look)
    html = look.content.decode()
    assert "Äspered</del>" in html
    assert "Äspereds tätort</ins>" in html
    assert not Correction.objects.exists()

    made = client.post(where, handed_on(look, step="send"), follow=True)
    assert made.redirect_chain == [(f"/console/alerts/{alert.code}/", 302)]
    assert "Texten är rättad. Ingen har fått veta det." in made.content.decode()
    alert.refresh_from_db()
    assert alert.words["sv"]["headline"] == MENDED
    assert Dispatch.objects.count() == 1


def test_a_double_click_corrects_once(client: Client) -> None:
    where = at(published())
    form = form_on(client, where, step="send", sv_headline=MENDED)
    first, second = client.post(where, form), client.post(where, form)
    assert first["Location"] == second["Location"]
    assert Correction.objects.count() == 1


def test_one_can_go_back_from_what_changes_and_keep_what_was_written(client: Client) -> None:
    where = at(published())
    look = client.post(where, form_on(client, where, sv_headline=MENDED, step="look"))
    back = client.post(where, handed_on(look, step="write"))
    assert back.status_code == 200
    assert back.context["form"]["sv_headline"].value() == MENDED
    assert "Ännu är inget ändrat" in text(back)


def test_it_opens_with_the_words_that_stand_and_asks_for_nothing_else(client: Client) -> None:
    alert = published()
    mend(alert)
    form = form_on(client, at(alert))
    assert form["sv_headline"] == MENDED
    assert form["version"] == alert.version
    assert {name.partition("_")[0] for name in form} == {"sv", "en", "version", "key"}


@pytest.mark.parametrize("step", ["look", "send"])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sv_headline": ""}, {"sv_headline": ["Skriv en rubrik på svenska."]}),
        (
            {},
            {"__all__": ["Du har inte ändrat något. Rätta texten, eller låt den stå som den är."]},
        ),
    ],
)
def test_a_mistake_gets_a_sentence(
    client: Client, step: str, changes: dict[str, str], expected: dict[str, list[str]]
) -> None:
    where = at(published())
    page = client.post(where, form_on(client, where, step=step, **changes))
    assert page.status_code == 422
    assert errors(page) == expected
    assert not Correction.objects.exists()


def test_areas_in_braces_are_named(client: Client) -> None:
    alert = published()
    where = at(alert)
    client.post(where, form_on(client, where, step="send", sv_headline="Torrt i {areas}"))
    alert.refresh_from_db()
    assert alert.words["sv"]["headline"] == "Torrt i Äspered"


def test_it_says_how_many_have_the_old_words_and_how_many_get_them_yet(
    client: Client, settings: Settings
) -> None:
    settings.NOTIFY_CHANNELS = ["notify.channels.memory.MemoryChannel"]
    for number in range(3):
        given.subscriber(f"+4670174060{number}")
    alert = published()
    dispatch = Dispatch.objects.get()
    where = at(alert)
    early = client.post(where, form_on(client, where, sv_headline=MENDED, step="look"))
    assert "och fler, som just nu tas fram" in text(early)
    expand(dispatch.pk)
    dispatch.deliveries.filter(pk=dispatch.deliveries.first().pk).update(state="sent")  # type: ignore[union-attr]

    look = client.post(where, form_on(client, where, sv_headline=MENDED, step="look"))

    assert "Har fått sms:et med den gamla texten 1" in text(look)
    assert "Kommer att få det, med den gamla texten 2" in text(look)
    assert "publicera en uppdatering i stället" in text(look)
    Dispatch.objects.update(withdrawn_at=timezone.now())
    stopped = client.post(where, form_on(client, where, sv_headline=MENDED, step="look"))
    assert "Kommer att få det, med den gamla texten 0" in text(stopped)


def test_whoever_was_overtaken_sees_both_and_can_go_on(client: Client) -> None:
    alert = published()
    where = at(alert)
    form = form_on(client, where, step="send", sv_headline=MENDED)
    mend(alert, "Vattenavbrott i Äspered och Fristad")

    page = client.post(where, form)

    assert page.status_code == 409
    assert "Vattenavbrott i Äspered och Fristad" in text(page)
    assert page.context["form"]["sv_headline"].value() == MENDED
    again = client.post(where, handed_on(page, step="send"))
    assert again.status_code == 302
    alert.refresh_from_db()
    assert alert.words["sv"]["headline"] == MENDED


def test_a_draft_is_edited_instead(client: Client) -> None:
    alert = given.draft()
    page = client.get(at(alert))
    assert page.status_code == 409
    assert "Redigera det" in text(page)
    assert at(alert) not in client.get(f"/console/alerts/{alert.code}/").content.decode()


def test_last_words_can_be_corrected_for_a_week_and_what_was_written_later_is_shown(
    client: Client,
) -> None:
    alert = published()
    end(alert)
    story = f"/console/alerts/{alert.code}/"
    where = at(alert)
    assert where in client.get(story).content.decode()
    form = form_on(client, where, sv_headline="Skrivet för sent", step="send")
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        client.force_login(given.editor("natt"))
        assert where not in client.get(story).content.decode()
        page = client.post(where, form)
    assert page.status_code == 409
    assert "Skrivet för sent" in text(page)
    assert not Correction.objects.exists()


def test_the_history_says_who_changed_what_and_when(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alert = published()
    where = at(alert)
    client.post(where, form_on(client, where, step="send", sv_headline=MENDED))
    mend(alert, "Vattenavbrott")
    client.get("/console/")  # the message of the correction is shown once

    with django_assert_num_queries(QUERIES):
        page = client.get(f"/console/alerts/{alert.code}/")

    (said,) = page.context["said"]
    assert [one.made.words["sv"]["headline"] for one in said[1]] == ["Vattenavbrott", MENDED]
    assert "Karin Lind" in text(page)
    assert "Äspereds tätort</ins>" in page.content.decode()
    assert text(page).count("Rättad i dag") == 2
