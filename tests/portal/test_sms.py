"""Is this SMS from us? The page that every SMS leads to."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts.models import Area
from notify.alerts.vocabulary import Move
from notify.channels.sms.compose import compose
from notify.dispatch.correct import correct
from notify.dispatch.models import Delivery, Dispatch, State
from tests import given
from tests.dispatch import world

pytestmark = pytest.mark.django_db


def sent(move: Move = Move.PUBLISH, dispatch: Dispatch | None = None, **changes: Any) -> Dispatch:
    """An announcement whose SMS one person got."""
    alert = dispatch.update.alert if dispatch else None
    made = world.say(move, alert, **changes)
    Delivery.objects.create(
        dispatch=made,
        batch=made.batches.create(channel="sms", number=1, queue=made.queue),
        channel="sms",
        address="17",
        language="sv",
        state=State.DELIVERED,
    )
    return made


def page(client: Client, dispatch: Dispatch) -> str:
    """The page at the address in the SMS."""
    address = dispatch.notice.sms_url.removeprefix("http://testserver")
    answer = client.get(address)
    assert answer.status_code == 200
    html = answer.content.decode()
    return html[html.index("<main") : html.index("</main>")]


def quoted(html: str) -> list[str]:
    """The messages on the page, letter for letter."""
    found = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", html, re.DOTALL)
    return [unescape(one.strip().replace("<br>", "\n")) for one in found]


def test_it_shows_the_exact_words_in_every_language(client: Client) -> None:
    dispatch = sent(
        words={"sv": {"headline": 'Vattnet <stängt> & "borta"'}} | {"en": given.WORDS["en"]}
    )

    html = page(client, dispatch)
    assert quoted(html) == [compose(dispatch.notice, language) for language in ("sv", "en")]
    assert 'lang="en"' in html
    assert "<time" in html
    assert f'href="/a/{dispatch.update.alert.code}/"' in html


@pytest.mark.parametrize("replies", [True, False], ids=["can reply", "cannot reply"])
def test_it_shows_the_question_the_way_out_and_what_was_cut_as_they_were_sent(
    client: Client, settings: Settings, *, replies: bool
) -> None:
    settings.SMS_REPLIES = replies
    long = {"headline": "Vattnet är borta", "description": "Vi lagar röret så fort vi kan. " * 60}
    dispatch = sent(Move.RESOLVE, sent(words={"sv": long}), words={"sv": long}, asks=True)
    # What is set later changes no word of what was sent.
    settings.SMS_REPLIES = not replies

    [shown] = quoted(page(client, dispatch))

    assert shown == compose(dispatch.notice, "sv")
    assert "..." in shown
    assert ("Svara 1" in shown) is replies
    assert ("/manage/" in shown) is not replies


def test_what_is_edited_later_changes_no_word(client: Client) -> None:
    dispatch = sent()
    before = quoted(page(client, dispatch))
    Area.objects.update(name="Någon annanstans")
    later = sent(Move.UPDATE, dispatch)

    html = page(client, dispatch)
    assert quoted(html) == before
    assert "Vi har meddelat mer sedan dess." in html
    assert quoted(page(client, later)) != before
    assert "Vi har meddelat mer" not in page(client, later)


def test_it_never_says_to_whom(client: Client) -> None:
    given.subscriber("+46701740605")
    dispatch = sent()

    html = page(client, dispatch)
    assert "0605" not in html
    assert "person" not in html


def test_where_no_sms_was_sent_it_says_that_none_is_from_us(
    client: Client, english: Client
) -> None:
    dispatch = world.say()

    assert "Vi har inte skickat något sms om det här." in page(client, dispatch)
    assert not quoted(page(client, dispatch))
    assert "it is not from us" in page(english, dispatch)


@pytest.mark.parametrize("state", [State.QUEUED, State.WITHDRAWN])
def test_what_has_not_left_was_not_sent(client: Client, state: State) -> None:
    dispatch = sent()
    Delivery.objects.update(state=state)

    assert not quoted(page(client, dispatch))


def test_a_correction_changes_no_word_of_what_was_sent_and_is_told_beside_it(
    client: Client, english: Client
) -> None:
    dispatch = sent()
    alert, before = world.alert_of(dispatch), quoted(page(client, dispatch))
    assert "rättat" not in page(client, dispatch)
    words = {"sv": {"headline": "Vattenavbrott i hela Äspered"}}
    correct(alert, words, version=alert.version, key=uuid.uuid4(), by=None)

    html = page(client, dispatch)

    assert quoted(html) == before == [compose(dispatch.notice, one) for one in ("sv", "en")]
    assert "Vattenavbrott i hela Äspered" in html
    assert "Vi har rättat texten sedan dess" in html
    assert "We have corrected the words since then" in page(english, dispatch)


def test_it_says_how_it_stands_now(client: Client, english: Client) -> None:
    dispatch = sent()
    sent(Move.RESOLVE, dispatch)

    assert "Avhjälpt" in page(client, dispatch)
    assert "See how it stands now" in page(english, dispatch)


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999", "x", "-1"])
def test_what_was_never_said_has_no_page(client: Client, number: str) -> None:
    code = sent().update.alert.code

    assert client.get(f"/{code}.{number}").status_code == 404
    assert client.get(f"/nosuch1.{number}").status_code == 404


def test_the_alerts_own_address_goes_on_working(client: Client) -> None:
    assert client.get(f"/a/{sent().update.alert.code}/").status_code == 200


def test_it_costs_few_statements_and_sets_no_cookie(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    dispatch = sent()
    address = dispatch.notice.sms_url.removeprefix("http://testserver")
    with django_assert_num_queries(3):
        answer = client.get(address)

    assert not answer.cookies
    assert client.post(address).status_code == 405
