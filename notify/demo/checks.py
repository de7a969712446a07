"""Looking at each channel from the outside, as its users do: HTTP, a feed reader, the phones."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import feedparser
from lxml import etree

from notify.channels.notice import Notice
from notify.demo.places import ASPERED, CONCERNED, FRISTAD
from notify.demo.residents import Phones, Resident
from notify.demo.stack import Stack


class Wrong(Exception):
    """A channel does not carry what it should; ``str()`` says what."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was found on one channel."""

    channel: str
    passed: bool
    finding: str


def check_all(
    stack: Stack, notice: Notice, everybody: Sequence[Resident], gone: Sequence[Resident]
) -> list[Check]:
    """One check per channel. everybody: who signed up; gone: who of them left before the alert."""
    return [
        _run("sms", lambda: check_sms(Phones(stack.simulator_url), notice, everybody, gone)),
        _run("feeds", lambda: check_feeds(stack.web_url, notice)),
        _run("banners", lambda: check_banner(stack.web_url, notice)),
    ]


def _run(channel: str, check: Callable[[], str]) -> Check:
    try:
        return Check(channel, True, check())
    except (Wrong, OSError, ValueError, KeyError) as error:
        return Check(channel, False, f"{type(error).__name__}: {error}")


def check_sms(
    phones: Phones, notice: Notice, everybody: Sequence[Resident], gone: Sequence[Resident]
) -> str:
    """Everybody concerned who did not leave got the alert once, in their language; nobody else did."""
    told = Counter(
        str(message["to"])
        for message in phones.messages()
        if notice.sms_url in str(message["body"])
    )
    concerned = [one for one in everybody if one not in gone and CONCERNED.intersection(one.areas)]
    if set(told) != {one.phone for one in concerned}:
        raise Wrong(f"{len(told)} phones were told, {len(concerned)} should have been")
    if twice := [count for count in told.values() if count != 1]:
        raise Wrong(f"{len(twice)} phones were told more than once")
    for one in concerned:
        headline = notice.in_language(one.language).headline
        if not any(headline in str(message["body"]) for message in phones.messages(one.phone)):
            raise Wrong(f"somebody who reads {one.language} did not get {headline!r}")
    others = len(everybody) - len(concerned)
    return (
        f"one SMS to each of {len(concerned)} phones, in its language; none to the other {others}"
    )


def check_feeds(web_url: str, notice: Notice) -> str:
    """Feeds for all and for the area hold the entry, the neighbours' do not; its CAP document is there."""
    found = 0
    for language in notice.words:
        for place, expected in (
            ("all", True),
            (f"area/{ASPERED}", True),
            (f"area/{FRISTAD}", False),
        ):
            for form in ("rss", "atom", "json"):
                address = f"{web_url}/feeds/{language}/{place}.{form}"
                headline = notice.in_language(language).headline
                holds = [title for title in _titles(address) if headline in title]
                if len(holds) != int(expected):
                    raise Wrong(f"{address} holds the alert {len(holds)} times")
                found += 1
    address = f"{web_url}/feeds/sv/all.atom"
    etag = _get(address)[1]["ETag"]
    if _get(address, {"If-None-Match": etag})[0] != 304:
        raise Wrong(f"{address} is sent again though nothing changed")
    _check_document(f"{web_url}/cap/{notice.update}.xml", notice)
    return f"{found} feeds and the CAP document well-formed and right; unchanged ones answer 304"


def _check_document(address: str, notice: Notice) -> None:
    status, headers, body = _get(address)
    if status != 200 or headers["Content-Type"] != "application/cap+xml":
        raise Wrong(f"{address} answers {status} as {headers['Content-Type']}")
    found = [info.text for info in etree.fromstring(body).iterfind("{*}info/{*}headline")]
    if found != [words.headline for words in notice.words.values()]:
        raise Wrong(f"{address} says {found}")


def _titles(address: str) -> list[str]:
    status, headers, body = _get(address)
    if headers["Content-Type"] == "application/feed+json":
        return [item["title"] for item in json.loads(body)["items"]]
    feed = feedparser.parse(body)
    if status != 200 or feed.bozo:
        raise Wrong(f"{address} is not a well-formed feed ({status})")
    return [entry.title for entry in feed.entries]


def check_banner(web_url: str, notice: Notice) -> str:
    """The script is there for every origin; its document holds the alert for the area only."""
    status, headers, script = _get(f"{web_url}/embed/v1/banner.js")
    if status != 200 or "javascript" not in headers["Content-Type"]:
        raise Wrong(f"the script answers {status} as {headers['Content-Type']}")
    for area, expected in ((ASPERED, 1), (FRISTAD, 0)):
        address = f"{web_url}/embed/v1/banner.json?areas={area}&lang=sv"
        _status, headers, body = _get(address)
        if headers["Access-Control-Allow-Origin"] != "*":
            raise Wrong("another origin may not read the document")
        holds = notice.in_language("sv").headline in json.dumps(
            json.loads(body), ensure_ascii=False
        )
        if holds != bool(expected):
            raise Wrong(f"the document for {area} {'holds' if holds else 'lacks'} the alert")
    return f"script of {len(script)} bytes; its document holds the alert in Äspered, not in Fristad"


def _get(address: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(address, headers=headers or {})  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            return response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()
