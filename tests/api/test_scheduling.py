"""Publishing at a time with a key: what is accepted, what is read of it, and how it is undone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from notify.alerts.models import Alert, Area, Schedule, Update
from notify.api.models import Scope
from notify.dispatch.scheduled import publish_due
from tests.api.calls import ALERTS, body, calling_with, fields
from tests.api.conftest import NewKey

pytestmark = pytest.mark.django_db

NOON = datetime.fromisoformat("2026-11-25T12:00:00+01:00")
AT = "2026-11-26T08:00:00+01:00"
END = "2026-11-27T12:00:00+01:00"
Answer = Any


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """It is noon until it is told otherwise."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def draft(system: APIClient) -> dict[str, Any]:
    """A draft of something that lasts until Friday."""
    made: dict[str, Any] = system.post(ALERTS, body(expires=END), format="json").json()
    return made


def call(
    system: APIClient,
    alert: dict[str, Any],
    move: str = "publish",
    given_body: dict[str, Any] | None = None,
    **headers: Any,
) -> Answer:
    headers.setdefault("If-Match", f'"{alert["version"]}"')
    path = f"{ALERTS}{alert['code']}/{move}/"
    return system.post(path, given_body or {}, format="json", headers=headers)


def planned(system: APIClient, alert: dict[str, Any], at: str = AT, **headers: Any) -> Answer:
    return call(system, alert, "publish", {"publish_at": at}, **headers)


# --- planning ---------------------------------------------------------------------------------


def test_it_is_accepted_and_read_back_by_whoever_reads_drafts(
    system: APIClient, anyone: APIClient, editor: User, draft: dict[str, Any]
) -> None:
    answer = planned(system, draft)

    assert answer.status_code == 202
    document = answer.json()
    assert (document["identifier"], document["number"], document["progress"]) == (None,) * 3
    assert (document["alert"]["state"], document["alert"]["version"]) == ("draft", 2)
    assert document["alert"]["publish_at"] == AT
    assert answer["ETag"].startswith('"2-')
    assert Schedule.objects.get().by == editor
    where = f"{ALERTS}{draft['code']}/"
    assert system.get(where).json()["publish_at"] == AT
    listed = system.get(ALERTS, {"state": "draft"}).json()["results"]
    assert [one["publish_at"] for one in listed] == [AT]
    assert anyone.get(where).status_code == 404
    assert anyone.get(ALERTS).json()["results"] == []


def test_its_time_comes_and_it_is_the_update_that_the_key_named(
    system: APIClient,
    anyone: APIClient,
    editor: User,
    draft: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    key = str(uuid.uuid4())
    planned(system, draft, **{"Idempotency-Key": key})
    clock.move_to(datetime.fromisoformat(AT))
    publish_due()

    update = Update.objects.get()
    assert update.author == editor
    shown = anyone.get(f"{ALERTS}{draft['code']}/").json()
    assert (shown["state"], shown["published_at"], shown["publish_at"]) == ("active", AT, None)
    again = planned(system, draft, **{"Idempotency-Key": key})
    assert (again.status_code, again.json()["identifier"]) == (200, str(update.identifier))


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("2026-11-25T12:00:00+01:00", "Den tiden har redan passerat"),
        ("2026-11-25T11:30:00+01:00", "Den tiden har redan passerat"),
        # The same as the end, said in another zone.
        ("2026-11-27T11:00:00Z", "Då ska det redan vara klart"),
        ("2027-11-27T12:00:00+01:00", "Det är mer än ett år dit"),
        ("9999-12-31T23:59:59-12:00", "Kontrollera årtalet"),
        ("0001-01-01T00:00:00+14:00", "Kontrollera årtalet"),
        ("2026-11-26T08:00:00", "Ange tidszonen också"),
        ("i morgon", "Ange datum, klockslag och tidszon"),
    ],
)
def test_a_time_at_which_it_cannot_go_out_is_a_problem_document(
    system: APIClient, draft: dict[str, Any], at: str, sentence: str
) -> None:
    answer = planned(system, draft, at)

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert fields(answer.json()) == ["publish_at"]
    assert answer.json()["errors"][0]["message"].startswith(sentence)
    assert Alert.objects.get().version == 1
    assert not Schedule.objects.exists()


def test_null_is_now(system: APIClient, draft: dict[str, Any]) -> None:
    answer = call(system, draft, "publish", {"publish_at": None})

    assert (answer.status_code, answer.json()["alert"]["state"]) == (201, "active")


def test_what_a_channel_cannot_carry_is_not_planned(system: APIClient) -> None:
    long = body(words={"sv": {"headline": "Läcka", "instruction": "å" * 1000}})
    draft = system.post(ALERTS, long, format="json").json()

    answer = planned(system, draft)

    assert (answer.status_code, fields(answer.json())) == (422, ["words"])
    assert not Schedule.objects.exists()


def test_only_who_may_publish_may_plan_or_undo(
    system: APIClient, new_key: NewKey, draft: dict[str, Any]
) -> None:
    writer = calling_with(new_key(Scope.READ, Scope.WRITE))
    planned(system, draft)

    assert planned(writer, draft).status_code == 403
    assert call(writer, draft, "unschedule").status_code == 403
    assert Schedule.objects.standing().count() == 1


# --- the same request again -------------------------------------------------------------------


def test_a_repeated_request_plans_once(system: APIClient, draft: dict[str, Any]) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}

    first, again = planned(system, draft, **key), planned(system, draft, **key)

    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json() == first.json()
    # The same instant is the same request, however it is written.
    assert planned(system, draft, "2026-11-26T07:00:00Z", **key).status_code == 200
    assert Schedule.objects.count() == 1


@pytest.mark.parametrize(
    ("move", "given_body"),
    [
        ("publish", {"publish_at": "2026-11-26T09:00:00+01:00"}),
        ("publish", {}),
        ("cancel", {"words": {"sv": {"headline": "Nej"}}}),
    ],
)
def test_a_key_used_for_something_else_is_refused(
    system: APIClient, draft: dict[str, Any], move: str, given_body: dict[str, Any]
) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    planned(system, draft, **key)

    answer = call(system, draft, move, given_body, **key, **{"If-Match": '"2"'})

    assert (answer.status_code, fields(answer.json())) == (422, ["Idempotency-Key"])
    assert Alert.objects.get().publish_at == datetime.fromisoformat(AT)


def test_a_key_that_published_now_plans_nothing(system: APIClient, draft: dict[str, Any]) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    call(system, draft, "publish", {}, **key)

    assert planned(system, draft, **key).status_code == 422


# --- changing one's mind ----------------------------------------------------------------------


def test_another_time_takes_the_place_of_the_first(
    system: APIClient, draft: dict[str, Any]
) -> None:
    tag = planned(system, draft)["ETag"]

    stale = planned(system, draft, "2026-11-26T09:00:00+01:00")
    answer = planned(system, draft, "2026-11-26T09:00:00+01:00", **{"If-Match": tag})

    assert (stale.status_code, answer.status_code) == (412, 202)
    assert answer.json()["alert"]["publish_at"] == "2026-11-26T09:00:00+01:00"


def test_it_can_be_undone(system: APIClient, draft: dict[str, Any]) -> None:
    tag = planned(system, draft)["ETag"]

    stale = call(system, draft, "unschedule")
    answer = call(system, draft, "unschedule", {}, **{"If-Match": tag})

    assert (stale.status_code, answer.status_code) == (412, 200)
    assert (answer.json()["state"], answer.json()["publish_at"]) == ("draft", None)
    assert answer["ETag"].startswith('"3-')
    again = call(system, draft, "unschedule", {}, **{"If-Match": answer["ETag"]})
    assert again.status_code == 409
    assert again.json()["detail"] == "Ingen publicering är planerad längre."
    missing = system.post(f"{ALERTS}{draft['code']}/unschedule/", {}, format="json")
    assert missing.status_code == 428


def test_what_is_published_cannot_be_undone(system: APIClient, draft: dict[str, Any]) -> None:
    alert = call(system, draft).json()["alert"]

    assert call(system, alert, "unschedule").status_code == 409
    assert planned(system, alert).status_code == 409


def test_a_changed_draft_does_not_go_out_by_itself_any_more(
    system: APIClient, draft: dict[str, Any]
) -> None:
    planned(system, draft)

    answer = system.patch(
        f"{ALERTS}{draft['code']}/",
        {"severity": "Minor"},
        format="json",
        headers={"If-Match": '"2"'},
    )

    assert (answer.status_code, answer.json()["publish_at"]) == (200, None)
    assert not Schedule.objects.standing().exists()


# --- when it could not be ---------------------------------------------------------------------


def test_what_was_refused_says_when_and_why_until_it_is_planned_anew(
    system: APIClient, draft: dict[str, Any], clock: time_machine.Traveller
) -> None:
    planned(system, draft)
    Area.objects.update(active=False)
    clock.move_to(datetime.fromisoformat(AT))
    publish_due()

    where = f"{ALERTS}{draft['code']}/"
    shown = {
        language: system.get(where, headers={"Accept-Language": language}).json()
        for language in ("sv", "en")
    }
    assert [one["missed"] for one in shown.values()] == [
        {"publish_at": AT, "reason": "Används inte längre: Äspered. Välj andra."},
        {"publish_at": AT, "reason": "No longer in use: Äspered. Choose others."},
    ]
    assert (shown["sv"]["publish_at"], shown["sv"]["version"]) == (None, 3)
    Area.objects.update(active=True)
    again = planned(system, shown["sv"], "2026-11-26T09:00:00+01:00").json()
    assert again["alert"]["missed"] is None


# --- looking ahead ----------------------------------------------------------------------------


def test_an_outlook_can_be_of_the_time_that_is_thought_of(
    system: APIClient, draft: dict[str, Any]
) -> None:
    where = f"{ALERTS}{draft['code']}/preview/"

    assert system.get(where, {"publish_at": AT}).json()["problems"] == []
    late = system.get(where, {"publish_at": END})
    assert (late.status_code, fields(late.json())) == (422, ["publish_at"])
    assert system.get(where, {"publish_at": "nu"}).status_code == 400
    alert = call(system, draft).json()["alert"]
    update = system.get(f"{ALERTS}{alert['code']}/preview/", {"move": "update", "publish_at": AT})
    assert (update.status_code, fields(update.json())) == (422, ["publish_at"])


# --- what it costs ----------------------------------------------------------------------------


def test_more_planned_drafts_cost_no_more_statements(
    system: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def one_more() -> None:
        made = system.post(ALERTS, body(expires=END), format="json").json()
        assert planned(system, made).status_code == 202

    one_more()
    for _ in range(2):
        with django_assert_num_queries(QUERIES):
            system.get(ALERTS, {"state": "draft"})
        one_more()
        one_more()
    assert Schedule.objects.filter(made_at__lte=timezone.now() + timedelta(1)).count() == 5


# The key (whose user may do everything), the alerts, their areas, when they go out by themselves.
QUERIES = 4
