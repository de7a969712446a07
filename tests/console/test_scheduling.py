"""Choosing when a draft goes out, changing one's mind, and being told when it did not."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django import Settings

from notify.alerts import lifecycle, schedule
from notify.alerts.models import Alert, Area, Schedule, Update
from notify.alerts.vocabulary import State, Urgency
from notify.dispatch.models import Dispatch
from notify.dispatch.scheduled import announce_later, publish_due
from tests import given
from tests.console import world
from tests.console.world import HOUR, Form, errors, form_on, published

HERE = ZoneInfo("Europe/Stockholm")
WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=HERE)
TOMORROW = "2026-11-26T08:00"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """It is Wednesday noon until it is told otherwise."""
    with time_machine.travel(WEDNESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def alert() -> Alert:
    """A draft of something that lasts until Friday."""
    return given.draft(expires=WEDNESDAY + timedelta(days=2))


def where(alert: Alert, at: str | None = None) -> str:
    """The preview, at a time or as it opens."""
    address = f"/console/alerts/{alert.code}/publish/"
    return address if at is None else f"{address}?publish_at={quote(at)}"


def page_of(alert: Alert) -> str:
    return f"/console/alerts/{alert.code}/"


def undo_at(alert: Alert) -> str:
    return f"/console/alerts/{alert.code}/unschedule/"


def plan(alert: Alert, by: User, at: datetime | None = None) -> Schedule:
    """As the console does."""
    at = at or datetime(2026, 11, 26, 8, tzinfo=HERE)
    return announce_later(alert, at, version=alert.version, key=uuid.uuid4(), by=by)[0]


def text(page: Any) -> str:
    """As it is read: where a tag ends before a full stop, there is no gap."""
    return world.text(page).replace(" .", ".").replace(" ,", ",").replace("\xa0", " ")


def click(alert: Alert) -> dict[str, Any]:
    return {"version": alert.version, "key": str(uuid.uuid4())}


# --- choosing ---------------------------------------------------------------------------------


def test_now_is_the_default_and_other_times_are_a_click_away(client: Client, alert: Alert) -> None:
    page = client.get(where(alert))
    said = text(page)
    assert "Publicera Gå tillbaka" in said
    assert [(one.label, one.wall) for one in page.context["choices"]] == [
        ("i morgon kl.\N{NO-BREAK SPACE}08.00", TOMORROW)
    ]
    assert f'href="/console/alerts/{alert.code}/publish/?publish_at=2026-11-26T08%3A00"' in (
        page.content.decode()
    )
    assert "Ändra tiden" not in said


def test_the_choices_are_mornings_at_which_it_may_go_out(client: Client) -> None:
    begins = datetime(2026, 12, 9, 10, tzinfo=HERE)
    work = given.draft(urgency=Urgency.FUTURE, onset=begins, expires=begins + 2 * HOUR)
    page = client.get(where(work))
    assert [one.label for one in page.context["choices"]] == [
        "i morgon kl.\N{NO-BREAK SPACE}08.00",
        "måndag 30 november kl.\N{NO-BREAK SPACE}08.00",
        "dagen före: tisdag 8 december kl.\N{NO-BREAK SPACE}08.00",
    ]
    short = given.draft(expires=WEDNESDAY + 2 * HOUR)
    assert client.get(where(short)).context["choices"] == []


def test_a_time_is_looked_at_before_it_is_chosen(client: Client, alert: Alert) -> None:
    given.subscriber()
    page = client.get(where(alert, TOMORROW))
    assert "Publicera i morgon kl. 08.00 till 1 person" in text(page)
    # What the channels would carry says "today" of the day on which it is read.
    soon = given.draft(expires=datetime(2026, 11, 26, 16, tzinfo=HERE))
    today, then = (text(client.get(where(soon, at))) for at in ("", TOMORROW))
    assert "Väntas vara klart tors 26 nov kl. 16.00." in today
    assert "Väntas vara klart kl. 16.00." in then


def test_it_is_planned_and_nobody_is_told(client: Client, alert: Alert, karin: User) -> None:
    at = where(alert, TOMORROW)
    answer = client.post(at, form_on(client, at, step="send"), follow=True)

    assert answer.redirect_chain == [(page_of(alert), 302)]
    said = answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "Det publiceras i morgon kl. 08.00. Ingen har fått veta något än." in said
    made = Schedule.objects.get()
    assert (made.publish_at, made.by) == (datetime(2026, 11, 26, 8, tzinfo=HERE), karin)
    assert not Update.objects.exists()


def test_at_its_time_it_goes_out_as_if_its_editor_had_pressed_the_button(
    client: Client, alert: Alert, karin: User, clock: time_machine.Traveller
) -> None:
    at = where(alert, TOMORROW)
    client.post(at, form_on(client, at, step="send"))
    clock.move_to(datetime(2026, 11, 26, 8, tzinfo=HERE))
    client.force_login(karin)
    publish_due()

    page = text(client.get(page_of(alert)))
    assert "i dag kl. 08.00 · Karin Lind" in page
    assert "Ångra" not in page


def test_a_double_click_plans_once(client: Client, alert: Alert) -> None:
    at = where(alert, TOMORROW)
    form = form_on(client, at, step="send")
    first, second = client.post(at, form), client.post(at, form)
    assert first["Location"] == second["Location"] == page_of(alert)
    assert Schedule.objects.count() == 1


@pytest.mark.parametrize("step", ["send", "look"])
def test_a_time_that_was_written_but_not_looked_at_is_looked_at_first(
    client: Client, alert: Alert, step: str
) -> None:
    form = form_on(client, where(alert), publish_at=TOMORROW, step=step)
    answer = client.post(where(alert), form)
    assert (answer.status_code, answer["Location"]) == (302, where(alert, TOMORROW))
    assert not Schedule.objects.exists()
    assert not Update.objects.exists()


def test_looking_again_at_the_same_time_plans_nothing(client: Client, alert: Alert) -> None:
    at = where(alert, TOMORROW)
    assert client.post(at, form_on(client, at, step="look"))["Location"] == at
    assert not Schedule.objects.exists()


def test_a_time_that_was_taken_out_again_means_now_and_is_looked_at_first(
    client: Client, alert: Alert
) -> None:
    at = where(alert, TOMORROW)
    answer = client.post(at, form_on(client, at, publish_at="", step="send"))
    assert answer["Location"] == where(alert, "")
    assert not Dispatch.objects.exists()


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("2026-11-25T11:59", "Den tiden har redan passerat"),
        ("2026-11-25T12:00", "Den tiden har redan passerat"),
        ("2026-11-27T12:00", "Då ska det redan vara klart"),
        ("2027-11-27T12:00", "Det är mer än ett år dit"),
        ("1926-11-26T08:00", "Kontrollera årtalet"),
        ("i morgon", "Skriv datum och tid så här"),
        ("2027-03-28T02:30", "02:30 finns inte. Välj 03:30."),
    ],
)
def test_a_time_at_which_it_cannot_go_out_says_why_and_sends_nothing(
    client: Client, alert: Alert, written: str, sentence: str
) -> None:
    looked = client.get(where(alert, written))
    handed_in = client.post(
        where(alert),
        click(alert) | {"publish_at": written, "seen_at": written, "step": "send"},
    )
    for page in (looked, handed_in):
        assert page.status_code == 422
        assert any(sentence in one for one in errors(page)["publish_at"])
        # Nothing on the page lets it out, and now is one of the choices.
        assert 'value="send"' not in page.content.decode()
        assert "publish_at=&quot;" not in page.content.decode()
        assert f'href="{where(alert, "")}"' in page.content.decode()
    assert not Schedule.objects.exists()
    assert not Update.objects.exists()


def test_what_cannot_be_sent_at_all_offers_no_time(client: Client) -> None:
    long = given.draft(words={"sv": {"headline": "Kort", "instruction": "Långt. " * 140}})
    page = client.get(where(long))
    assert "Det går inte att skicka så här" in text(page)
    assert "Publicera senare" not in text(page)
    answer = client.post(
        where(long), click(long) | {"publish_at": "2026-11-25T13:00", "seen_at": "2026-11-25T13:00"}
    )
    assert answer.status_code == 422
    assert not Schedule.objects.exists()


def test_the_first_of_two_times_alike_is_meant(
    client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 10, 24, 12, tzinfo=HERE))
    alert = given.draft(expires=datetime(2026, 10, 26, 12, tzinfo=HERE))
    at = where(alert, "2026-10-25T02:30")
    client.post(at, form_on(client, at, step="send"))
    planned = Schedule.objects.get().publish_at
    assert planned == datetime.fromisoformat("2026-10-25T00:30:00+00:00")


def test_a_session_of_somebody_who_may_not_publish_plans_nothing(
    client: Client, alert: Alert, karin: User
) -> None:
    at = where(alert, TOMORROW)
    form = form_on(client, at, step="send")
    karin.groups.remove(Group.objects.get(name="Editors"))
    for address in (at, undo_at(alert)):
        assert client.post(address, form).status_code == 403
    assert not Schedule.objects.exists()


# --- what is planned ----------------------------------------------------------------------------


def test_the_alerts_page_says_when_and_by_whom_and_what_can_be_done(
    client: Client, alert: Alert, karin: User
) -> None:
    plan(alert, karin)
    page = client.get(page_of(alert))
    assert (
        "Publiceras i morgon kl. 08.00. Planerat av Karin Lind. Ingen har fått veta något än."
        in text(page)
    )
    for button in ("Publicera nu", "Granska eller ändra tiden", "Ångra planerad publicering"):
        assert button in text(page)


def test_the_overview_lists_what_is_planned_the_soonest_first(client: Client, karin: User) -> None:
    late, soon, draft = (
        given.draft(expires=None, words={"sv": {"headline": name}})
        for name in ("Sen", "Snar", "Utkast")
    )
    plan(late, karin, WEDNESDAY + 3 * HOUR)
    plan(soon, karin, WEDNESDAY + 2 * HOUR)
    page = client.get("/console/")
    assert [str(one) for one in page.context["scheduled"]] == ["Snar", "Sen"]
    assert page.context["drafts"] == [draft]
    assert "Publiceras i dag kl. 14.00. Planerat av Karin Lind." in text(page)


def test_publishing_now_is_looked_at_and_replaces_the_plan(
    client: Client, alert: Alert, karin: User
) -> None:
    plan(alert, karin)
    now = where(alert, "")
    page = client.get(now)
    assert "Publiceras i morgon kl. 08.00. Planerat av Karin Lind. Det du väljer här" in text(page)
    client.post(now, form_on(client, now, step="send"))
    alert.refresh_from_db()
    assert (alert.state, alert.publish_at) == (State.ACTIVE, None)


def test_the_preview_of_what_is_planned_opens_at_its_time(
    client: Client, alert: Alert, karin: User
) -> None:
    plan(alert, karin)
    page = client.get(where(alert))
    assert "Publicera i morgon kl. 08.00" in text(page)
    other = where(alert, "2026-11-26T09:30")
    client.post(other, form_on(client, other, step="send"))
    alert.refresh_from_db()
    assert alert.publish_at == datetime(2026, 11, 26, 9, 30, tzinfo=HERE)


def test_it_can_be_undone_and_a_second_click_does_no_harm(
    client: Client, alert: Alert, karin: User
) -> None:
    plan(alert, karin)
    asked = client.get(undo_at(alert))
    assert (asked.status_code, Schedule.objects.standing().count()) == (200, 1)
    first, second = (client.post(undo_at(alert), click(alert)) for _ in "12")
    assert first["Location"] == second["Location"] == page_of(alert)
    page = text(client.get(page_of(alert)))
    assert "Ett utkast. Ingen har fått veta något än." in page
    assert "Publiceras" not in page
    again = client.get(undo_at(alert))
    assert again.status_code == 409
    assert "Ingen publicering är planerad längre." in text(again)


def test_undoing_what_has_gone_out_says_so(client: Client, alert: Alert, karin: User) -> None:
    plan(alert, karin)
    form = click(alert)
    published(alert)
    page = client.post(undo_at(alert), form)
    assert page.status_code == 409
    assert client.post(undo_at(alert), {}).status_code == 409
    assert client.post(undo_at(given.draft()), {}).status_code == 409


def test_a_form_without_its_version_undoes_nothing(
    client: Client, alert: Alert, karin: User
) -> None:
    plan(alert, karin)
    page = client.post(undo_at(alert), {"version": "x"})
    assert page.status_code == 422
    assert "Formuläret är för gammalt" in text(page)
    assert Schedule.objects.standing().exists()


def test_a_colleague_who_looked_before_it_was_planned_is_told(
    client: Client, colleague: Client, alert: Alert
) -> None:
    at = where(alert, TOMORROW)
    theirs, ours = form_on(colleague, where(alert), step="send"), form_on(client, at, step="send")
    client.post(at, ours)
    page = colleague.post(where(alert), theirs)
    assert page.status_code == 409
    assert "Någon annan ändrade meddelandet" in text(page)
    assert "Publiceras i morgon kl. 08.00. Planerat av Karin Lind." in text(page)
    assert not Update.objects.exists()


# --- what ends a plan ---------------------------------------------------------------------------


def edited(client: Client, alert: Alert, **changes: Any) -> Any:
    address = f"/console/alerts/{alert.code}/edit/"
    form: Form = form_on(client, address, sv_headline="Ny rubrik", **changes)
    return client.post(address, form, follow=True)


def test_who_edits_what_is_planned_is_warned_and_then_told(
    client: Client, alert: Alert, karin: User
) -> None:
    plan(alert, karin)
    opened = text(client.get(f"/console/alerts/{alert.code}/edit/"))
    assert "Om du sparar en ändring går det inte längre ut av sig självt" in opened
    page = edited(client, alert, then="save").content.decode()
    assert "Eftersom det har ändrats behöver du välja en tid igen." in page
    assert "men har ändrats sedan dess" in page
    # The colleague who planned it sees it too.
    assert "men har ändrats sedan dess" in text(client.get("/console/"))
    assert not Schedule.objects.standing().exists()


def test_discarding_says_that_it_will_not_go_out_either(
    client: Client, alert: Alert, karin: User
) -> None:
    plan(alert, karin)
    page = text(client.get(f"/console/alerts/{alert.code}/discard/"))
    assert "Det publiceras inte heller i morgon kl. 08.00." in page


def test_what_was_refused_is_said_first_of_all_with_the_reason(
    client: Client, alert: Alert, karin: User, clock: time_machine.Traveller
) -> None:
    published()
    plan(alert, karin)
    Area.objects.update(active=False)
    clock.move_to(datetime(2026, 11, 26, 8, tzinfo=HERE))
    client.force_login(karin)
    publish_due()
    overview = client.get("/console/")
    said = text(overview)
    assert overview.context["missed"] == [alert]
    assert said.index("Publicerades inte som planerat") < said.index("Pågår nu")
    for page in (said, text(client.get(page_of(alert)))):
        assert (
            "Det publicerades inte i dag kl. 08.00 som planerat."
            " Används inte längre: Äspered. Välj andra." in page
        )
    english = client.get(page_of(alert), headers={"accept-language": "en"})
    assert "No longer in use: Äspered. Choose others." in text(english)


def test_what_should_have_gone_out_and_has_not_is_said_too(
    client: Client, alert: Alert, karin: User, clock: time_machine.Traveller
) -> None:
    plan(alert, karin)
    clock.move_to(datetime(2026, 11, 26, 8, tzinfo=HERE) + schedule.UNHEARD)
    client.force_login(karin)
    overview = client.get("/console/")
    assert overview.context["missed"] == [alert]
    assert "Det skulle ha publicerats i dag kl. 08.00." in text(overview)
    page = text(client.get(page_of(alert)))
    assert "skulle ha publicerats i dag kl. 08.00, för 1 minut sedan" in page
    # And the way to do it by hand is open.
    now = where(alert)
    client.post(now, form_on(client, now, step="send"))
    alert.refresh_from_db()
    assert alert.state == State.ACTIVE


def test_reasons_are_words_and_never_markup(
    client: Client, alert: Alert, karin: User, clock: time_machine.Traveller
) -> None:
    User.objects.filter(pk=karin.pk).update(first_name="<b>Karin")
    plan(alert, karin)
    page = client.get(page_of(alert)).content
    assert b"<b>Karin" not in page
    assert b"&lt;b&gt;Karin" in page


def test_the_words_of_a_refusal_survive_a_missing_language(
    client: Client, alert: Alert, karin: User, settings: Settings
) -> None:
    made = plan(alert, karin)
    schedule.return_to_draft(made, {"sv": "Nej."})
    page = client.get(page_of(alert), headers={"accept-language": "en"})
    assert "Nej." in text(page)
    lifecycle.discard_draft(alert, version=3)
