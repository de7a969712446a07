"""Moves with a key, and what each answers."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from notify.alerts.models import Alert, Area, Service, Update
from notify.dispatch.models import Dispatch
from tests import given
from tests.api.calls import ALERTS, ALL_CLEAR, body, call, drafted, fields, published

pytestmark = pytest.mark.django_db


def test_an_alert_goes_through_its_life(system: APIClient, anyone: APIClient) -> None:
    draft = drafted(system)

    steps = [
        call(system, draft, "publish"),
        call(system, draft, "update", {"severity": "Moderate"}, **{"If-Match": '"2"'}),
        call(system, draft, "resolve", ALL_CLEAR, **{"If-Match": '"3"'}),
    ]

    assert [step.status_code for step in steps] == [201, 201, 201]
    assert [step.json()["alert"]["state"] for step in steps] == ["active", "active", "resolved"]
    assert [step.json()["number"] for step in steps] == [1, 2, 3]
    story = anyone.get(f"{ALERTS}{draft['code']}/").json()
    identifiers = [update["identifier"] for update in story["updates"]]
    assert [step.json()["identifier"] for step in steps] == identifiers
    assert story["updates"][2]["words"]["sv"]["headline"] == "Vattnet är tillbaka"
    assert Dispatch.objects.count() == 3


def test_an_all_clear_asks_if_it_is_told_to(system: APIClient) -> None:
    asking, silent = drafted(system), drafted(system)
    for draft, said in ((asking, ALL_CLEAR | {"ask": True}), (silent, ALL_CLEAR)):
        call(system, draft, "publish")
        assert call(system, draft, "resolve", said, **{"If-Match": '"2"'}).status_code == 201

    asked = Dispatch.objects.filter(asks=True).values_list("update__alert__code", flat=True)
    assert list(asked) == [asking["code"]]


def test_an_all_clear_cannot_ask_who_cannot_reply(system: APIClient, settings: Settings) -> None:
    settings.SMS_REPLIES = False
    draft = drafted(system)
    call(system, draft, "publish")

    refused = call(system, draft, "resolve", ALL_CLEAR | {"ask": True}, **{"If-Match": '"2"'})

    assert refused.status_code == 422
    assert fields(refused.json()) == ["ask"]


def test_planned_work_may_be_drafted_without_its_end_and_not_published(system: APIClient) -> None:
    answer = system.post(ALERTS, body(urgency="Future", expires=None), format="json")
    assert answer.status_code == 201

    refused = call(system, answer.json(), "publish")
    assert refused.status_code == 422
    assert fields(refused.json()) == ["expires"]


def test_an_update_that_changes_nothing_is_refused_in_a_sentence(system: APIClient) -> None:
    alert = published(system)

    answer = call(system, alert, "update", {"severity": alert["severity"]})

    assert answer.status_code == 422
    assert "ändrat något" in answer.json()["errors"][0]["message"]
    assert Update.objects.count() == 1


def test_news_goes_out_although_area_and_service_are_out_of_use(system: APIClient) -> None:
    alert = published(system)
    Area.objects.update(active=False)
    Service.objects.update(active=False)
    tag = system.get(f"{ALERTS}{alert['code']}/")["ETag"]

    news = call(system, alert, "update", {"severity": "Minor"}, **{"If-Match": tag})
    more = {"areas": ["1490TB121", "1490TB108"]}
    wider = call(system, alert, "update", more, **{"If-Match": news["ETag"]})

    assert (news.status_code, wider.status_code) == (201, 422)
    assert fields(wider.json()) == ["areas"]


def test_an_alert_can_be_taken_back(system: APIClient) -> None:
    answer = call(system, published(system), "cancel", ALL_CLEAR)

    assert answer.json()["alert"]["state"] == "cancelled"


def test_progress_can_be_watched_at_the_address_that_the_move_gives(
    system: APIClient, anyone: APIClient
) -> None:
    answer = call(system, drafted(system), "publish").json()
    address = answer["progress"].removeprefix("http://testserver")

    progress = system.get(address).json()

    assert progress["identifier"] == answer["identifier"]
    assert progress["finished"] is False
    assert {one["channel"] for one in progress["channels"]} >= {"feeds", "banners"}
    assert set(progress["channels"][0]["counts"]) >= {"queued", "delivered", "failed"}
    assert {one["resting"] for one in progress["channels"]} == {0}
    assert anyone.get(address).status_code == 401
    assert system.get(address.replace("/1/", "/2/")).status_code == 404


@pytest.mark.parametrize(
    ("move", "given_body", "field"),
    [
        ("publish", {"severity": "Minor"}, "severity"),
        ("update", {}, ""),
        ("update", {"words": {}}, "words"),
        ("update", {"words": {"sv": {"description": "x"}}}, "words"),
        ("update", {"urgency": "Future"}, "expires"),
        ("resolve", {}, "words"),
        ("resolve", ALL_CLEAR | {"areas": ["1490"]}, "areas"),
        ("cancel", {"words": {"sv": {"headline": " "}}}, "words"),
    ],
)
def test_a_move_that_says_the_wrong_thing_is_not_made(
    system: APIClient, move: str, given_body: dict[str, Any], field: str
) -> None:
    alert = published(system)

    answer = call(system, alert, move, given_body)

    assert answer.status_code == 422
    assert fields(answer.json()) == [field]
    assert (Update.objects.count(), Dispatch.objects.count()) == (1, 1)
    assert Alert.objects.get().version == alert["version"]


def test_what_a_channel_cannot_carry_is_refused_and_nothing_is_published(
    system: APIClient,
) -> None:
    draft = drafted(system, words={"sv": {"headline": "Läcka", "instruction": "å" * 1000}})

    answer = call(system, draft, "publish")

    assert answer.status_code == 422
    assert fields(answer.json()) == ["words"]
    assert Alert.objects.get().state == "draft"
    assert not Update.objects.exists()
    assert call(system, draft, "publish").status_code == 422


def test_a_move_that_the_state_forbids_is_refused_with_the_reason(system: APIClient) -> None:
    draft, alert = drafted(system), published(system)

    early, twice = call(system, draft, "resolve", ALL_CLEAR), call(system, alert, "publish")

    assert (early.status_code, twice.status_code) == (409, 409)
    assert early.json()["detail"] != twice.json()["detail"]
    assert Dispatch.objects.count() == 1


def test_an_outlook_counts_people_and_money_and_writes_nothing(
    system: APIClient, anyone: APIClient
) -> None:
    given.subscriber()
    draft = drafted(system)
    address = f"{ALERTS}{draft['code']}/preview/"

    outlook = system.get(address).json()

    assert outlook["problems"] == []
    sms = next(one for one in outlook["channels"] if one["channel"] == "sms")
    assert (sms["total"], sms["recipients"], sms["currency"]) == (1, {"sv": 1}, "SEK")
    assert sms["units"] >= 1
    assert float(sms["cost"]) > 0
    assert not Update.objects.exists()
    assert anyone.get(address).status_code == 401
    assert system.get(address, {"move": "resolve"}).status_code == 409
    assert system.get(address, {"move": "shout"}).status_code == 400
