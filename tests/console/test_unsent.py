"""Nothing that was written is lost when the session ended meanwhile."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from notify.alerts.models import Alert
from notify.dispatch.models import Dispatch
from tests.console.conftest import PASSWORD
from tests.console.world import filled, form_on, published, text

NEW = "/console/alerts/new/"
WRITTEN = "En lång text som tog en kvart att skriva."
HERE = {"origin": "http://testserver"}


@pytest.fixture
def careful(karin: User) -> Client:
    """Karin's browser, whose tokens are looked at."""
    browser = Client(headers={"accept-language": "sv"}, enforce_csrf_checks=True)
    log_in(browser)
    return browser


def token(page: Any) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert found
    return found[1]


def log_in(browser: Client) -> None:
    login = "/console/login/"
    form = {"csrfmiddlewaretoken": token(browser.get(login)), "username": "karin"}
    assert browser.post(login, form | {"password": PASSWORD}).status_code == 302


def handed_on(page: Any) -> dict[str, Any]:
    """The hidden fields of the page's own form, as its button hands them in."""
    html = page.content.decode()
    html = html[html.index("<main") :]
    form: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html):
        form.setdefault(name, []).append(unescape(value))
    return form


def test_words_that_come_after_the_session_ended_are_shown_and_can_be_sent_again(
    careful: Client,
) -> None:
    form = filled(sv_description=WRITTEN, csrfmiddlewaretoken=token(careful.get(NEW)))
    del careful.cookies["sessionid"]

    lost = careful.post(NEW, form, headers=HERE)
    assert lost.status_code == 403
    assert WRITTEN in text(lost)
    assert "Logga in i en ny flik" in text(lost)
    assert "no-store" in lost["Cache-Control"]

    log_in(careful)  # in another tab, which changes the token
    again = careful.post(NEW, handed_on(lost), headers=HERE)
    assert again.status_code == 403
    assert WRITTEN in text(again)
    assert "Du har loggat in sedan du öppnade formuläret" in text(again)
    assert not Alert.objects.exists()

    assert careful.post(NEW, handed_on(again), headers=HERE).status_code == 302
    assert Alert.objects.get().words["sv"]["description"] == WRITTEN


def test_words_from_a_browser_that_forgot_everything_are_shown_with_what_is_true(
    careful: Client,
) -> None:
    form = filled(sv_description=WRITTEN, csrfmiddlewaretoken=token(careful.get(NEW)))
    careful.cookies.clear()

    lost = careful.post(NEW, form, headers=HERE)

    assert lost.status_code == 403
    assert WRITTEN in text(lost)
    assert "Du har blivit utloggad" in text(lost)


def test_what_was_about_to_go_out_is_looked_at_once_more(careful: Client) -> None:
    where = f"/console/alerts/{published().code}/update/"
    form = form_on(careful, where, sv_description=WRITTEN, step="send")
    stale = careful.post(where, form, headers=HERE)
    assert stale.status_code == 403

    look = careful.post(where, handed_on(stale), headers=HERE)

    assert look.status_code == 200
    assert WRITTEN in text(look)
    assert Dispatch.objects.count() == 1


@pytest.mark.parametrize("origin", ["https://example.com", "null", ""])
def test_no_other_site_can_put_words_over_our_button(careful: Client, origin: str) -> None:
    answer = careful.post(NEW, filled(sv_description=WRITTEN), headers={"origin": origin})

    assert answer.status_code == 403
    assert WRITTEN not in answer.content.decode()


def test_without_words_there_is_nothing_to_keep(stranger: Client) -> None:
    where = f"/console/alerts/{published().code}/publish/"
    assert stranger.post(where, {"version": "1"})["Location"] == f"/console/login/?next={where}"
