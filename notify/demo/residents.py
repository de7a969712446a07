"""Residents of the demo: each walks through the public pages, and reads the code off the phone."""

from __future__ import annotations

import http.cookiejar
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html.parser import HTMLParser

PATIENCE_SECONDS = 60.0
# +46701740605 to +46701740699: numbers that PTS, the Swedish regulator, keeps free for fiction.
FIRST_NUMBER, NUMBERS = 46701740605, 95
CODE = re.compile(r"\b\d{6}\b")


class Stuck(Exception):
    """A resident could not go on; ``str()`` says where and what the page said."""


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody with a phone, who wants to know about some areas."""

    phone: str
    areas: Sequence[str]
    language: str = "sv"


def residents(count: int, areas: Sequence[Sequence[str]]) -> list[Resident]:
    """``count`` residents, the areas dealt out in turn; every fifth reads English.

    Raises ValueError above 95: there are no more numbers that are surely nobody's.
    """
    if count > NUMBERS:
        raise ValueError(f"There are only {NUMBERS} phone numbers for fiction.")
    return [
        Resident(
            phone=f"+{FIRST_NUMBER + number}",
            areas=areas[number % len(areas)],
            language="en" if number % 5 == 4 else "sv",
        )
        for number in range(count)
    ]


class Phones:
    """What a person sees on the phones, and writes on them: the simulator's own interface."""

    def __init__(self, simulator_url: str) -> None:
        """simulator_url: where the simulator answers."""
        self.url = simulator_url

    def messages(self, phone: str | None = None) -> list[dict[str, object]]:
        """Every message so far, or those to one phone; oldest first."""
        query = urllib.parse.urlencode({"limit": "10000", **({"to": phone} if phone else {})})
        found: list[dict[str, object]] = self._call(f"/simulator/ledger?{query}")["messages"]
        return found

    def wait_for_text(self, phone: str, pattern: re.Pattern[str]) -> str:
        """What ``pattern`` finds in a message to the phone. Raises Stuck when none comes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for message in reversed(self.messages(phone)):
                if found := pattern.search(str(message["body"])):
                    return found[0]
            time.sleep(0.1)
        raise Stuck(f"No code came by SMS within {PATIENCE_SECONDS:g} s.")

    def reply(self, phone: str, body: str) -> None:
        """Write back to the sender."""
        self._call(f"/simulator/phones/{urllib.parse.quote(phone)}/reply", {"body": body})

    def break_phone(self, phone: str, code: int) -> None:
        """Let messages to this phone end as undelivered with a Twilio error code."""
        self._call("/simulator/faults", {"fates": {phone: code}})

    def _call(
        self, path: str, document: dict[str, object] | None = None
    ) -> dict[str, list[dict[str, object]]]:
        request = urllib.request.Request(  # noqa: S310 - the simulator's own http address
            self.url + path,
            data=None if document is None else json.dumps(document).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            answer: dict[str, list[dict[str, object]]] = json.load(response)
            return answer


def subscribe_all(
    everybody: Sequence[Resident], web_url: str, phones: Phones
) -> Iterator[Resident]:
    """Each signs up on the web, a few at a time; yields each when done. Raises Stuck."""
    with ThreadPoolExecutor(max_workers=4) as crowd:
        yield from crowd.map(lambda one: subscribe(one, web_url, phones), everybody)


def subscribe(resident: Resident, web_url: str, phones: Phones) -> Resident:
    """Fill in the form, wait for the code on the phone, type it. Raises Stuck."""
    browser = Browser(web_url, resident.language)
    browser.open("/subscribe/")
    browser.submit(phone=resident.phone, areas=resident.areas)
    code = phones.wait_for_text(resident.phone, CODE)
    browser.submit(code=code)
    if "/done/" not in browser.url:
        raise Stuck(f"After the right code the page was {browser.url}.")
    return resident


class Browser:
    """As much of a browser as a form needs: cookies, redirects, and what is already filled in."""

    def __init__(self, web_url: str, language: str) -> None:
        """web_url: the site; language: what the browser asks for."""
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        self._opener.addheaders = [("Accept-Language", language)]
        self.url = web_url
        self.page = ""

    def open(self, path: str, fields: Sequence[tuple[str, str]] | None = None) -> None:
        """GET a page, or POST fields to it. Raises Stuck with what a refusing page says."""
        self.url = urllib.parse.urljoin(self.url, path)
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(self.url, data)  # noqa: S310 - our own http address
        request.add_header("Referer", self.url)
        try:
            with self._opener.open(request, timeout=60) as response:
                self.url, self.page = response.url, response.read().decode()
        except urllib.error.HTTPError as refusal:
            said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", refusal.read().decode()))
            raise Stuck(f"{self.url} answered {refusal.code}: {said[:600]}") from refusal

    def submit(self, **answers: str | Sequence[str]) -> None:
        """Send the form that asks for ``answers``: what it holds already, with them put in.

        Raises Stuck when no form on the page asks for them.
        """
        form = _form_asking_for(set(answers), self.page)
        if form is None:
            raise Stuck(f"{self.url} does not ask for {', '.join(answers)}.")
        fields = [(name, value) for name, value in form.filled_in if name not in answers]
        for name, value in answers.items():
            fields += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        self.open(form.action or self.url, fields)


@dataclass(slots=True)
class _Form:
    """A form as it stands on a page: the names it asks for, and what is filled in already."""

    action: str
    names: set[str] = field(default_factory=set)
    filled_in: list[tuple[str, str]] = field(default_factory=list)


def _form_asking_for(names: set[str], page: str) -> _Form | None:
    parser = _Forms()
    parser.feed(page)
    return next((form for form in parser.forms if names <= form.names), None)


class _Forms(HTMLParser):
    """The forms of a page, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(_Form(given.get("action", "")))
        elif tag == "input" and self.forms and given.get("name"):
            self.forms[-1].names.add(given["name"])
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if ticked:
                self.forms[-1].filled_in.append((given["name"], given.get("value", "on")))
