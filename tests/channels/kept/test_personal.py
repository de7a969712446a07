"""What is for one reader alone is never kept, and never answered from what is."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings
from redis import Redis

from notify.api.keys import create_key
from notify.api.models import Scope
from notify.channels.kept.document import Document
from tests import given

pytestmark = pytest.mark.django_db(transaction=True)


def kept(redis: Redis) -> set[Any]:
    """The bytes of every document that is kept."""
    return {redis.get(key) for key in redis.scan_iter("*kept:document:*")}


def test_each_language_has_a_page_of_its_own(client: Client) -> None:
    swedish = client.get("/", headers={"accept-language": "sv"})
    english = client.get("/", headers={"accept-language": "en-GB,en;q=0.9,sv;q=0.1"})
    client.cookies["language"] = "sv"
    chosen = client.get("/", headers={"accept-language": "en"})

    assert '<html lang="en">' in english.content.decode()
    assert chosen.content == swedish.content != english.content


def test_whoever_is_signed_in_is_led_past(client: Client, redis: Redis) -> None:
    client.force_login(given.editor())
    assert client.get("/").status_code == 200

    assert kept(redis) == set()


def test_what_was_just_done_is_said_to_one_alone(client: Client, redis: Redis) -> None:
    request = RequestFactory().get("/")
    storage = CookieStorage(request)
    storage.add(20, "Only for you")
    answer = HttpResponse()
    storage.update(answer)
    client.cookies["messages"] = answer.cookies["messages"].value

    assert "Only for you" in client.get("/").content.decode()
    assert not list(get_messages(request))
    assert "Only for you" not in client.get("/").content.decode()
    assert not any(b"Only for you" in document for document in kept(redis))


def test_what_a_key_lets_somebody_see_is_not_kept(client: Client, redis: Redis) -> None:
    _key, opens = create_key(
        name="System", user=given.editor(), scopes=[Scope.READ], expires_at=None
    )
    for path in ("/api/v1/alerts/", "/api/v1/alerts/?state=draft"):
        answer = client.get(path, headers={"authorization": f"Bearer {opens}"})
        assert answer.status_code == 200

    assert kept(redis) == set()


def test_a_question_of_ones_own_is_not_kept_and_counts_for_whoever_asks(
    client: Client, redis: Redis, settings: Settings
) -> None:
    settings.API_LIMIT_PER_CLIENT_PER_MINUTE = 2
    answers = [client.get(f"/api/v1/alerts/?page_size={size}") for size in (1, 2, 3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert client.get("/api/v1/alerts/?current=true").status_code == 200
    assert len(kept(redis)) == 2, "as it is, and compressed"


def test_other_pages_of_ours_are_not_kept(client: Client, redis: Redis) -> None:
    for path in ("/subscribe/", "/manage/", "/about/", "/console/", "/healthz"):
        client.get(path)

    assert kept(redis) == set()


@pytest.mark.parametrize(
    "headers",
    [
        {"Vary": "Cookie"},
        {"Vary": "*"},
        {"Cache-Control": "no-store"},
    ],
)
def test_an_answer_that_says_that_it_is_personal_is_believed(headers: dict[str, str]) -> None:
    response = HttpResponse("words", headers=headers)

    assert Document.of(response, "1:1", 0.0, by_language=False).headers is None


def test_an_answer_with_a_cookie_is_not_kept() -> None:
    response = HttpResponse("words")
    response.set_cookie("a", "b")

    assert Document.of(response, "1:1", 0.0, by_language=True).headers is None


def test_what_one_answer_was_counted_by_is_not_kept() -> None:
    response = HttpResponse("words", headers={"RateLimit": '"reads";r=9;t=3'})
    made = Document.of(response, "1:1", 0.0, by_language=False)

    assert made.headers
    assert "RateLimit" not in made.headers
