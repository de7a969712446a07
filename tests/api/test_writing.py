"""Drafts and moves with a key: versions, repeated requests, and what each answers."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from notify.alerts.models import Alert, Area, Service, Update
from notify.dispatch.models import Dispatch
from tests import given
from tests.api.calls import ALERTS, body, fields

pytestmark = pytest.mark.django_db

ALL_CLEAR = {"words": {"sv": {"headline": "Vattnet är tillbaka"}}}


def drafted(system: APIClient, **changes: Any) -> dict[str, Any]:
    answer = system.post(ALERTS, body(**changes), format="json")
    assert answer.status_code == 201, answer.content
    draft: dict[str, Any] = answer.json()
    return draft


def published(system: APIClient) -> dict[str, Any]:
    draft = drafted(system)
    answer = call(system, draft, "publish")
    assert answer.status_code == 201, answer.content
    alert: dict[str, Any] = answer.json()["alert"]
    return alert


def call(
    system: APIClient,
    alert: dict[str, Any],
    move: str,
    given_body: dict[str, Any] | None = None,
    **headers: Any,
) -> Any:
    headers.setdefault("If-Match", f'"{alert["version"]}"')
    return system.post(
        f"{ALERTS}{alert['code']}/{move}/", given_body or {}, format="json", headers=headers
    )


# --- drafts -----------------------------------------------------------------------------------


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


# --- versions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_who_does_not_say_what_they_saw_changes_nothing(system: APIClient, method: str) -> None:
    draft = drafted(system)

    answer = getattr(system, method)(f"{ALERTS}{draft['code']}/", body(), format="json")

    # A discard takes nothing but the version.
    assert answer.status_code == (422 if method == "delete" else 428)
    assert Alert.objects.get().version == 1


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ('"1"', 200),
        ('W/"1"', 200),
        ('"1-0123abc"', 200),
        ('"2"', 412),
        ('"0"', 412),
        ("1", 412),
        ('"abc"', 412),
        ('"99999999999999999999"', 412),
        ("*", 428),
        ("", 428),
    ],
)
def test_if_match_names_the_version_seen(system: APIClient, header: str, status: int) -> None:
    draft = drafted(system)

    answer = system.patch(
        f"{ALERTS}{draft['code']}/",
        {"severity": "Minor"},
        format="json",
        headers={"If-Match": header},
    )

    assert answer.status_code == status


def test_the_tag_of_a_read_alert_is_the_one_to_change_it_with(system: APIClient) -> None:
    alert = published(system)
    tag = system.get(f"{ALERTS}{alert['code']}/")["ETag"]

    first = call(system, alert, "update", {"severity": "Minor"}, **{"If-Match": tag})
    second = call(system, alert, "update", {"severity": "Extreme"}, **{"If-Match": tag})

    assert (first.status_code, second.status_code) == (201, 412)
    assert Alert.objects.get().severity == "Minor"


@pytest.mark.parametrize(("version", "status"), [(1, 200), (7, 409), (0, 422), (2**40, 422)])
def test_the_version_may_stand_in_the_body(system: APIClient, version: int, status: int) -> None:
    draft = drafted(system)

    answer = system.patch(
        f"{ALERTS}{draft['code']}/", {"severity": "Minor", "version": version}, format="json"
    )

    assert answer.status_code == status


# --- moves ------------------------------------------------------------------------------------


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


# --- the same request again -------------------------------------------------------------------


def test_each_answer_carries_the_version_that_the_next_request_names(system: APIClient) -> None:
    alert = drafted(system)
    tag = '"1"'
    for move, said in (("publish", {}), ("update", {"severity": "Minor"}), ("resolve", ALL_CLEAR)):
        answer = call(system, alert, move, said, **{"If-Match": tag})
        assert answer.status_code == 201, answer.content
        tag = answer["ETag"]
        assert tag.startswith(f'"{answer.json()["alert"]["version"]}-')


def test_a_repeated_publish_tells_people_once(system: APIClient) -> None:
    draft, key = drafted(system), str(uuid.uuid4())

    first = call(system, draft, "publish", {}, **{"Idempotency-Key": key})
    again = call(system, draft, "publish", {}, **{"Idempotency-Key": f'"{key}"'})

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["identifier"] == first.json()["identifier"]
    assert Dispatch.objects.count() == 1


def test_a_late_repeat_of_a_partial_update_gets_its_own_answer(system: APIClient) -> None:
    alert, key = published(system), str(uuid.uuid4())
    first = call(system, alert, "update", {"severity": "Minor"}, **{"Idempotency-Key": key})
    call(system, alert, "update", {"certainty": "Likely"}, **{"If-Match": '"3"'})

    again = call(system, alert, "update", {"severity": "Minor"}, **{"Idempotency-Key": key})

    assert again.status_code == 200
    assert again.json()["identifier"] == first.json()["identifier"]
    assert Update.objects.count() == 3


@pytest.mark.parametrize(
    ("move", "given_body"),
    [("update", {"severity": "Minor"}), ("resolve", {"words": given.WORDS})],
)
def test_a_key_used_for_something_else_is_refused(
    system: APIClient, move: str, given_body: dict[str, Any]
) -> None:
    alert, key = published(system), str(uuid.uuid4())
    call(system, alert, "update", {"severity": "Extreme"}, **{"Idempotency-Key": key})

    answer = call(system, alert, move, given_body, **{"Idempotency-Key": key, "If-Match": '"3"'})

    assert answer.status_code == 422
    assert fields(answer.json()) == ["Idempotency-Key"]
    assert Update.objects.count() == 2


def test_a_repeated_draft_is_one_draft(system: APIClient) -> None:
    key, wanted = {"Idempotency-Key": str(uuid.uuid4())}, body()

    first = system.post(ALERTS, wanted, format="json", headers=key)
    again = system.post(ALERTS, wanted, format="json", headers=key)
    other = system.post(ALERTS, body(severity="Minor"), format="json", headers=key)

    assert [one.status_code for one in (first, again, other)] == [201, 200, 422]
    assert again.json() == first.json()
    assert Alert.objects.count() == 1


@pytest.mark.parametrize(
    "key", ["1", "not-a-uuid", "0" * 32, "{00000000-0000-0000-0000-000000000000}"]
)
def test_a_request_key_is_a_uuid(system: APIClient, key: str) -> None:
    answer = system.post(ALERTS, body(), format="json", headers={"Idempotency-Key": key})

    assert answer.status_code == 400
    assert fields(answer.json()) == ["Idempotency-Key"]
    assert not Alert.objects.exists()


def test_without_a_request_key_each_request_stands_for_itself(system: APIClient) -> None:
    assert drafted(system)["code"] != drafted(system)["code"]


# --- advice -------------------------------------------------------------------------------------


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


# --- where help is to be had ---------------------------------------------------------------------


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


# --- promises of news ---------------------------------------------------------------------------


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
