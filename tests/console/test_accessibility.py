"""Every page of the console under axe."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from notify.alerts.models import Alert
from notify.dispatch.models import State
from notify.dispatch.scheduled import announce_later
from tests import axe, given
from tests.console.conftest import PASSWORD
from tests.console.test_deciding import Hopeful, underway
from tests.console.test_messages import waiting
from tests.console.world import let_in, published
from tests.intake.conftest import taker
from tests.portal.world import borås

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)


@axe.BOTH_LANGUAGES
def test_axe_finds_nothing_where_editors_work(
    page: Page, live_server: LiveServer, karin: User, settings: Settings
) -> None:
    settings.NOTIFY_CHANNELS = ["notify.channels.memory.MemoryChannel"]
    äspered = borås()["Äspered"]
    given.subscriber(areas=[äspered])
    alert, draft = published(areas=[äspered]), given.draft(areas=[äspered])
    planned, soon = given.draft(areas=[äspered]), timezone.now() + timedelta(hours=1)
    announce_later(planned, soon, version=1, key=uuid.uuid4(), by=karin)
    news = waiting(taker(karin, publishes=False))
    page.goto(f"{live_server.url}/console/login/")
    axe.no_finding(page)
    page.locator("#id_username").fill("karin")
    page.locator("#id_password").fill("fel")
    page.keyboard.press("Enter")
    page.locator("[role=alert]").wait_for()
    axe.no_finding(page)
    page.locator("#id_username").fill("karin")
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    for where in (
        "",
        "alerts/new/",
        "alerts/new/?template=water-leak",
        f"alerts/{draft.code}/",
        f"alerts/{news.code}/",
        f"alerts/{draft.code}/edit/",
        f"alerts/{draft.code}/publish/",
        f"alerts/{planned.code}/",
        f"alerts/{planned.code}/unschedule/",
        f"alerts/{draft.code}/discard/",
        f"alerts/{alert.code}/",
        f"alerts/{alert.code}/update/",
        f"alerts/{alert.code}/resolve/",
        f"alerts/{alert.code}/cancel/",
        f"alerts/{alert.code}/updates/1/",
        f"alerts/{alert.code}/updates/1/stop/",
        "nowhere/",
    ):
        page.goto(f"{live_server.url}/console/{where}")
        for summary in page.locator("summary").all():
            if summary.is_visible() and not summary.evaluate("it => it.parentElement.open"):
                summary.click()
        axe.no_finding(page)


def test_axe_finds_nothing_where_words_are_corrected(
    page: Page, live_server: LiveServer, karin: User
) -> None:
    alert = published()
    let_in(page, live_server, karin)
    page.goto(f"{live_server.url}/console/alerts/{alert.code}/correct/")
    page.locator("#id_sv_headline").fill("Vattenavbrott i Äspereds tätort")
    page.locator("[value=look]").click()
    page.locator("ins").wait_for()
    axe.no_finding(page)
    page.locator("[value=send]").click()
    page.wait_for_url(f"**/console/alerts/{alert.code}/")
    page.locator("details.correction summary").click()
    axe.no_finding(page)


@axe.BOTH_LANGUAGES
def test_axe_finds_nothing_on_a_draft_with_mistakes(
    page: Page, live_server: LiveServer, karin: User
) -> None:
    borås()
    page.goto(f"{live_server.url}/console/login/?next=/console/alerts/new/%3Ftemplate=water-leak")
    page.locator("#id_username").fill("karin")
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#id_sv_headline").fill("")
    page.locator("[name=then][value=preview]").click()
    page.locator(".error-summary").wait_for()
    axe.no_finding(page)


@axe.BOTH_LANGUAGES
def test_axe_finds_nothing_where_something_goes_wrong(
    page: Page, live_server: LiveServer, karin: User, nils: User, settings: Settings
) -> None:
    settings.NOTIFY_CHANNELS = [f"{Hopeful.__module__}.{Hopeful.__qualname__}"]
    draft = given.draft()
    here = live_server.url + underway(State.FAILED, State.SENT, errors=["busy"])
    let_in(page, live_server, karin)
    page.goto(here)
    axe.no_finding(page)
    page.goto(f"{here}retry/")
    axe.no_finding(page)
    write = f"{live_server.url}/console/alerts/{draft.code}/edit/"
    page.goto(write)
    page.locator("#id_sv_headline").fill("En annan rubrik")
    Alert.objects.filter(pk=draft.pk).update(version=draft.version + 1)
    page.locator("[name=then][value=preview]").click()
    page.locator(".conflict").wait_for()
    axe.no_finding(page)
    page.goto(write)
    page.locator("#id_sv_headline").fill("En tredje rubrik")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator("[name=then][value=preview]").click()
    page.locator("[target=_blank]").wait_for()
    axe.no_finding(page)
    let_in(page, live_server, nils)
    page.goto(f"{live_server.url}/console/")
    axe.no_finding(page)
