"""What goes wrong: always a problem document, always a sentence, never the server's own error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import given as examples
from hypothesis import settings as effort
from hypothesis import strategies as st
from rest_framework.test import APIClient

from notify.alerts.models import Alert
from notify.api.views.places import ServiceList
from tests.api.calls import ALERTS, body, drafted, fields
from tests.api.conftest import NewKey

pytestmark = pytest.mark.django_db

JSON = "application/json"


def told(answer: Any, status: int) -> dict[str, Any]:
    """The problem document, after a look at its form (RFC 9457 section 3.1)."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["type"] == "about:blank"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"].strip()
    assert ("errors" in document) == (status == 422 or "errors" in document)
    return document


def post(system: APIClient, sent: bytes | str, media_type: str = JSON) -> Any:
    """The answer to exactly these bytes."""
    # The stubs know only text.
    body: Any = sent
    return system.generic("POST", ALERTS, body, content_type=media_type)


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/nope/",
        "/api/v1/alerts/nope/",
        "/api/v1/areas/å/",
        f"/api/v1/alerts/x/updates/{'9' * 5000}/progress/",
        "/api/v2/alerts/",
        "/api/nope",
        "/api/",
        "/api",
        "/api/v1/alerts/%0A/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_what_is_nowhere_is_a_problem_document(
    system: APIClient, address: str, method: str
) -> None:
    answer = getattr(system, method)(address)

    told(answer, 405 if answer.status_code == 405 else 404)


def test_our_own_fault_is_a_problem_document_that_tells_nothing_of_it(
    new_key: NewKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("secret details")

    monkeypatch.setattr(ServiceList, "get", broken)
    client = Client(raise_request_exception=False)

    answer = client.get("/api/v1/services/", headers={"Authorization": f"Bearer {new_key()}"})

    assert "secret" not in str(told(answer, 500))
    assert answer["Cache-Control"] == "no-store"


def test_a_host_that_is_not_ours_is_a_problem_document(client: Client) -> None:
    answer = client.get(ALERTS, headers={"Host": "evil.example"})

    assert "evil" not in str(told(answer, 400))


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_its_last_slash_an_address_leads_on(anyone: APIClient, method: str) -> None:
    answer = getattr(anyone, method)("/api/v1/alerts?state=active")

    assert answer.status_code == 308
    assert answer["Location"] == "/api/v1/alerts/?state=active"
    assert getattr(anyone, method)("/api/v1")["Location"] == "/api/v1/"


def test_a_method_that_is_not_taken_says_which_are(anyone: APIClient) -> None:
    answer = anyone.put(ALERTS)

    told(answer, 405)
    assert "POST" in answer["Allow"]


@pytest.mark.parametrize("address", [ALERTS, "/api/v1/schema/", "/api/v1/docs/"])
def test_only_what_is_served_can_be_asked_for(anyone: APIClient, address: str) -> None:
    told(anyone.get(address, headers={"Accept": "image/png"}), 406)
    told(anyone.get(address, {"format": "xml"}), 406)


@pytest.mark.parametrize("media_type", ["text/xml", "multipart/form-data; boundary=x", "x", ""])
def test_only_json_is_read(system: APIClient, media_type: str) -> None:
    answer = post(system, b"a=1", media_type)

    told(answer, 415)


@pytest.mark.parametrize(
    "sent",
    [
        b"{",
        b"",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\xff"}',
        '{"a": "å"}'.encode("latin-1"),
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": ' + b"[" * 100_000,
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' + b"[" * 30 + b"]" * 30 + b"}",
        b'{"a":' * 200 + b"1" + b"}" * 200,
        b"\xef\xbb\xbf{}",
    ],
    ids=range(14),
)
@pytest.mark.parametrize("charset", ["", "; charset=utf-16", "; charset=base64", "; charset=x"])
def test_what_is_not_json_gets_a_sentence(system: APIClient, sent: bytes, charset: str) -> None:
    answer = post(system, sent, JSON + charset)

    told(answer, 422 if sent == b"" else 400)


def test_a_body_in_chunks_is_not_taken_for_an_empty_one(system: APIClient) -> None:
    """An order to publish at a time would else publish now."""
    draft = drafted(system)
    # As gunicorn hands it on: without a length Django reads none of it.
    address = f"{ALERTS}{draft['code']}/publish/"
    answer = system.post(address, headers={"If-Match": '"1"', "Transfer-Encoding": "chunked"})
    told(answer, 411)
    assert Alert.objects.get().state == "draft"


def test_a_body_that_is_too_large_is_not_read_on(system: APIClient) -> None:
    sent = b'{"a": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'

    told(post(system, sent), 413)


def test_a_query_without_end_is_not_read_on(anyone: APIClient) -> None:
    told(anyone.get(f"{ALERTS}?{'a&' * 2000}"), 400)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service": "cheese"}, "service"),
        ({"service": None}, "service"),
        ({"service": ["water"]}, "service"),
        ({"service": "\0"}, "service"),
        ({"areas": []}, "areas"),
        ({"areas": "1490"}, "areas"),
        ({"areas": ["1490", "nowhere"]}, "areas.1"),
        ({"areas": ["1490", {"code": "1490"}]}, "areas.1"),
        ({"areas": [None]}, "areas.0"),
        ({"areas": ["1490"] * 501}, "areas"),
        ({"severity": "severe"}, "severity"),
        ({"severity": ["Severe"]}, "severity"),
        ({"urgency": "Expected"}, "urgency"),
        ({"certainty": None}, "certainty"),
        ({"onset": "2026-11-23T10:00:00"}, "onset"),
        ({"onset": "2026-11-23"}, "onset"),
        ({"onset": "yesterday"}, "onset"),
        ({"onset": 0}, "onset"),
        ({"onset": "0001-01-01T00:00:00+14:00"}, "onset"),
        ({"onset": "9999-12-31T23:59:59-12:00"}, "onset"),
        ({"onset": "2026-11-23T10:00:00+99:99"}, "onset"),
        ({"onset": "2026-13-45T10:00:00Z"}, "onset"),
        ({"onset": "1999-12-31T23:30:00+00:00"}, "onset"),
        ({"expires": "2100-01-01T00:30:00+01:00"}, "expires"),
        ({"expires": "2020-01-01T00:00:00Z"}, "expires"),
        ({"words": None}, "words"),
        ({"words": {}}, "words"),
        ({"words": "Vattenavbrott"}, "words"),
        ({"words": {"sv": None}}, "words.sv"),
        ({"words": {"sv": "Vattenavbrott"}}, "words.sv"),
        ({"words": {"sv": {"headline": 1.5e308, "description": []}}}, "words.sv.description"),
        ({"words": {"sv": {"headline": "x\0y"}}}, "words.sv.headline"),
        ({"words": {"sv": {"headline": "x", "instrution": "y"}}}, "words.sv.instrution"),
        ({"words": {"en": {"headline": "Water outage"}}}, "words"),
        ({"words": {"sv": {"headline": "x" * 101}}}, "words"),
        ({"words": {"sv": {"headline": "x"}, "\0": {"headline": "y"}}}, "words"),
        ({"words": {"sv": {"headline": "x"}, "tlh": {"headline": "y"}}}, "words"),
        ({"version": "x"}, "version"),
        ({"sevirity": "Minor"}, "sevirity"),
        ({"x" * 10_000: 1}, "x" * 60),
    ],
)
def test_a_wrong_field_is_named(system: APIClient, changes: dict[str, Any], field: str) -> None:
    document = told(system.post(ALERTS, body(**changes), format="json"), 422)

    assert set(fields(document)) == {field}
    assert all(error["message"].endswith(".") for error in document["errors"])
    assert not Alert.objects.exists()


@pytest.mark.parametrize("sent", ["null", "[]", '"x"', "1", "true"])
def test_what_is_no_object_is_no_draft(system: APIClient, sent: str) -> None:
    document = told(post(system, sent), 422)

    assert fields(document) in ([""], ["service", "areas", "severity", "urgency", "words"])


@pytest.mark.parametrize(
    ("language", "word"),
    [("sv", "inget"), ("", "inget"), ("en-GB,en;q=0.9", "nothing"), ("tlh", "inget")],
)
def test_the_sentence_is_in_the_callers_language(
    anyone: APIClient, language: str, word: str
) -> None:
    answer = anyone.get(f"{ALERTS}nope/", headers={"Accept-Language": language})

    assert word in told(answer, 404)["detail"].lower()


# --- anything at all --------------------------------------------------------------------------

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.datetimes().map(lambda time: time.isoformat())
    | st.sampled_from(["1490", "water", "Severe", "sv", "\0", "2026-11-23T10:00:00Z"])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["sv", "en", "headline"]) | st.text(max_size=5), inner)
    ),
    max_leaves=8,
)
FIELDS = ["service", "areas", "severity", "urgency", "certainty", "onset", "expires", "words"]


@effort(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@examples(
    changes=st.dictionaries(st.sampled_from([*FIELDS, "version", "code"]), ANYTHING, max_size=4)
)
def test_whatever_a_draft_says_it_is_made_or_refused_with_a_sentence(
    system: APIClient, changes: dict[str, Any]
) -> None:
    before = Alert.objects.count()
    sent = json.dumps(body(**changes))

    answer = post(system, sent)

    if answer.status_code == 201:
        assert Alert.objects.count() == before + 1
        assert system.get(answer["Location"]).status_code == 200
        return
    document = told(answer, 400 if answer.status_code == 400 else 422)
    assert Alert.objects.count() == before
    if answer.status_code == 422:
        assert document["errors"]


@effort(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@examples(sent=st.binary(max_size=200) | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_whatever_the_body_is_the_answer_is_a_sentence(system: APIClient, sent: bytes) -> None:
    answer = post(system, sent)

    told(answer, answer.status_code)
    assert answer.status_code in (400, 422)


@effort(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@examples(
    query=st.dictionaries(
        st.sampled_from(["area", "service", "severity", "state", "current", "page_size", "cursor"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    )
)
def test_whatever_is_asked_for_the_answer_is_a_list_or_a_sentence(
    client: Client, query: dict[str, str]
) -> None:
    answer = client.get(ALERTS, query)

    assert answer.status_code in (200, 400, 401)
