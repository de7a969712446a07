"""The phones pages over HTTP and in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import requests
from playwright.sync_api import expect

from tests.simulator.conftest import PHONE
from tests.simulator.receiver import Receiver
from tests.simulator_fixture import Simulator

if TYPE_CHECKING:
    from playwright.sync_api import Page

Send = Callable[..., Any]


def get(simulator: Simulator, path: str, language: str = "en") -> requests.Response:
    return requests.get(simulator.url + path, headers={"Accept-Language": language}, timeout=10)


def test_the_start_page_lists_phones_with_their_latest_message(
    send: Send, simulator: Simulator
) -> None:
    assert "No phone has had a message yet" in get(simulator, "/").text
    send(body="first")
    send(to="+46701740611", body="second")
    text = get(simulator, "/").text
    assert text.index("second") < text.index("first")
    assert f'href="/phones/%2B{PHONE[1:]}"' in text


def test_a_phone_shows_text_sender_status_and_segments(send: Send, simulator: Simulator) -> None:
    simulator.set_faults(fates={PHONE: 30005})
    send(from_="Boras", body="å" * 161)
    simulator.wait_for_messages(PHONE)
    text = get(simulator, f"/phones/{PHONE}").text
    for shown in ("Boras", "å" * 161, "undelivered", "error 30005", "2 segments", "GSM-7"):
        assert shown in text


def test_what_people_write_is_never_markup(send: Send, simulator: Simulator) -> None:
    send(body="<script>alert(1)</script>&'\"")
    simulator.reply(PHONE, "<b>bold</b>")
    for path in ("/", f"/phones/{PHONE}"):
        text = get(simulator, path).text
        assert "<script>alert" not in text
        assert "<b>" not in text


def test_a_reply_from_the_page_reaches_the_webhook(
    receiver: Receiver, simulator: Simulator
) -> None:
    simulator.set_inbound_url(receiver.url)
    answer = requests.post(
        f"{simulator.url}/phones/{PHONE}", data={"body": "STOPP"}, allow_redirects=False, timeout=10
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/phones/{PHONE}")
    assert receiver.received[0].form["Body"] == "STOPP"


def test_an_empty_reply_is_refused_with_a_sentence(simulator: Simulator) -> None:
    answer = requests.post(f"{simulator.url}/phones/{PHONE}", data={"body": " "}, timeout=10)
    assert answer.status_code == 400
    assert "was not sent" in answer.text


def test_a_long_talk_is_shown_in_parts(send: Send, simulator: Simulator) -> None:
    simulator.set_faults(sent_ms=0)
    for number in range(105):
        simulator.reply(PHONE, f"message {number:03}")
    latest = get(simulator, f"/phones/{PHONE}").text
    assert "message 104" in latest
    assert "message 004" not in latest
    assert "message 004" in get(simulator, f"/phones/{PHONE}?before=5").text


@pytest.mark.parametrize("path", ["/nowhere", "/phones/nobody", "/static/nothing.css"])
def test_an_address_that_is_not_there_gets_404(simulator: Simulator, path: str) -> None:
    assert get(simulator, path).status_code == 404


def test_a_number_opens_its_phone_and_nonsense_is_explained(simulator: Simulator) -> None:
    opened = requests.get(
        f"{simulator.url}/phones?number=%2B46 70-174 06 10", allow_redirects=False, timeout=10
    )
    assert opened.headers["Location"] == f"/phones/{PHONE}"
    refused = get(simulator, '/phones?number=12"3').text
    assert "country code" in refused
    assert 'value="12&quot;3" aria-invalid="true" autofocus' in refused


def test_the_pages_speak_swedish_to_a_swede(simulator: Simulator) -> None:
    answer = get(simulator, "/", "sv-SE,sv;q=0.9,en;q=0.5")
    assert '<html lang="sv">' in answer.text
    assert "Telefoner" in answer.text


def test_nothing_from_elsewhere_and_nothing_inline_may_run(simulator: Simulator) -> None:
    policy = get(simulator, "/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_new_messages_appear_while_a_reply_is_being_written(
    send: Send, simulator: Simulator, page: Page
) -> None:
    page.goto(f"{simulator.url}/phones/{PHONE}")
    page.get_by_role("textbox").fill("Jag skriver")
    send(body="Vattnet är tillbaka.")
    page.get_by_text("Vattnet är tillbaka.").wait_for()
    expect(page.get_by_role("textbox")).to_have_value("Jag skriver")
    page.get_by_role("button", name="Skicka").click()
    page.locator(".mine", has_text="Jag skriver").wait_for()
    assert [m["body"] for m in simulator.ledger()] == ["Vattnet är tillbaka.", "Jag skriver"]
