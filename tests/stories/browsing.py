"""A visitor without a screen: cookies, redirects, and forms as they stand on a page.

What a page refuses is a page too: nothing here raises for a status.
"""

from __future__ import annotations

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import lxml.html

Answers = Mapping[str, str | Sequence[str]]
T = TypeVar("T")


@dataclass(frozen=True)
class Form:
    """A form, filled in: where it goes, and what it holds."""

    action: str
    fields: list[tuple[str, str]]

    def with_(self, answers: Answers) -> Form:
        """The form with ``answers`` in the place of what it held under these names."""
        fields = [(name, value) for name, value in self.fields if name not in answers]
        for name, value in answers.items():
            fields += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        return Form(self.action, fields)

    def value(self, name: str) -> str:
        """What it holds under a name."""
        return dict(self.fields)[name]


@dataclass(frozen=True)
class Page:
    """What came back in the end."""

    status: int
    url: str
    html: str

    @cached_property
    def tree(self) -> Any:
        """The page as lxml sees it, and as a browser does: a line break that begins a text area is dropped."""
        page = lxml.html.document_fromstring(self.html)
        for area in page.iter("textarea"):
            area.text = (area.text or "").removeprefix("\n")
        return page

    @property
    def text(self) -> str:
        """What a person reads, on one line."""
        return " ".join(self.tree.text_content().split())

    def form(self, *names: str) -> Form:
        """The form that asks for all these names; fails the test when there is none."""
        for form in self.tree.forms:
            if set(names) <= set(form.fields):
                action = urllib.parse.urljoin(self.url, form.get("action") or self.url)
                return Form(action, _handed_in(form))
        raise AssertionError(f"{self.url} ({self.status}) asks for no {names}: {self.text[:600]}")


def _handed_in(form: Any) -> list[tuple[str, str]]:
    """What a browser would send. lxml says "on" for a chosen button whose value is empty."""
    empty = {button.name for button in form.xpath(".//input[@type='radio'][@checked][@value='']")}
    values = ((name, value or "") for name, value in form.form_values())
    return [(name, "" if name in empty else value) for name, value in values]


class Visitor:
    """Somebody at a computer. ``page``: what they look at."""

    def __init__(self, web_url: str, language: str = "sv") -> None:
        """web_url: the site; language: what the browser asks for."""
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        self._opener.addheaders = [("Accept-Language", language)]
        self.web_url = web_url
        self.page = Page(0, web_url, "")

    def open(self, path: str) -> Page:
        """Look at a page."""
        self.page = self._ask(urllib.parse.urljoin(self.web_url, path))
        return self.page

    def submit(self, *asked: str, **answers: str | Sequence[str]) -> Page:
        """Send the form of the page that asks for ``asked``, or for ``answers``, with them put in."""
        names = asked or tuple(answers)
        self.page = self.send(self.page.form(*names).with_(answers))
        return self.page

    def send(self, form: Form) -> Page:
        """Send a form and stay where you are; from several threads at once if you like."""
        return self._ask(form.action, urllib.parse.urlencode(form.fields).encode())

    def _ask(self, url: str, data: bytes | None = None) -> Page:
        request = urllib.request.Request(url, data)  # noqa: S310 - the house's own http address
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Page(answer.status, answer.url, answer.read().decode())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Page(refusal.code, refusal.url, refusal.read().decode())


def at_once(*deeds: Callable[[], T]) -> list[T]:
    """Do all of it side by side, and return what came of each."""
    with ThreadPoolExecutor(max_workers=len(deeds)) as hands:
        return [future.result() for future in [hands.submit(deed) for deed in deeds]]
