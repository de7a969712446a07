"""What other systems said, before the editors' eyes: where a draft came from, and news that waits."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from notify.intake.models import Message
from tests import given
from tests.console.test_story import follow_up
from tests.console.world import published, text
from tests.intake.conftest import Take, taker
from tests.intake.documents import after, all_clear, cap, info, moment

HOME = "/console/"


@pytest.fixture
def take(db: None) -> Take:
    """Takes in what a stranger's system says."""
    given.city()
    given.service()
    return taker(None, publishes=False)


def waiting(take: Take) -> Message:
    """News of what an editor has published."""
    first = cap()
    taken = take(first)
    assert taken.alert
    published(taken.alert)
    return take(after(first, info(headline="Röken driver norrut", contact="<b>112</b>")))


def shown(client: Client, message: Message) -> Any:
    return client.get(f"/console/alerts/{message.code}/")


def test_a_draft_says_where_it_came_from_word_for_word(client: Client, take: Take) -> None:
    hostile = info(description="<script>alert(1)</script>", web="javascript:alert(1)")
    message = take(cap(hostile))
    page = shown(client, message)
    said = text(page)
    assert "Från Driftcentralen" in said
    assert "CAP-meddelande" in said
    assert message.identifier in said
    assert "Äspered (via sin kod)" in said
    assert "<script>alert(1)</script>" in said
    assert b"<script>alert(1)" not in page.content
    assert b'href="javascript' not in page.content
    assert "från Driftcentralen" in text(client.get(HOME))


def test_what_was_not_carried_exactly_is_said_before_it_is_published(
    client: Client, take: Take
) -> None:
    message = take(cap(info(headline=None, severity="Unknown")))
    assert "Rubriken saknas: händelsen (event) står i dess ställe." in text(shown(client, message))
    assert "Dess severity är Unknown: här står Moderate i stället." in text(shown(client, message))


def test_news_stands_first_until_an_editor_has_acted(client: Client, take: Take) -> None:
    message = waiting(take)
    page = text(client.get(HOME))
    assert page.index("Nytt från andra system") < page.index("Pågår nu")
    said = text(shown(client, message))
    assert "Nytt från Driftcentralen" in said
    assert "Röken driver norrut" in said
    assert "<b>112</b>" in said
    assert message.alert
    follow_up(message.alert)
    assert "Nytt från andra system" not in text(client.get(HOME))
    assert "Nytt från Driftcentralen" not in text(shown(client, message))


def test_who_says_that_it_is_over_is_heard_so(client: Client, take: Take) -> None:
    first = cap()
    taken = take(first)
    assert taken.alert
    published(taken.alert)
    take(all_clear(first))
    assert "Driftcentralen säger att det är över" in text(shown(client, taken))


def test_news_that_needs_nothing_is_set_aside(client: Client, take: Take) -> None:
    message = waiting(take)
    where = f"/console/alerts/{message.code}/messages/{message.pk}/seen/"
    assert client.get(where).status_code == 405
    page = client.post(where, follow=True)
    assert "Meddelandet är lagt åt sidan." in page.content.decode()
    assert "Nytt från Driftcentralen" not in text(page)
    assert "Röken driver norrut" in text(page)
    assert "En redaktör har tagit ställning till det" in text(page)
    message.refresh_from_db()
    first = message.seen_at
    client.post(where)
    message.refresh_from_db()
    assert (message.seen_by is not None, message.seen_at) == (True, first)
    assert client.post(where.replace(message.code, "another")).status_code == 404


def test_only_editors_set_messages_aside(take: Take) -> None:
    message = waiting(take)
    answer = Client().post(f"/console/alerts/{message.code}/messages/{message.pk}/seen/")
    assert answer.status_code == 302
    assert "/login/" in answer["Location"]


def test_more_messages_cost_no_more_statements(
    client: Client, take: Take, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    message = waiting(take)
    take(cap())
    where = f"/console/alerts/{message.code}/"
    with django_assert_num_queries(STORY):
        client.get(where)
    with django_assert_num_queries(OVERVIEW):
        client.get(HOME)
    waiting(take)
    take(cap())
    told = {
        "sender": message.sender,
        "identifier": message.identifier,
        "sent": moment(message.sent),
    }
    assert take(after(told, info(headline="Mer"))).waits
    with django_assert_num_queries(STORY):
        client.get(where)
    with django_assert_num_queries(OVERVIEW):
        client.get(HOME)


# As for any alert (test_story), and for any overview with drafts and what stands (test_home).
STORY, OVERVIEW = 12, 13
