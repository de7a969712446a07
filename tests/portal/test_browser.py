"""A resident with a small phone, a keyboard and no mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from notify.dispatch.models import DirectMessage, State
from notify.residents.models import Subscriber, Subscription
from tests import given
from tests.keyboard import tab_to
from tests.mouse import press
from tests.portal.world import planned, say, sent_code, words
from tests.provision.chromium import Look

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = pytest.mark.parametrize("page", [Look(width=360)], indirect=True)
BARE = pytest.mark.parametrize("page", [Look(width=360, scripts=False)], indirect=True)
WITH_AND_WITHOUT_SCRIPTS = pytest.mark.parametrize(
    "page", [Look(width=360), Look(width=360, scripts=False)], indirect=True
)
EVERY_LOOK = pytest.mark.parametrize(
    "page",
    [
        Look(width=320, theme="light", language="sv"),
        Look(width=320, theme="dark", language="en"),
        Look(width=1280, theme="light", language="en"),
        Look(width=1280, theme="dark", language="sv"),
    ],
    indirect=True,
)


@pytest.fixture
def city() -> None:
    """A place, two services and a disruption to read about."""
    given.city(), given.service("water"), given.service("power")
    say(), planned(words=words("Vi spolar ledningarna"))


@SMALL
@pytest.mark.usefixtures("city")
def test_somebody_with_a_keyboard_alone_reads_and_subscribes(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Hoppa till innehållet")
    tab_to(page, page.get_by_role("link", name="Vattenavbrott i Äspered"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Det här har vi meddelat").wait_for()

    tab_to(page, page.get_by_role("link", name="Få sms när något ändras"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Ditt mobilnummer"))
    page.keyboard.type("070-174")
    page.keyboard.press("Enter")

    # The focus is on what went wrong, and from there on the field.
    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.type("070-174 06 05")
    tab_to(page, page.get_by_label("Sök efter ett område"))
    page.keyboard.type("frist")
    expect(page.get_by_label("Hela Borås")).to_be_hidden()
    expect(page.get_by_label("Äspered"), "what is ticked stays in sight").to_be_visible()
    tab_to(page, page.get_by_label("Fristad"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Skicka en kod till mig"))
    page.keyboard.press("Enter")

    tab_to(page, page.get_by_label("Koden i sms:et"))
    page.keyboard.type(sent_code())
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Klart. Du får sms från oss.").wait_for()
    assert Subscriber.objects.get().phone == "+46701740605"
    chosen = Subscription.objects.values_list("area__name", flat=True)
    assert set(chosen) == {"Äspered", "Fristad"}


@BARE
@pytest.mark.usefixtures("city")
def test_without_scripts_everything_works(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/subscribe/")
    expect(page.get_by_label("Sök efter ett område")).to_be_hidden()
    page.get_by_label("Ditt mobilnummer").fill("070-174 06 05")
    page.get_by_label("Fristad").check()
    page.get_by_label("Bara det som är allvarligt").check()
    press(page.get_by_role("button", name="Skicka en kod till mig"))
    code = page.get_by_label("Koden i sms:et")
    code.wait_for()
    code.fill(sent_code())
    press(page.get_by_role("button", name="Börja prenumerera"))

    page.get_by_role("heading", name="Klart. Du får sms från oss.").wait_for()
    assert Subscription.objects.get().serious_only


@WITH_AND_WITHOUT_SCRIPTS
@pytest.mark.usefixtures("city")
def test_whoever_must_wait_presses_until_it_is_over_and_subscribes(
    page: Page, live_server: LiveServer, settings: Settings
) -> None:
    settings.CODE_LIMIT_PER_RANGE_PER_HOUR, settings.CODE_WAIT_SECONDS = 2, 2
    given.subscriber("+46701740606")
    page.goto(f"{live_server.url}/subscribe/")
    page.get_by_label("Ditt mobilnummer").fill("070-174 06 05")
    page.get_by_label("Fristad").check()
    press(page.get_by_role("button", name="Skicka en kod till mig"))
    expect(page.get_by_role("heading", name="Vänta en stund")).to_be_visible()

    while page.title().startswith("Vänta en stund"):
        press(page.get_by_role("button", name="Fortsätt"))

    page.get_by_label("Koden i sms:et").fill(sent_code())
    press(page.get_by_role("button", name="Börja prenumerera"))
    page.get_by_role("heading", name="Klart. Du får sms från oss.").wait_for()
    assert Subscription.objects.latest("pk").area.name == "Fristad"


@WITH_AND_WITHOUT_SCRIPTS
@pytest.mark.usefixtures("city")
def test_somebody_comes_back_changes_what_they_asked_for_and_leaves(
    page: Page, live_server: LiveServer, settings: Settings
) -> None:
    settings.QUIET_HOURS = (22, 7)
    person = given.subscriber(areas=[given.city()["Äspered"]])
    page.goto(live_server.url)
    page.get_by_role("link", name="Ändra eller avsluta dina sms").click()
    page.get_by_label("Ditt mobilnummer").fill("070-174 06 05")
    press(page.get_by_role("button", name="Skicka en kod till mig"))
    page.get_by_label("Koden i sms:et").fill(sent_code())
    press(page.get_by_role("button", name="Fortsätt"))
    page.get_by_role("heading", name="Äspered").wait_for()

    # Another place; going back and saving once more leaves one.
    page.get_by_role("link", name="Lägg till fler områden").click()
    for _again in range(2):
        page.get_by_label("Fristad").check()
        press(page.get_by_role("button", name="Spara"))
        page.get_by_text("Ditt val är sparat.").wait_for()
        page.go_back()
        page.get_by_label("Fristad").wait_for()
    page.get_by_role("link", name="Tillbaka utan att spara").click()

    page.get_by_role("link", name="Ändra Fristad").click()
    page.get_by_label("Dricksvatten").uncheck()
    page.get_by_label("Bara det som är allvarligt").check()
    press(page.get_by_role("button", name="Spara"))
    page.get_by_text("Ditt val är sparat.").wait_for()
    assert standing(person) == {"Äspered": (None, False), "Fristad": ("power", True)}

    page.get_by_label("Inget väntar").check()
    press(page.get_by_role("button", name="Spara På natten"))
    page.get_by_text("Ditt val är sparat.").wait_for()
    person.refresh_from_db()
    assert person.nights == "nothing"

    page.get_by_label("i morgon").check()
    press(page.get_by_role("button", name="Pausa"))
    page.get_by_text("Dina sms är pausade till i morgon kl. 07.00.").wait_for()
    press(page.get_by_role("button", name="Få sms igen nu"))
    page.get_by_text("Du får sms igen.").wait_for()

    page.get_by_role("link", name="Byt nummer").click()
    page.get_by_label("Ditt nya mobilnummer").fill("070-174 06 06")
    press(page.get_by_role("button", name="Skicka en kod till det nya numret"))
    page.get_by_label("Koden i sms:et").fill(sent_code())
    press(page.get_by_role("button", name="Fortsätt"))
    page.get_by_text("Från och med nu skriver vi till det nya numret.").wait_for()
    person.refresh_from_db()
    assert person.phone == "+46701740606"

    press(page.get_by_role("button", name="Avsluta Äspered"))
    page.get_by_text("Området är avslutat.").wait_for()
    assert standing(person) == {"Fristad": ("power", True)}

    end_everything(page)
    assert standing(person) == {}

    press(page.get_by_role("button", name="Jag är klar"))
    page.get_by_label("Ditt mobilnummer").wait_for()
    page.goto(f"{live_server.url}/manage/places/")
    page.get_by_text("Tiden hade gått ut").wait_for()


def end_everything(page: Page) -> None:
    """Asked once more, say yes."""
    page.get_by_role("link", name="Avsluta allt").click()
    press(page.get_by_role("button", name="Ja, avsluta allt"))
    page.get_by_text("Allt är avslutat.").wait_for()


def standing(person: Subscriber) -> dict[str, tuple[str | None, bool]]:
    """Which service (None for every one) stands at each place, and whether only what is serious."""
    rows = person.subscriptions.filter(ended_at=None)
    found = rows.values_list("area__name", "service__slug", "serious_only")
    return {name: (service, serious) for name, service, serious in found}


@EVERY_LOOK
@pytest.mark.usefixtures("city")
def test_no_page_within_scrolls_sideways_not_even_with_large_type(
    page: Page, live_server: LiveServer
) -> None:
    given.subscriber(areas=list(given.city().values()), serious_only=True)
    page.goto(f"{live_server.url}/manage/")
    page.locator("[name=phone]").fill("070-174 06 05")
    press(page.locator("main [type=submit]"))
    page.locator("[name=code]").fill(sent_code())
    press(page.locator("main [type=submit]").first)
    page.locator("#places").wait_for()

    place = given.city()["Fristad"].code
    for path in ("", "places/", f"places/{place}/", "number/", "held/", "end/"):
        never_sideways(page, f"{live_server.url}/manage/{path}")


@SMALL
@pytest.mark.usefixtures("city")
def test_a_reader_changes_language_and_stays_where_they_are(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/?place=1490")
    press(page.get_by_role("button", name="English"))

    page.get_by_role("heading", name="All of Borås: 1 disruption right now").wait_for()
    expect(page).to_have_url(f"{live_server.url}/?place=1490")


@EVERY_LOOK
@pytest.mark.usefixtures("city")
def test_no_page_scrolls_sideways_not_even_with_large_type(
    page: Page, live_server: LiveServer
) -> None:
    paths = ["/", "/?place=nowhere", f"/a/{say().code}/", "/subscribe/", "/about/", "/nowhere/"]
    for path in [*paths, "/accessibility/", "/manage/?said=over"]:
        never_sideways(page, live_server.url + path)


def never_sideways(page: Page, url: str) -> None:
    """Open it, and fail the test if it is wider than its room, also with the letters doubled."""
    page.goto(url)
    for size in ("100%", "225%"):  # the page's own 112.5 %, doubled
        page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
        wide, room = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= room, f"{url} at {size} is {wide} px wide in {room}"


@SMALL
def test_what_became_of_the_sms_is_read_aloud_once(page: Page, live_server: LiveServer) -> None:
    page.clock.install()
    page.goto(f"{live_server.url}/manage/")
    page.get_by_label("Ditt mobilnummer").fill("070-174 06 05")
    press(page.get_by_role("button", name="Skicka en kod till mig"))
    region = page.locator("[data-message][role=status]")
    region.wait_for()
    page.evaluate(
        "window.spoken = 0; new MutationObserver(() => { window.spoken += 1 })"
        ".observe(document.querySelector('[data-message]'), {childList: true, subtree: true})"
    )

    for _round in range(2):
        asks_again(page)
    assert page.evaluate("window.spoken") == 0, "nothing new, so nothing is said"

    DirectMessage.objects.update(state=State.FAILED)
    asks_again(page)
    region.get_by_text("gick inte att leverera").wait_for()
    page.clock.run_for(10_000)
    assert page.evaluate("window.spoken") == 1


def asks_again(page: Page) -> None:
    """Let the page's script ask once more, and hear the answer."""
    with page.expect_response("**/message/"):
        page.clock.run_for(3_000)
    # By the time that the page has heard another answer, the script has set its clock anew.
    page.evaluate("fetch(location.href).then((answer) => answer.text())")


@SMALL
@pytest.mark.usefixtures("city")
def test_nothing_moves_for_whoever_wants_less_motion(page: Page, live_server: LiveServer) -> None:
    page.emulate_media(reduced_motion="reduce")
    for path in ("/", f"/a/{say().code}/", "/subscribe/", "/console/login/", "/admin/"):
        page.goto(live_server.url + path)
        assert page.evaluate(MOVING) == []


MOVING = """[...document.querySelectorAll("*")].filter((one) => {
    const { animationName, animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(one);
    const longest = Math.max(...transitionDuration.split(",").map(parseFloat));
    const runs = animationName !== "none" && parseFloat(animationDuration) > 0.01;
    return runs || longest > 0.01 || scrollBehavior === "smooth";
}).map((one) => one.outerHTML.slice(0, 80))"""
"""Elements that would move, as far as the sheets say."""
