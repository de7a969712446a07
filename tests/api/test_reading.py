"""What everybody may read: lists, filters, pages, and what a cache makes of them."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from notify.alerts import lifecycle
from notify.alerts.models import Alert, Area
from notify.alerts.vocabulary import Move
from notify.api.models import Scope
from notify.channels.cached import LIVE
from tests import given
from tests.api.calls import ALERTS, calling_with, fields
from tests.api.conftest import NewKey

pytestmark = pytest.mark.django_db


def move(alert: Alert, *moves: Move) -> Alert:
    for one in moves:
        lifecycle.publish_update(
            alert, one, given.said(alert, one), version=alert.version, key=uuid.uuid4(), by=None
        )
    return alert


def published(**changes: object) -> Alert:
    return move(given.draft(**changes), Move.PUBLISH)


def codes(client: APIClient, query: str = "") -> list[str]:
    answer = client.get(ALERTS + query)
    assert answer.status_code == 200, answer.content
    return [alert["code"] for alert in answer.json()["results"]]


def test_a_draft_is_nobodys_but_those_whose_key_may_read(
    anyone: APIClient, new_key: NewKey
) -> None:
    draft, out = given.draft(), published()
    reader, writer = calling_with(new_key(Scope.READ)), calling_with(new_key(Scope.WRITE))

    assert codes(anyone) == codes(reader) == [out.code]
    assert codes(reader, "?state=draft") == [draft.code]
    assert codes(reader, "?state=draft&state=active") == [out.code, draft.code]
    assert anyone.get(f"{ALERTS}?state=draft").status_code == 401
    assert writer.get(f"{ALERTS}?state=draft").status_code == 403
    assert anyone.get(f"{ALERTS}{draft.code}/").status_code == 404
    assert writer.get(f"{ALERTS}{draft.code}/").status_code == 404
    assert reader.get(f"{ALERTS}{draft.code}/").status_code == 200


def test_an_area_brings_what_is_in_it_and_what_it_is_part_of(anyone: APIClient) -> None:
    city = given.city()
    whole = published(areas=[city["Borås"]])
    part = published(areas=[city["Äspered"], city["Fristad"]])

    assert codes(anyone, "?area=1490") == [part.code, whole.code]
    assert codes(anyone, "?area=1490TB121") == [part.code, whole.code]


def test_filters_of_a_kind_widen_and_of_different_kinds_narrow(anyone: APIClient) -> None:
    water = published()
    power = published(service=given.service("power"), severity="Minor")
    ended = move(published(severity="Minor"), Move.RESOLVE)

    assert codes(anyone, "?service=power") == [power.code]
    assert codes(anyone, "?severity=Minor&severity=Severe&state=active") == [power.code, water.code]
    assert codes(anyone, "?severity=Minor&service=water") == [ended.code]
    assert codes(anyone, "?state=resolved") == [ended.code]
    assert codes(anyone, "?severity=Extreme") == []


def test_current_is_what_is_disrupted_now(anyone: APIClient) -> None:
    soon = timezone.now() + timedelta(hours=1)
    now = published()
    published(urgency="Future", onset=soon, expires=soon + timedelta(hours=1))
    move(published(), Move.RESOLVE)

    assert codes(anyone, "?current=true") == [now.code]
    assert len(codes(anyone, "?current=false")) == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("area=nowhere", "area"),
        ("area=", "area"),
        ("area=1490&area=1490TB121", "area"),
        ("service=", "service"),
        ("severity=", "severity"),
        ("state=", "state"),
        ("current=", "current"),
        ("page_size=", "page_size"),
        ("page_size=-1", "page_size"),
        ("page_size=1e2", "page_size"),
        ("from=", "from"),
        ("point=", "point"),
        ("cursor=", "cursor"),
        ("=", ""),
        ("area=%ff", "area"),
        ("service=cheese", "service"),
        ("severity=Severe&severity=Bad", "severity"),
        ("state=gone", "state"),
        ("current=perhaps", "current"),
        ("page_size=0", "page_size"),
        ("page_size=101", "page_size"),
        ("page_size=" + "9" * 5000, "page_size"),
        ("stat=draft", "stat"),
        ("cursor=x", "cursor"),
        ("cursor=%25%25%25", "cursor"),
        ("cursor=AAAA", "cursor"),
        ("cursor=%C3%A5", "cursor"),
        ("cursor=cD1hYmM=", "cursor"),
        ("cursor=cD0yMDI2LTExLTIz", "cursor"),
        ("cursor=cD0AAAAA", "cursor"),
        ("cursor=bz0tNQ==", "cursor"),
        # 9999-12-31T23:59:59-23:59 and 2026-11-23T10:00:00-23:59: no time zone is that far off.
        ("cursor=cD05OTk5LTEyLTMxVDIzOjU5OjU5LTIzOjU5", "cursor"),
        ("cursor=cD0yMDI2LTExLTIzVDEwOjAwOjAwLTIzOjU5", "cursor"),
    ],
)
def test_a_query_that_means_nothing_is_refused_by_its_name(
    anyone: APIClient, query: str, field: str
) -> None:
    answer = anyone.get(f"{ALERTS}?{query}")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert set(fields(answer.json())) == {field}


def test_pages_stay_whole_while_alerts_are_published(anyone: APIClient) -> None:
    first = [published().code for _ in range(5)]

    page = anyone.get(f"{ALERTS}?page_size=2&state=active").json()
    seen = [alert["code"] for alert in page["results"]]
    published()
    while page["next"]:
        page = anyone.get(page["next"]).json()
        seen += [alert["code"] for alert in page["results"]]

    assert seen == first[::-1]
    assert len(anyone.get(page["previous"]).json()["results"]) == 2


def test_a_story_is_told_from_its_beginning_with_the_names_of_then(anyone: APIClient) -> None:
    alert = move(published(), Move.UPDATE, Move.RESOLVE)
    Area.objects.filter(code="1490TB121").update(name="Nya Äspered")

    story = anyone.get(f"{ALERTS}{alert.code}/").json()

    assert [update["number"] for update in story["updates"]] == [1, 2, 3]
    assert story["updates"][2]["response_type"] == "AllClear"
    assert story["updates"][0]["places"] == [{"code": "1490TB121", "name": "Äspered"}]
    assert story["places"] == [{"code": "1490TB121", "name": "Nya Äspered"}]
    assert story["url"] == f"http://testserver/a/{alert.code}/"
    assert "author" not in str(story)
    assert "vattenverket" not in str(story)


def test_a_page_costs_the_same_however_much_is_on_it(
    anyone: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    published()
    with django_assert_num_queries(2):
        codes(anyone)
    for _ in range(8):
        published(areas=list(given.city().values()))
    with django_assert_num_queries(2):
        assert len(codes(anyone)) == 9
    with django_assert_num_queries(3):
        codes(anyone, "?area=1490&severity=Severe")


def test_a_story_costs_the_same_however_long_it_is(
    anyone: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alert = published()
    with django_assert_num_queries(4):
        anyone.get(f"{ALERTS}{alert.code}/")
    move(alert, *[Move.UPDATE] * 6)
    with django_assert_num_queries(4):
        anyone.get(f"{ALERTS}{alert.code}/")


def test_areas_come_with_their_outline_one_at_a_time(
    anyone: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    given.city()
    square = {"type": "Polygon", "coordinates": [[[12, 57], [13, 57], [13, 58], [12, 57]]]}
    Area.objects.filter(code="1490").update(outline=square)
    Area.objects.filter(code="1490TB108").update(active=False)

    with django_assert_num_queries(1):
        listed = anyone.get("/api/v1/areas/").json()

    assert [(area["code"], area["parent"]) for area in listed] == [
        ("1490", None),
        ("1490TB121", "1490"),
    ]
    assert "outline" not in listed[0]
    assert anyone.get("/api/v1/areas/1490/").json()["outline"] == square
    assert anyone.get("/api/v1/areas/1490TB108/").json()["active"] is False
    assert anyone.get("/api/v1/areas/nope/").status_code == 404


def test_services_come_in_every_language(anyone: APIClient) -> None:
    given.service()

    assert anyone.get("/api/v1/services/").json() == [
        {
            "slug": "water",
            "names": {"sv": "Dricksvatten", "en": "Drinking water"},
            "category": "Infra",
        }
    ]


# --- caches and other sites -------------------------------------------------------------------


def test_what_did_not_change_is_not_sent_again(anyone: APIClient) -> None:
    alert = published()
    for address in (ALERTS, f"{ALERTS}{alert.code}/", "/api/v1/areas/", "/api/v1/services/"):
        first = anyone.get(address)
        again = anyone.get(address, headers={"If-None-Match": first["ETag"]})

        assert again.status_code == 304
        assert not again.content
        assert again["ETag"] == first["ETag"]
        assert again["Access-Control-Allow-Origin"] == "*"
        assert again["Cache-Control"] == first["Cache-Control"]

    tag = anyone.get(f"{ALERTS}{alert.code}/")["ETag"]
    move(alert, Move.UPDATE)
    changed = anyone.get(f"{ALERTS}{alert.code}/", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed["ETag"].startswith('"3-')


def test_a_renamed_service_changes_the_tag_though_the_alert_did_not_change(
    anyone: APIClient,
) -> None:
    alert = published()
    tag = anyone.get(f"{ALERTS}{alert.code}/")["ETag"]
    alert.service.names = {"sv": "Vatten"}
    alert.service.save()

    answer = anyone.get(f"{ALERTS}{alert.code}/", headers={"If-None-Match": tag})

    assert answer.status_code == 200


def test_shared_caches_keep_what_everybody_sees_and_nothing_else(
    anyone: APIClient, system: APIClient
) -> None:
    published()

    public, own = anyone.get(ALERTS), system.get(ALERTS)

    assert public["Cache-Control"] == LIVE
    assert own["Cache-Control"] == "private, no-cache"
    assert "Authorization" in public["Vary"]
    assert anyone.get(f"{ALERTS}nope/")["Cache-Control"] == "no-store"
    assert not public.cookies


def test_the_head_of_an_answer_is_the_answers_own(client: Client) -> None:
    published()

    head, whole = client.head(ALERTS), client.get(ALERTS)

    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == whole["ETag"]


def test_any_site_may_read_and_none_may_write(anyone: APIClient) -> None:
    answer = anyone.options(
        ALERTS, headers={"Origin": "https://x.se", "Access-Control-Request-Method": "POST"}
    )

    assert anyone.get(ALERTS)["Access-Control-Allow-Origin"] == "*"
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert "Authorization" not in answer["Access-Control-Allow-Headers"]
