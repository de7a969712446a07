"""The banner in a real browser, on a page of another origin with a strict content policy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from notify.channels.banners import script
from notify.channels.banners.channel import BannerChannel
from notify.channels.notice import Words
from tests import axe, given
from tests.channels.banners.conftest import HostPage, Line, Ours
from tests.channels.notices import BORÅS, ÄSPERED, all_clear_of, cancel_of, hand, notice, update_of
from tests.provision.chromium import Look

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

banners = BannerChannel()
MONTHS = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
]
A_POLL = 40_000
"""Milliseconds after which the script has looked again, whatever its jitter."""
LOOKS = [
    Look(width=320, theme="light", language="sv"),
    Look(width=360, theme="dark", language="en"),
    Look(width=1280, theme="light", language="en"),
]


@pytest.fixture(autouse=True)
def city(ours: Ours) -> None:
    given.city()
    given.service()
    given.service("power")


@contextmanager
def answered(page: Page) -> Iterator[None]:
    """Wait until the script has its answer to what is done inside, and has planned its next look."""
    with page.expect_response(lambda response: "banner.json" in response.url) as response:
        yield
    response.value.finished()
    page.evaluate("Promise.resolve()")


def visit(page: Page, host: HostPage) -> None:
    """Open the page, with a clock that the test moves."""
    page.clock.install()
    with answered(page):
        page.goto(host.url)


def poll(page: Page) -> None:
    """Let the script look again."""
    with answered(page):
        page.clock.fast_forward(A_POLL)


def banner(page: Page) -> Locator:
    return page.locator("[data-notify-banner] section")


# --- showing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [Look(time_zone="Pacific/Auckland")], indirect=True)
def test_it_tells_the_time_of_the_place_and_not_of_the_readers_computer(
    page: Page, host: HostPage, ours: Ours
) -> None:
    began = timezone.localtime().replace(hour=3, minute=40) - timedelta(days=1)
    hand(banners, notice(onset=began, sent=began))
    host.embed(ours, f'data-areas="{ÄSPERED.code}" data-lang="sv"')
    visit(page, host)
    expect(page.get_by_role("region", name="Driftinformation")).to_contain_text(
        f"{began.day} {MONTHS[began.month - 1]} kl. 03.40"
    )


def test_in_english_too_the_hours_are_those_of_the_other_pages(
    page: Page, host: HostPage, ours: Ours
) -> None:
    began = timezone.localtime().replace(hour=15, minute=40) - timedelta(days=1)
    hand(banners, notice(onset=began, sent=began))
    host.embed(ours, 'data-lang="en"')
    visit(page, host)
    region = page.get_by_role("region", name="Service information")
    expect(region).to_contain_text("15:40")
    expect(region).not_to_contain_text("PM")


@pytest.mark.parametrize("page", LOOKS, indirect=True)
def test_it_shows_the_alert_in_its_own_style(page: Page, host: HostPage, ours: Ours) -> None:
    hand(banners, notice())
    host.embed(ours, f'data-areas="{ÄSPERED.code}" data-services="water" data-lang="sv"')
    visit(page, host)
    region = page.get_by_role("region", name="Driftinformation")
    expect(region.get_by_role("link", name="Vattenavbrott i Äspered")).to_have_attribute(
        "href", "http://testserver/a/test123/"
    )
    expect(region).to_contain_text("Allvarlig störning")
    expect(region).to_contain_text("Dricksvatten, Äspered")
    expect(region).to_contain_text("Hämta vatten vid tankbilen på skolgården.")
    expect(region.get_by_role("listitem")).to_have_css("border-left-width", "8px")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_stands_where_its_script_stands(page: Page, host: HostPage, ours: Ours) -> None:
    hand(banners, notice())
    host.embed(ours)
    visit(page, host)
    expect(banner(page)).to_be_visible()
    assert page.evaluate(
        "document.querySelector('script').previousElementSibling.dataset.notifyBanner === ''"
    )


def test_it_stands_in_the_target_that_the_page_names(
    page: Page, host: HostPage, ours: Ours
) -> None:
    hand(banners, notice())
    host.embed(ours, 'data-target="#here"', after='<aside id="here"></aside>')
    visit(page, host)
    expect(page.locator("#here > [data-notify-banner]")).to_have_count(1)


@pytest.mark.parametrize("page", [Look(theme="dark")], indirect=True)
@pytest.mark.parametrize(
    ("attributes", "ground"),
    [("", "rgb(24, 35, 42)"), ('data-theme="light"', "rgb(255, 255, 255)")],
)
def test_it_is_dark_where_the_visitor_wants_it_unless_the_page_never_is(
    page: Page, host: HostPage, ours: Ours, attributes: str, ground: str
) -> None:
    hand(banners, notice())
    host.embed(ours, attributes)
    visit(page, host)
    expect(banner(page).get_by_role("listitem")).to_have_css("background-color", ground)


def test_it_speaks_english(page: Page, host: HostPage, ours: Ours) -> None:
    hand(banners, notice(expires=timezone.now() - timedelta(minutes=1)))
    host.embed(ours, 'data-lang="en"')
    visit(page, host)
    region = page.get_by_role("region", name="Service information")
    expect(region).to_contain_text("Water outage in Äspered")
    expect(region).to_contain_text("Was expected to be over")
    expect(region.get_by_role("button", name="Close: Water outage in Äspered")).to_be_visible()


def test_without_items_the_page_is_as_it_was(page: Page, host: HostPage, ours: Ours) -> None:
    host.embed(ours)
    visit(page, host)
    page.wait_for_load_state()
    assert page.evaluate("document.querySelector('main').children.length") == 2
    assert page.evaluate("document.body.children.length") == 1


def test_of_many_the_worst_are_shown_and_a_link_to_all(
    page: Page, host: HostPage, ours: Ours
) -> None:
    for severity in ("Minor", "Moderate", "Extreme", "Severe"):
        hand(banners, notice(severity=severity))
    host.embed(ours)
    visit(page, host)
    expect(banner(page).locator(".nb-label")).to_have_text(
        ["Mycket allvarlig störning", "Allvarlig störning", "Måttlig störning"]
    )
    expect(banner(page).get_by_role("link", name="Visa alla 4 meddelanden")).to_have_attribute(
        "href", "http://testserver/"
    )


def test_words_are_text_and_never_markup(page: Page, host: HostPage, ours: Ours) -> None:
    words = {"sv": Words('<img src=x onerror="alert(1)">', "", "<b>fet</b>")}
    hand(banners, notice(words=words, url="javascript:alert(1)"))
    host.embed(ours)
    visit(page, host)
    expect(banner(page)).to_contain_text("<b>fet</b>")
    assert banner(page).locator("img, b, a").count() == 0


def test_an_unknown_area_is_quiet_on_the_page_and_said_on_the_console(
    page: Page, host: HostPage, ours: Ours
) -> None:
    hand(banners, notice())
    host.embed(ours, 'data-areas="0000"')
    with page.expect_console_message(lambda message: "0000" in message.text) as warning:
        visit(page, host)
    assert warning.value.type == "warning"
    expect(banner(page)).to_have_count(0)


# --- elements ---------------------------------------------------------------------------------


def elements(ours: Ours, *attributes: str) -> str:
    """Our script, asking for nothing itself, and an element for each of these attributes."""
    script = f'<script src="{ours.url}/embed/v1/banner.js" async></script>'
    return script + "".join(
        f'<service-alerts {each}><a href="/">Störningar</a></service-alerts>' for each in attributes
    )


def test_elements_that_ask_for_the_same_ask_once_and_each_is_shown(
    page: Page, host: HostPage, ours: Ours
) -> None:
    hand(banners, notice(service="power", places=(BORÅS,)))
    same = f'areas="{ÄSPERED.code}" lang="en-GB"'
    host.write(ours, elements(ours, same, same, 'services="water"'), direction="rtl")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, host)
    shown = page.get_by_role("region", name="Service information")
    expect(shown).to_have_count(2)
    expect(shown.first).to_have_css("direction", "ltr")
    # What the page wrote inside is seen until there is an answer, and not any more.
    expect(page.locator("service-alerts").last).to_have_text("", use_inner_text=True)
    assert sum("banner.json" in address for address in asked) == 2
    shown.first.get_by_role("button").click()
    expect(shown).to_have_count(0)


def test_an_element_follows_its_attributes_and_rests_when_it_is_taken_away(
    page: Page, host: HostPage, ours: Ours
) -> None:
    hand(banners, notice())
    host.write(ours, elements(ours, 'services="power" empty="show"'))
    visit(page, host)
    expect(page.locator("section")).to_contain_text("Just nu finns inga kända störningar.")
    with answered(page):
        page.evaluate("document.querySelector('service-alerts').setAttribute('services', 'water')")
    expect(page.get_by_role("link", name="Vattenavbrott i Äspered")).to_be_visible()
    asked: list[str] = []
    left = "const it = document.querySelector('service-alerts'); it.remove(); return it.shadowRoot.textContent"
    assert page.evaluate(f"(() => {{ {left} }})()") == ""
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward(10 * A_POLL)
    assert asked == []


def test_the_page_moves_once_when_the_banner_comes_and_never_again(
    page: Page, host: HostPage, ours: Ours
) -> None:
    page.add_init_script(
        "window.moves = []; new PerformanceObserver(list => moves.push(...list.getEntries().map("
        "entry => entry.value))).observe({type: 'layout-shift', buffered: true})"
    )
    hand(banners, notice())
    host.write(ours, "<h1>Välkommen</h1>" + elements(ours, "") + "<p>Här är vi.</p>")
    visit(page, host)
    expect(page.locator("section")).to_be_visible()
    poll(page)
    page.wait_for_function("moves.length > 0")
    assert page.evaluate("moves.length") == 1
    axe.no_finding_in_any_look(page)


def test_a_pinned_script_is_checked_by_the_browser_and_works(
    page: Page, host: HostPage, ours: Ours
) -> None:
    hand(banners, notice())
    built = script.present()
    host.write(
        ours,
        f'<script src="{ours.url}/embed/v1/banner.{built.digest}.js" async'
        f' integrity="{built.integrity}" crossorigin="anonymous"></script>',
    )
    visit(page, host)
    expect(banner(page)).to_be_visible()


@pytest.mark.parametrize(
    ("page", "buttons"), [(Look(), 1), (Look(scripts=False), 0)], indirect=["page"]
)
def test_a_frame_shows_it_with_and_without_scripts(
    page: Page, host: HostPage, ours: Ours, buttons: int
) -> None:
    hand(banners, notice())
    address = f"{ours.url}/embed/v1/frame/?areas={ÄSPERED.code}&lang=sv"
    host.write(ours, f'<iframe src="{address}" title="Drift" width="360" height="400"></iframe>')
    host.headers["Content-Security-Policy"] = f"default-src 'none'; frame-src {ours.url}"
    page.goto(host.url)
    framed = page.frame_locator("iframe")
    expect(framed.get_by_role("listitem")).to_contain_text("Vattenavbrott i Äspered")
    # Drawn by the script where there is one: only that can close an alert.
    expect(framed.get_by_role("button")).to_have_count(buttons)


# --- keeping up -------------------------------------------------------------------------------


def test_an_update_takes_the_place_of_what_was_said(page: Page, host: HostPage, ours: Ours) -> None:
    first = notice()
    hand(banners, first)
    host.embed(ours)
    visit(page, host)
    hand(banners, all_clear_of(first, sent=timezone.now()))
    poll(page)
    expect(banner(page).get_by_role("listitem")).to_have_count(1)
    expect(banner(page)).to_contain_text("Avhjälpt")


def test_a_change_is_on_an_open_page_within_seconds(
    page: Page, host: HostPage, ours: Ours, line: Line
) -> None:
    host.embed(ours)
    with page.expect_response(lambda response: "&v=" in response.url):
        page.goto(host.url)
    hand(banners, notice())
    # Sooner than it would look by itself.
    expect(banner(page)).to_be_visible(timeout=5000)


def test_what_is_cancelled_says_so(page: Page, host: HostPage, ours: Ours) -> None:
    hand(banners, cancel_of(notice(), sent=timezone.now()))
    host.embed(ours)
    visit(page, host)
    expect(banner(page)).to_contain_text("Återkallat")


def test_it_asks_only_whether_something_changed(page: Page, host: HostPage, ours: Ours) -> None:
    hand(banners, notice())
    host.embed(ours)
    visit(page, host)
    expect(banner(page)).to_be_visible()
    with page.expect_request(lambda request: "banner.json" in request.url) as asked:
        poll(page)
    headers = asked.value.all_headers()
    assert "if-none-match" in headers
    assert "cookie" not in headers
    assert "referer" not in headers


def test_a_hidden_tab_asks_nothing_and_a_shown_one_at_once(
    page: Page, host: HostPage, ours: Ours
) -> None:
    host.embed(ours)
    visit(page, host)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def hide(hidden: str) -> None:
        page.evaluate(
            f"Object.defineProperty(document, 'hidden', {{configurable: true, value: {hidden}}});"
            "document.dispatchEvent(new Event('visibilitychange'))"
        )

    hide("true")
    page.clock.fast_forward(10 * A_POLL)
    assert asked == []
    with answered(page):
        hide("false")
        page.clock.run_for(1)


def test_time_in_a_cache_on_the_way_counts(page: Page, host: HostPage, ours: Ours) -> None:
    hand(banners, notice())
    host.embed(ours)
    page.clock.install()
    # A stand-in for a cache that nobody of ours runs.
    page.route(
        "**/banner.json*",
        lambda route: route.fulfill(
            response=(answer := route.fetch()), headers={**answer.headers, "age": "3000"}
        ),
        times=1,
    )
    with answered(page):
        page.goto(host.url)
    expect(banner(page)).to_be_visible()
    ours.die()
    page.clock.fast_forward(9 * 60_000)
    expect(banner(page)).to_be_visible()
    page.clock.fast_forward(2 * 60_000)
    expect(banner(page)).to_have_count(0)


@pytest.mark.parametrize("wrong", [timedelta(days=-400), timedelta(days=400)])
def test_a_visitors_clock_may_be_wrong(
    page: Page, host: HostPage, ours: Ours, wrong: timedelta
) -> None:
    over = timezone.now() + timedelta(hours=1)
    hand(banners, notice(urgency="Future", onset=timezone.now(), expires=over))
    host.embed(ours)
    page.clock.install(time=timezone.now() + wrong)
    with answered(page):
        page.goto(host.url)
    expect(banner(page)).to_contain_text("Sedan i dag kl.")
    expect(banner(page)).to_contain_text("Väntas vara klart")
    ours.die()
    page.clock.fast_forward(59 * 60_000)
    expect(banner(page)).to_be_visible()
    page.clock.fast_forward(2 * 60_000)
    expect(banner(page)).to_have_count(0)


def test_a_server_that_is_gone_leaves_the_page_quiet_within_the_hour(
    page: Page, host: HostPage, ours: Ours
) -> None:
    hand(banners, notice())
    host.embed(ours)
    visit(page, host)
    expect(banner(page)).to_be_visible()
    ours.die()
    with page.expect_event("requestfailed"):
        page.clock.fast_forward(A_POLL)
    page.clock.fast_forward(50 * 60_000)
    expect(banner(page)).to_be_visible()
    page.clock.fast_forward(10 * 60_000)
    expect(banner(page)).to_have_count(0)


# --- closing ----------------------------------------------------------------------------------


def test_what_is_closed_stays_closed_until_it_changes(
    page: Page, host: HostPage, ours: Ours
) -> None:
    first = notice()
    hand(banners, first)
    host.embed(ours)
    visit(page, host)
    expect(banner(page)).to_be_visible()
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    page.get_by_role("button", name="Stäng: Vattenavbrott i Äspered").click()
    expect(banner(page)).to_have_count(0)
    with answered(page):
        page.reload()
    expect(banner(page)).to_have_count(0)
    hand(banners, update_of(first))
    poll(page)
    expect(banner(page)).to_be_visible()
    assert page.context.cookies() == []


def test_closing_one_moves_the_focus_to_the_next(page: Page, host: HostPage, ours: Ours) -> None:
    hand(banners, notice())
    hand(banners, notice(severity="Minor", words={"sv": Words("Lågt tryck")}))
    host.embed(ours)
    visit(page, host)
    page.get_by_role("button", name="Stäng: Vattenavbrott i Äspered").press("Enter")
    expect(page.get_by_role("button", name="Stäng: Lågt tryck")).to_be_focused()


# --- saying -----------------------------------------------------------------------------------


def said(page: Page, role: str) -> Locator:
    return page.locator(f"[data-notify-banner] [role={role}] p")


def test_what_is_there_at_load_is_not_announced(page: Page, host: HostPage, ours: Ours) -> None:
    hand(banners, notice())
    host.embed(ours)
    visit(page, host)
    expect(banner(page)).to_be_visible()
    page.clock.run_for(2000)
    expect(said(page, "status")).to_have_count(0)
    expect(said(page, "alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("severity", "role"), [("Extreme", "alert"), ("Severe", "alert"), ("Moderate", "status")]
)
def test_what_appears_later_is_announced_and_only_the_worst_interrupts(
    page: Page, host: HostPage, ours: Ours, severity: str, role: str
) -> None:
    host.embed(ours)
    visit(page, host)
    hand(banners, notice(severity=severity))
    poll(page)
    expect(banner(page)).to_be_visible()
    page.clock.run_for(2000)
    expect(said(page, role)).to_contain_text("Vattenavbrott i Äspered")
    other = {"alert": "status", "status": "alert"}[role]
    expect(said(page, other)).to_have_count(0)


def test_an_update_of_what_is_known_does_not_interrupt(
    page: Page, host: HostPage, ours: Ours
) -> None:
    first = notice(severity="Extreme")
    hand(banners, first)
    host.embed(ours)
    visit(page, host)
    hand(banners, update_of(first))
    poll(page)
    page.clock.run_for(2000)
    expect(said(page, "status")).to_contain_text("Vattenavbrott i Äspered")
    expect(said(page, "alert")).to_have_count(0)
