"""Who only reads gets no cookie, no script and no address but ours."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from notify.alerts.vocabulary import Move
from tests.portal.world import say

pytestmark = pytest.mark.django_db

PAGES: dict[str, Callable[[], str]] = {
    "home": lambda: "/",
    "an area": lambda: "/?place=1490",
    "a place of several": lambda: "/?place=a",
    "an alert": lambda: f"/a/{say().code}/",
    "what is over": lambda: f"/a/{say(Move.RESOLVE, say()).code}/",
    "about": lambda: "/about/",
    "accessibility": lambda: "/accessibility/",
    "subscribe": lambda: "/subscribe/",
    "a page that is not there": lambda: "/nowhere/",
}
DIGG = "https://www.digg.se/tdosanmalan"
"""Where the law wants the accessibility statement to lead."""
READING = [name for name in PAGES if name != "subscribe"]


@pytest.mark.parametrize("name", READING)
def test_reading_sets_no_cookie_and_opens_no_session(name: str) -> None:
    client = Client()

    answer = client.get(PAGES[name]())

    assert not answer.cookies
    assert not client.cookies
    assert not Session.objects.exists()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_keeps_to_a_strict_policy(name: str) -> None:
    answer = Client().get(PAGES[name]())
    # The banner's line is shown there, for other sites to use.
    html = re.sub(r"<pre.*?</pre>", "", answer.content.decode(), flags=re.DOTALL)

    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    for address in re.findall(r'(?:src|href|action)="([^"]+)"', html):
        assert address == DIGG or address.startswith(("/", "#", "?", "mailto:"))
        assert not address.startswith("//")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_carries_the_headers_that_protect_its_readers(name: str) -> None:
    answer = Client().get(PAGES[name]())

    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("name", READING[:5])
def test_caches_keep_the_languages_apart(name: str) -> None:
    answer = Client().get(PAGES[name]())

    assert {"Cookie", "Accept-Language"} <= {part.strip() for part in answer["Vary"].split(",")}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_page_has_one_heading_a_title_a_main_and_its_language(
    name: str, language: str
) -> None:
    answer = Client(headers={"accept-language": language}).get(PAGES[name]())
    html = answer.content.decode()

    assert f'<html lang="{language}">' in html
    assert len(re.findall(r"<h1\b", html)) == 1
    assert len(re.findall(r"<main\b", html)) == 1
    title = re.search(r"<title>(.*?)</title>", html, re.DOTALL)
    assert title
    assert len(title[1].split()) > 2
    assert 'href="#main"' in html
    identifiers = re.findall(r'\sid="([^"]+)"', html)
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("path", ["/", "/about/", "/a/bcdfghj/"])
def test_reading_pages_take_no_post(path: str) -> None:
    assert Client().post(path).status_code == 405


def test_a_reader_changes_language_without_a_token_and_stays_on_the_page() -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "sv"})

    answer = strict.post("/i18n/setlang/", {"language": "en", "next": "/?place=1490"})

    assert (answer.status_code, answer["Location"]) == (302, "/?place=1490")
    assert '<html lang="en">' in strict.get("/").content.decode()


def test_following_a_link_never_changes_the_language() -> None:
    client = Client(headers={"accept-language": "sv"})

    client.get("/i18n/setlang/?language=en&next=/")

    assert not client.cookies
    assert '<html lang="sv">' in client.get("/").content.decode()


def test_changing_language_leads_nowhere_else() -> None:
    answer = Client().post("/i18n/setlang/", {"language": "en", "next": "https://example.com/"})

    assert answer["Location"] == "/"
