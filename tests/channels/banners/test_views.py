from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.http import parse_http_date
from hypothesis import HealthCheck, example
from hypothesis import given as examples
from hypothesis import settings as limits
from hypothesis import strategies as st

from notify.channels.banners import script
from notify.channels.banners.channel import BannerChannel
from notify.channels.banners.document import document
from notify.channels.banners.models import ReleasedScript
from notify.channels.kept.document import Document
from notify.channels.notice import Advice, Words
from tests import given
from tests.channels.notices import FRISTAD, ÄSPERED, all_clear_of, hand, notice, update_of

pytestmark = pytest.mark.django_db
banners = BannerChannel()
DOCUMENT = "/embed/v1/banner.json"
SCRIPT = "/embed/v1/banner.js"


@pytest.fixture(autouse=True)
def city() -> None:
    given.city()
    given.service("water")
    given.service("power")


def read(client: Client, query: str = "") -> Any:
    response = client.get(DOCUMENT + query)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


# --- the document -----------------------------------------------------------------------------


def test_it_says_everything_a_banner_shows(client: Client) -> None:
    told = notice(
        sent=datetime(2026, 11, 23, 8, 30, tzinfo=UTC),
        expires=datetime(2026, 11, 23, 16, tzinfo=UTC),
    )
    hand(banners, told)
    received = read(client, "?lang=en")
    assert (received["version"], received["language"]) == (1, "en")
    assert received["valid_for"] == 3600
    assert received["page"] == "http://testserver/"
    assert received["events"] == "http://testserver/embed/v1/events"
    assert received["words"]["close"] == "Close: {}"
    assert received["items"] == [
        {
            "alert": told.alert,
            "update": 1,
            "severity": "Severe",
            "urgency": "Immediate",
            "all_clear": False,
            "cancelled": False,
            "tone": "severe",
            "label": "Severe disruption",
            "headline": "Water outage in Äspered",
            "description": "A water main has burst by the school.",
            "instruction": "Fetch water from the tanker in the school yard.",
            "language": "en",
            "service": {"slug": "water", "name": "Drinking water"},
            "places": [{"code": "1490TB121", "name": "Äspered"}],
            "sent": "2026-11-23T09:30:00+01:00",
            "onset": "2026-11-23T09:30:00+01:00",
            "expires": "2026-11-23T17:00:00+01:00",
            "until": None,
            "corrected": None,
            "url": "http://testserver/a/test123/",
        }
    ]


def test_it_holds_the_areas_and_services_asked_for(client: Client) -> None:
    water = notice()
    power = notice(service="power", places=(FRISTAD,))
    hand(banners, water)
    hand(banners, power)

    def alerts(query: str) -> set[str]:
        return {item["alert"] for item in read(client, query)["items"]}

    assert alerts("") == alerts("?areas=1490") == {water.alert, power.alert}
    assert alerts(f"?areas={ÄSPERED.code}") == {water.alert}
    assert alerts(f"?areas={ÄSPERED.code},{FRISTAD.code}&services=power") == {power.alert}
    assert alerts("?services=water, power") == {water.alert, power.alert}


def test_the_worst_comes_first_and_what_is_over_last(client: Client) -> None:
    ended = notice(severity="Extreme")
    told = [notice(severity="Minor"), all_clear_of(ended, sent=timezone.now()), notice()]
    for one in (ended, *told):
        hand(banners, one)
    ranked = [item["alert"] for item in read(client)["items"]]
    assert ranked == [told[2].alert, told[0].alert, ended.alert]


# --- caching ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "media_type"), [(DOCUMENT, "application/json"), (SCRIPT, "text/javascript")]
)
def test_any_page_may_load_it_and_any_cache_keep_it(
    client: Client, address: str, media_type: str
) -> None:
    client.cookies["language"] = "en"
    response = client.get(address, headers={"accept-language": "en", "origin": "https://x.example"})
    assert response["Content-Type"] == f"{media_type}; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Cache-Control"].startswith("public, max-age=")
    assert not response.has_header("Vary")
    assert not response.cookies
    again = client.get(address, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Access-Control-Allow-Origin"] == "*"
    assert client.head(address)["ETag"] == response["ETag"]
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", [DOCUMENT, "/embed/v1/banner.svg", "/embed/v1/frame/"])
def test_no_cache_answers_with_what_is_old(client: Client, address: str) -> None:
    says = client.get(address)["Cache-Control"]
    seconds = [int(number) for number in re.findall(r"=(\d+)", says)]
    # nginx counts whole seconds, so that each may be one more.
    assert sum(seconds) + len(seconds) <= 5
    assert "stale-if-error" not in says


def test_bytes_change_only_when_something_did(client: Client) -> None:
    told = notice()
    hand(banners, told)
    first = client.get(DOCUMENT)
    hand(banners, told)
    again = client.get(DOCUMENT)
    assert (again.content, again["ETag"], again["Last-Modified"]) == (
        first.content,
        first["ETag"],
        first["Last-Modified"],
    )
    hand(banners, update_of(told))
    assert client.get(DOCUMENT)["ETag"] != first["ETag"]


def test_a_correction_moves_the_date_and_changes_words_alone(client: Client) -> None:
    told = notice()
    hand(banners, told)
    (before,) = read(client)["items"]
    mended = {"sv": Words("Vattenavbrott i Äspereds tätort"), "en": Words("Outage")}
    at = datetime(2099, 11, 23, 9, 20, tzinfo=UTC)

    banners.correct(told.corrected(mended, at))

    (after,) = read(client)["items"]
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"headline", "description", "instruction", "corrected"}
    assert client.get(DOCUMENT)["Last-Modified"] == "Mon, 23 Nov 2099 09:20:00 GMT"


BOIL = Advice(
    "drink",
    "boil",
    {"sv": "Koka vattnet innan du dricker det.", "en": "Boil the water before you drink it."},
    {"sv": "Koka dricksvattnet.", "en": "Boil your drinking water."},
)
FLUSH = Advice("flush", "yes", {"sv": "Spola som vanligt.", "en": "Flush as usual."})


@pytest.mark.parametrize(
    ("language", "sentence"), [("sv", "Koka dricksvattnet."), ("en", "Boil your drinking water.")]
)
def test_what_health_hangs_on_comes_before_what_else_to_do(
    client: Client, language: str, sentence: str
) -> None:
    told = notice(advice=(BOIL, FLUSH))
    hand(banners, told)
    (item,) = read(client, f"?lang={language}")["items"]
    assert item["instruction"] == f"{sentence} {told.words[language].instruction}"
    frame = client.get(f"/embed/v1/frame/?lang={language}").content.decode()
    assert sentence in frame
    assert "Spola" not in frame


@pytest.mark.parametrize(
    ("words", "instruction"),
    [
        (Words("Vattnet är grumligt", "Vi spolar rören."), "Koka dricksvattnet."),
        (Words("Koka dricksvattnet i Äspered", "", "Ta kallt vatten."), "Ta kallt vatten."),
        (Words("Grumligt", "", "Koka dricksvattnet i tre minuter."), None),
    ],
)
def test_nobody_reads_it_twice_and_in_the_language_that_the_alert_speaks(
    client: Client, words: Words, instruction: str | None
) -> None:
    hand(banners, notice(advice=(BOIL,), words={"sv": words}))
    for language in ("sv", "en"):
        (item,) = read(client, f"?lang={language}")["items"]
        assert item["instruction"] == (instruction or words.instruction)


def test_what_leaves_by_itself_moves_the_date(client: Client) -> None:
    over = timezone.now() - timedelta(minutes=1)
    hand(banners, notice(urgency="Future", expires=over))
    assert parse_http_date(client.get(DOCUMENT)["Last-Modified"]) == int(over.timestamp())


def test_the_number_of_statements_does_not_grow(client: Client) -> None:
    def statements(query: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            read(client, query)
        return len(captured)

    hand(banners, notice())
    one = statements(f"?areas={ÄSPERED.code}&services=water")
    for _number in range(10):
        hand(banners, notice(places=(FRISTAD, ÄSPERED)))
    many = f"?areas={ÄSPERED.code},{FRISTAD.code},1490&services=water,power"
    assert statements(many) == one == 4


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?areas=1490,0000", "Det finns inget område med koden ”0000”."),
        ("?services=taxi&lang=en", "There is no service with the name “taxi”."),
        ("?lang=fi", "Bannern finns på de här språken: sv, en."),
        ("?areas=" + ",".join(map(str, range(201))), "Ange högst 200 områden eller tjänster"),
    ],
)
def test_what_is_not_there_gets_a_problem_that_names_it(
    client: Client, query: str, sentence: str
) -> None:
    response = client.get(DOCUMENT + query)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert json.loads(response.content)["detail"].startswith(sentence)


@limits(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@examples(st.text(max_size=40), st.sampled_from(["areas", "services", "lang"]))
@example("\x00", "areas")
def test_no_query_breaks_it(client: Client, text: str, name: str) -> None:
    response = client.get(DOCUMENT, {name: text})
    if "\x00" in text:
        assert response.status_code == 400
    else:
        assert response.status_code in (200, 404)
        json.loads(response.content)


@limits(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@examples(st.text(st.characters(exclude_categories=()), max_size=60))
@example("\x00\ud800")
def test_no_text_breaks_it(client: Client, text: str) -> None:
    told = notice(words={"sv": Words(text, text, text)}, places=(replace(ÄSPERED, name=text),))
    hand(banners, told)
    assert told.alert in {item["alert"] for item in read(client)["items"]}


def test_the_same_notices_in_another_order_are_the_same_document() -> None:
    some = [notice(severity=severity) for severity in ("Minor", "Severe", "Severe", "Odd")]
    site = {"publisher": "Borås stad", "page": "https://drift.example/"}
    assert document(some, "sv", **site) == document(reversed(some), "sv", **site)


# --- the script -------------------------------------------------------------------------------


def pinned(digest: str) -> str:
    return f"/embed/v1/banner.{digest}.js"


def test_the_script_is_light(client: Client) -> None:
    asked = client.get(SCRIPT)
    sent = Document.of(asked, "", 0.0, by_language=False).compressed()
    assert gzip.decompress(sent.body) == asked.content
    assert len(sent.body) < 6000


def test_the_script_carries_its_style_sheet_and_never_writes_markup(client: Client) -> None:
    code = client.get(SCRIPT).content.decode()
    assert ".notify-banner" in code
    for placeholder in ("STYLE SHEET", "LANGUAGES"):
        assert placeholder not in code
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.cookie"):
        assert forbidden not in code


def test_its_pinned_address_is_the_same_script_and_kept_for_ever(client: Client) -> None:
    response = client.get(pinned(script.present().digest))
    assert response.content == client.get(SCRIPT).content == script.present().code
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Access-Control-Allow-Origin"] == "*"


def test_a_script_of_an_earlier_release_is_there_for_who_pinned_it(client: Client) -> None:
    ReleasedScript.objects.create(digest="0123456789abcdef", code="“as it was”")
    assert client.get(pinned("0123456789abcdef")).content.decode() == "“as it was”"
    assert client.get(pinned("f" * 16)).status_code == 404


def test_each_release_keeps_its_script_when_it_migrates() -> None:
    ReleasedScript.objects.all().delete()
    for _time in range(2):
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    kept = ReleasedScript.objects.get()
    assert (kept.digest, kept.code.encode()) == (script.present().digest, script.present().code)
