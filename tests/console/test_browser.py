"""An editor at night: the whole journey in a real browser, with a mouse, a keyboard, or no scripts."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django import Settings

from notify.alerts import lifecycle
from notify.alerts.models import Alert, Area, Update
from notify.dispatch.expand import expand
from notify.dispatch.models import Dispatch, State
from notify.dispatch.scheduled import announce_later
from notify.dispatch.send import send_next_batch
from tests import given
from tests.console.conftest import PASSWORD
from tests.console.world import published, wall
from tests.keyboard import tab_to
from tests.provision.chromium import Look

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)

BORÅS = Path(settings.BASE_DIR) / "notify" / "alerts" / "data" / "boras"
WIDE = pytest.mark.parametrize("page", [Look(width=1280)], indirect=True)
SMALL = pytest.mark.parametrize("page", [Look(width=360)], indirect=True)
BARE = pytest.mark.parametrize("page", [Look(width=360, scripts=False)], indirect=True)


@pytest.fixture(autouse=True)
def _memory(settings: Settings) -> None:
    settings.NOTIFY_CHANNELS = ["notify.channels.memory.MemoryChannel"]


@pytest.fixture
def borås(karin: User) -> Area:
    """The real city, with one subscriber in Äspered, who is returned as the area."""
    call_command("load_city", str(BORÅS), verbosity=0)
    äspered = Area.objects.get(name="Äspered")
    given.subscriber(areas=[äspered])
    return äspered


@pytest.fixture
def form(page: Page, live_server: LiveServer, borås: Area) -> Page:
    """A new alert, begun from a template."""
    log_in(page, live_server)
    page.goto(f"{live_server.url}/console/alerts/new/?template=water-leak")
    return page


def log_in(page: Page, server: LiveServer) -> None:
    page.goto(f"{server.url}/console/")
    page.get_by_label("Användarnamn").fill("karin")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Översikt").wait_for()


def go_out() -> None:
    """What workers and the provider do."""
    dispatch = Dispatch.objects.latest("pk")
    expand(dispatch.pk)
    while send_next_batch(dispatch.queue):
        pass
    dispatch.deliveries.update(state=State.DELIVERED)


@WIDE
def test_from_login_to_all_clear(page: Page, live_server: LiveServer, borås: Area) -> None:
    log_in(page, live_server)
    page.get_by_role("link", name="Nytt meddelande").click()
    page.get_by_role("link", name="Vattenleverans: vattenläcka").click()
    # The map answers once its script is there; until then it is a picture.
    page.locator(f'.map-area.clickable[data-code="{borås.code}"]').click()
    expect(page.get_by_role("checkbox", name="Äspered")).to_be_checked()
    expect(page.locator("#id_sv_headline")).to_have_value("Vattenläcka i Äspered")
    page.get_by_role("button", name="om 4 timmar").click()
    page.get_by_role("button", name="Granska före utskick").click()
    page.get_by_role("button", name="Publicera till 1 person").first.click()

    page.get_by_role("heading", name="Så går det senaste utskicket").wait_for()
    go_out()
    page.get_by_text("1 av 1 har kommit fram").first.wait_for()
    page.get_by_role("link", name="Uppdatera sidan").wait_for(state="detached")

    page.get_by_role("link", name="Publicera uppdatering").click()
    page.locator("#id_sv_description").fill("Vattentank står vid skolan.")
    page.get_by_role("button", name="Granska före utskick").click()
    page.get_by_role("button", name="Skicka uppdateringen till 1 person").first.click()
    page.get_by_text("Uppdateringen är publicerad.").wait_for()
    go_out()
    page.get_by_role("link", name="Det är över").click()
    page.get_by_role("button", name="Granska före utskick").click()
    page.get_by_role("button", name="Meddela 1 person att det är över").first.click()
    page.get_by_text("Du har meddelat att det är över.").wait_for()
    said = [one.words["sv"]["headline"] for one in Update.objects.order_by("number")]
    assert said == ["Vattenläcka i Äspered"] * 2 + ["Störningen i Äspered är avhjälpt"]
    assert Alert.objects.get().state == "resolved"


@WIDE
def test_with_the_keyboard_alone(page: Page, live_server: LiveServer, borås: Area) -> None:
    log_in(page, live_server)
    tab_to(page, page.get_by_role("link", name="Nytt meddelande"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Vattenleverans: vattenläcka"))
    page.keyboard.press("Enter")
    search = page.get_by_label("Sök område")
    tab_to(page, search)
    page.keyboard.type("äsp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name="Äspered")).to_be_checked()
    expect(search).to_have_value("")
    page.keyboard.type("frist")
    tab_to(page, page.get_by_role("checkbox", name="Fristad"))
    page.keyboard.press("Space")
    headline = page.locator("#id_en_headline")
    expect(headline).to_have_value("Burst water main in Fristad and Äspered")
    tab_to(page, page.get_by_role("button", name="om 2 timmar"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Granska före utskick"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Publicera till 1 person").first)
    page.keyboard.press("Enter")
    page.get_by_text("Publicerat.").wait_for()
    assert {place["name"] for place in Update.objects.get().places} == {"Fristad", "Äspered"}


@BARE
def test_without_scripts_everything_works(page: Page, live_server: LiveServer, borås: Area) -> None:
    log_in(page, live_server)
    page.get_by_role("link", name="Nytt meddelande").click()
    page.get_by_role("link", name="Vattenleverans: vattenläcka").click()
    page.get_by_role("checkbox", name="Äspered").check()
    expect(page.get_by_label("Sök område")).to_be_hidden()
    expect(page.get_by_role("button", name="om 4 timmar")).to_be_hidden()
    page.get_by_label("Ingen vet än").check()
    page.get_by_role("button", name="Granska före utskick").click()
    page.get_by_role("button", name="Publicera till 1 person").first.click()
    page.get_by_text("Publicerat.").wait_for()
    go_out()
    page.get_by_role("link", name="Uppdatera sidan").click()
    page.get_by_text("1 av 1 har kommit fram").first.wait_for()
    assert Update.objects.get().words["sv"]["headline"] == "Vattenläcka i Äspered"


@SMALL
def test_a_mistake_takes_the_focus_to_the_summary(form: Page) -> None:
    form.get_by_role("button", name="Granska före utskick").click()
    expect(form.locator(".error-summary")).to_be_focused()
    form.get_by_role("link", name="Välj minst ett område.").click()
    expect(form).to_have_url(re.compile("#id_areas$"))


@SMALL
def test_what_is_written_is_seen_whole(form: Page) -> None:
    for name in ("Fristad", "Gånghester och Målsryd", "Äspered"):
        form.get_by_role("checkbox", name=name).check()
    headline = form.locator("#id_sv_headline")
    expect(headline).to_have_value("Vattenläcka i Fristad, Gånghester och Målsryd och Äspered")
    headline.press("Enter")
    expect(headline).to_have_value("Vattenläcka i Fristad, Gånghester och Målsryd och Äspered")
    for field in ("headline", "description", "instruction"):
        hidden = form.locator(f"#id_sv_{field}").evaluate("it => it.scrollHeight - it.clientHeight")
        assert hidden <= 0, field


@SMALL
def test_on_a_phone_both_versions_of_a_conflict_are_in_sight(
    page: Page, live_server: LiveServer, borås: Area
) -> None:
    alert = given.draft(areas=[borås])
    log_in(page, live_server)
    page.goto(f"{live_server.url}/console/alerts/{alert.code}/edit/")
    lifecycle.revise_draft(
        alert, given.content(areas=[borås], severity="Minor"), version=alert.version
    )
    page.get_by_role("button", name="Granska före utskick").click()
    versions = page.locator(".conflict tbody td")
    expect(versions).to_have_count(2)
    for one, label in zip(versions.all(), ("Nu står det", "Du skrev"), strict=True):
        assert one.evaluate("it => it.getBoundingClientRect().right") <= 360
        assert one.evaluate("it => getComputedStyle(it, '::before').content") == f'"{label}"'


@pytest.mark.parametrize(
    ("now", "button", "end"),
    [
        ("2026-11-24T03:40:00+01:00", "om 2 timmar", "2026-11-24T05:45"),
        ("2026-11-24T03:40:00+01:00", "i dag kl. 07", "2026-11-24T07:00"),
        ("2026-11-24T23:50:00+01:00", "i morgon kl. 07", "2026-11-25T07:00"),
        # Two hours are two hours, also over the nights when the clocks change.
        ("2027-03-28T01:30:00+01:00", "om 2 timmar", "2027-03-28T04:30"),
        ("2026-10-25T01:30:00+02:00", "om 2 timmar", "2026-10-25T02:30"),
        ("2026-10-25T01:30:00+02:00", "om 4 timmar", "2026-10-25T04:30"),
    ],
)
def test_quick_choices_of_the_end_reckon_in_the_sites_time(
    form: Page, now: str, button: str, end: str
) -> None:
    form.clock.set_fixed_time(datetime.fromisoformat(now))
    form.reload()
    form.locator("#id_onset").fill(now[:16])
    form.get_by_label("Ingen vet än").check()
    form.get_by_role("button", name=button).click()
    expect(form.locator("#id_expires")).to_have_value(end)
    expect(form.get_by_label("Ingen vet än")).not_to_be_checked()


@WIDE
def test_the_end_of_planned_work_is_reckoned_from_its_beginning(form: Page) -> None:
    form.get_by_label("Planerat arbete").check()
    form.locator("#id_onset").fill("")
    after = form.get_by_role("button", name="4 timmar efter start")
    expect(after).to_be_disabled()
    expect(form.get_by_role("button", name="i morgon kl. 07")).to_be_hidden()
    form.locator("#id_onset").fill("2031-05-06T08:00")
    after.click()
    expect(form.locator("#id_expires")).to_have_value("2031-05-06T12:00")


@WIDE
def test_a_double_click_in_a_browser_publishes_once(
    page: Page, live_server: LiveServer, borås: Area
) -> None:
    alert = given.draft(areas=[borås])
    log_in(page, live_server)
    page.goto(f"{live_server.url}/console/alerts/{alert.code}/publish/")
    page.get_by_role("button", name="Publicera till 1 person").first.dblclick()
    page.get_by_text("Publicerat.").wait_for()
    assert Update.objects.count() == 1


@pytest.mark.parametrize(
    "page",
    [
        Look(width=320, theme="light", language="sv"),
        Look(width=1280, theme="dark", language="en"),
    ],
    indirect=True,
)
def test_no_page_is_wider_than_the_screen(page: Page, live_server: LiveServer, borås: Area) -> None:
    alert, draft = published(areas=[borås]), given.draft(areas=[borås])
    planned, soon = given.draft(areas=[borås]), timezone.now() + timedelta(hours=1)
    announce_later(planned, soon, version=1, key=uuid.uuid4(), by=User.objects.get())
    page.goto(f"{live_server.url}/console/login/")
    page.locator("#id_username").fill("karin")
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/console/")
    for where in (
        "",
        "alerts/new/",
        "alerts/new/?template=water-leak",
        f"alerts/{draft.code}/",
        f"alerts/{draft.code}/publish/",
        f"alerts/{planned.code}/",
        f"alerts/{planned.code}/publish/",
        f"alerts/{planned.code}/unschedule/",
        f"alerts/{draft.code}/discard/",
        f"alerts/{alert.code}/",
        f"alerts/{alert.code}/update/",
        f"alerts/{alert.code}/resolve/",
        f"alerts/{alert.code}/cancel/",
        f"alerts/{alert.code}/updates/1/",
    ):
        page.goto(f"{live_server.url}/console/{where}")
        expect(page).to_have_url(f"{live_server.url}/console/{where}")
        over = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over <= 0, where


@WIDE
def test_who_stands_on_a_button_stays_there_while_the_bars_go_on(
    page: Page, live_server: LiveServer, borås: Area
) -> None:
    alert = published(areas=[borås])
    log_in(page, live_server)
    page.goto(f"{live_server.url}/console/alerts/{alert.code}/")
    page.locator("#fanout-stop").focus()
    expand(Dispatch.objects.get().pk)
    page.get_by_text("1 väntar").first.wait_for()
    expect(page.locator("#fanout-stop")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stoppa utskicket").click()
    page.get_by_text("Utskicket är stoppat.").wait_for()
    expect(page.get_by_role("link", name="Stoppa utskicket…")).to_have_count(0)


@pytest.mark.parametrize(
    "page", [Look(width=360, scripts=False), Look(width=1280, language="en")], indirect=True
)
def test_a_draft_is_planned_moved_and_undone(
    page: Page, live_server: LiveServer, karin: User
) -> None:
    draft = given.draft(expires=timezone.now() + timedelta(days=3))
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    other = noon + timedelta(days=2)
    page.goto(f"{live_server.url}/console/")
    page.locator("[name=username]").fill("karin")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1).wait_for()
    page.goto(f"{live_server.url}/console/alerts/{draft.code}/publish/")

    page.locator("summary").click()
    tomorrow = page.locator(".later .quick").get_by_role("link").first
    offered = unquote(tomorrow.get_attribute("href") or "").partition("publish_at=")[2]
    tomorrow.click()
    page.locator("[value=send]").first.click()
    page.locator(".messages").wait_for()
    assert draft.publish_at
    assert wall(draft.publish_at) == offered

    page.locator(f'a[href$="/{draft.code}/publish/"]').click()
    # What is written and then sent off with Enter is looked at first.
    page.locator("[name=publish_at]").fill(wall(other))
    page.locator("[name=publish_at]").press("Enter")
    page.wait_for_url("**/publish/?publish_at=*")
    page.locator("[value=send]").first.click()
    page.locator(".messages").wait_for()
    assert draft.publish_at == other

    page.locator('form[action$="/unschedule/"] button').click()
    page.locator(".messages").wait_for()
    assert Alert.objects.get().publish_at is None
    assert not Update.objects.exists()
