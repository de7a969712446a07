"""Drafts with a key, and what may go with their words: advice, places to get help, a promise of news."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from notify.alerts.models import Alert, Update
from tests import given
from tests.api.calls import ALERTS, ALL_CLEAR, body, call, drafted, fields, published

pytestmark = pytest.mark.django_db


def test_a_draft_is_written_by_the_keys_user_and_told_to_nobody(
    system: APIClient, editor: User
) -> None:
    answer = system.post(ALERTS, body(areas=["1490TB108", "1490TB121"]), format="json")

    alert = Alert.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == f"{ALERTS}{alert.code}/"
    assert answer["ETag"] == system.get(answer["Location"])["ETag"]
    assert answer.json()["state"] == "draft"
    assert answer.json()["url"] is None
    assert alert.author == editor
    assert alert.certainty == "Observed"
    assert not Update.objects.exists()


def test_what_was_fetched_may_be_sent_back(system: APIClient) -> None:
    draft = drafted(system)

    answer = system.put(f"{ALERTS}{draft['code']}/", draft | {"severity": "Minor"}, format="json")

    assert answer.status_code == 200
    assert answer.json()["severity"] == "Minor"
    assert answer.json()["onset"] == draft["onset"]


def test_a_part_of_a_draft_can_be_changed(system: APIClient) -> None:
    draft = drafted(system)

    answer = system.patch(
        f"{ALERTS}{draft['code']}/",
        {"areas": ["1490"]},
        format="json",
        headers={"If-Match": '"1"'},
    )

    assert answer.json()["areas"] == ["1490"]
    assert answer.json()["words"] == given.WORDS
    assert answer.json()["version"] == 2
    assert answer["ETag"].startswith('"2-')


def test_a_draft_can_be_discarded_and_a_published_alert_cannot(system: APIClient) -> None:
    draft, alert = drafted(system), published(system)

    for one, status in ((draft, 204), (alert, 409)):
        answer = system.delete(
            f"{ALERTS}{one['code']}/", headers={"If-Match": f'"{one["version"]}"'}
        )
        assert answer.status_code == status

    assert system.get(f"{ALERTS}{draft['code']}/").status_code == 404
    assert system.get(f"{ALERTS}{alert['code']}/").status_code == 200


# --- advice ----------------------------------------------------------------------------------


def test_advice_goes_with_an_alert_and_not_into_its_end(system: APIClient) -> None:
    draft = drafted(system, advice={"flush": "no", "drink": "boil"})
    assert draft["advice"] == {"drink": "boil", "flush": "no"}
    assert list(draft["advice_words"]) == ["drink", "flush"]
    assert draft["advice_words"]["flush"]["en"] == "Do not flush the toilet."

    alert = call(system, draft, "publish").json()["alert"]
    alert = call(system, alert, "update", {"advice": {"drink": "boil"}}).json()["alert"]
    ended = call(system, alert, "resolve", ALL_CLEAR | {"advice": {"drink": "yes"}})
    assert ended.status_code == 201, ended.content
    said = [update.advice for update in Update.objects.order_by("number")]
    assert said == [{"drink": "boil", "flush": "no"}, {"drink": "boil"}, {"drink": "yes"}]


def test_an_end_that_says_nothing_of_advice_gives_none(system: APIClient) -> None:
    draft = drafted(system, advice={"drink": "no"})
    alert = call(system, draft, "publish").json()["alert"]

    assert call(system, alert, "resolve", ALL_CLEAR).status_code == 201
    assert Update.objects.latest("number").advice == {}


@pytest.mark.parametrize(
    "advice", [{"drink": "sip"}, {"fly": "no"}, {"bin": "yes"}, {"drink": ""}, ["drink"], "drink"]
)
def test_advice_that_cannot_be_given_is_refused(system: APIClient, advice: Any) -> None:
    answer = system.post(ALERTS, body(advice=advice), format="json")

    assert answer.status_code == 422
    assert fields(answer.json())[0].startswith("advice")


# --- where help is to be had -----------------------------------------------------------------


def test_where_help_is_to_be_had_is_kept_replaced_and_does_not_follow_into_the_end(
    system: APIClient,
) -> None:
    draft = drafted(system, help_at=[" Äspereds  skola", "", "Torget", "torget"])
    assert draft["help_at"] == ["Äspereds skola", "Torget"]
    alert = call(system, draft, "publish").json()["alert"]
    alert = call(system, alert, "update", {"severity": "Extreme"}).json()["alert"]
    assert alert["help_at"] == ["Äspereds skola", "Torget"]
    alert = call(system, alert, "update", {"help_at": ["Torget"]}).json()["alert"]
    assert alert["help_at"] == ["Torget"]

    assert call(system, alert, "resolve", ALL_CLEAR).status_code == 201
    said = [update.help_at for update in Update.objects.order_by("number")]
    assert said == [["Äspereds skola", "Torget"]] * 2 + [["Torget"], []]


def test_the_same_places_again_are_the_same_request(system: APIClient) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    for status in (201, 200):
        places = body(help_at=[" Torget ", ""])
        answer = system.post(ALERTS, places, format="json", headers=key)
        assert answer.status_code == status, answer.content
    assert Alert.objects.get().help_at == ["Torget"]


@pytest.mark.parametrize(
    "help_at", ["Torget", [["Torget"]], [f"{n}" for n in range(13)], ["x" * 121], None]
)
def test_places_that_cannot_be_said_are_refused(system: APIClient, help_at: Any) -> None:
    answer = system.post(ALERTS, body(help_at=help_at), format="json")

    assert answer.status_code == 422
    assert fields(answer.json())[0].startswith("help_at")


def test_an_end_takes_no_places(system: APIClient) -> None:
    alert = published(system)

    answer = call(system, alert, "resolve", ALL_CLEAR | {"help_at": ["Torget"]})
    assert answer.status_code == 422
    assert fields(answer.json()) == ["help_at"]


# --- promises of news ------------------------------------------------------------------------


def test_a_promise_of_news_is_kept_by_the_next_update(system: APIClient) -> None:
    soon = timezone.now() + timedelta(hours=1)
    draft = drafted(system, news_by=soon.isoformat())
    alert = call(system, draft, "publish").json()["alert"]
    assert datetime.fromisoformat(alert["news_by"]) == soon
    news = {"words": {"sv": {"headline": "Vi söker än"}}}
    alert = call(system, alert, "update", news).json()["alert"]
    assert datetime.fromisoformat(alert["news_by"]) == soon

    with time_machine.travel(soon + timedelta(minutes=1), tick=False):
        news = {"words": {"sv": {"headline": "Felet är funnet"}}}
        answer = call(system, alert, "update", news)
        assert answer.status_code == 201, answer.content
        assert answer.json()["alert"]["news_by"] is None


def test_a_promise_that_has_passed_is_refused(system: APIClient) -> None:
    past = timezone.now() - timedelta(hours=1)
    answer = call(system, drafted(system, news_by=past.isoformat()), "publish")

    assert answer.status_code == 422
    assert fields(answer.json()) == ["news_by"]


def test_a_promise_does_not_follow_into_the_end(system: APIClient) -> None:
    soon = timezone.now() + timedelta(hours=1)
    alert = call(system, drafted(system, news_by=soon.isoformat()), "publish").json()["alert"]

    assert call(system, alert, "resolve", ALL_CLEAR).status_code == 201
    assert Update.objects.latest("number").news_by is None
