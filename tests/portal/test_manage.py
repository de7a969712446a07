"""Coming back: number, code, and then everything that stands, to change or end."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as project
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts.models import Area, Service
from notify.dispatch.models import DirectMessage
from notify.residents.managing import places_of
from notify.residents.models import Consent, SignUp, Subscriber, Subscription
from notify.residents.services import find_subscriber, opt_out
from tests import given
from tests.portal.steps import DIGITS, WRITTEN, alike, text, wrong
from tests.portal.world import sent_code

pytestmark = pytest.mark.django_db

PHONE = "+46701740605"
ÄSPERED = "1490TB121"
FRISTAD = "1490TB108"


def ask(client: Client, **changes: Any) -> HttpResponse:
    answer: Any = client.post("/manage/", {"phone": WRITTEN, "form": uuid.uuid4()} | changes)
    return answer  # type: ignore[no-any-return]


def enter(client: Client, **changes: Any) -> str:
    """Come in with a code; returns the address of the page that asked for it."""
    page = ask(client, **changes)["Location"]
    assert client.post(page, {"code": sent_code()})["Location"] == "/manage/"
    return page


def said(answer: Any) -> str:
    """What the page after a change says of it."""
    found = re.search(r'<div class="notice" role="status"> <p>(.*?)</p>', text(answer))
    return found[1] if found else ""


def standing() -> dict[str, tuple[set[str], bool]]:
    return {
        one.area.name: ({service.slug for service in one.services}, one.serious_only)
        for one in places_of(Subscriber.objects.get())
    }


@pytest.fixture(autouse=True)
def quiet_hours(settings: Settings) -> None:
    """As they are where nobody sets them: the pages ask about the night."""
    settings.QUIET_HOURS = (22, 7)


@pytest.fixture
def two_places() -> Subscriber:
    """Everything in Äspered, and power in Fristad."""
    city = given.city()
    given.service("water")
    given.subscriber(PHONE, areas=[city["Fristad"]], services=[given.service("power")])
    return given.subscriber(PHONE, areas=[city["Äspered"]])


# --- the way in -------------------------------------------------------------------------------


@pytest.mark.usefixtures("two_places")
def test_number_then_code_then_everything_that_stands(client: Client) -> None:
    page = ask(client)["Location"]
    assert "Sms:et är på väg till +46 ••• •• 05" in text(client.get(page))
    assert "Fortsätt" in text(client.get(page))

    shown = text(client.post(page, {"code": sent_code()}, follow=True))

    for words in ("+46 ••• •• 05", "Äspered", "Alla tjänster", "Fristad", "El", "Svenska"):
        assert words in shown
    assert re.search(r"Du kan göra ändringar till <time [^>]*>i (dag|morgon) kl\.", shown)


@pytest.mark.usefixtures("two_places")
def test_a_known_number_gets_the_same_answer_as_an_unknown_one_at_the_same_cost(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    ask(client, phone="070-174 06 07")  # whatever is read once only
    pages = []
    with django_assert_max_num_queries(18) as known:
        pages.append(ask(client)["Location"])
    with django_assert_num_queries(len(known)):
        pages.append(ask(client, phone="070-174 06 06")["Location"])

    shown = [alike(client.get(page)) for page in pages]
    assert shown[0].replace("05", "06") == shown[1].replace("05", "06")
    assert DirectMessage.objects.count() == SignUp.objects.filter(purpose="manage").count() == 3


def test_who_has_the_phone_of_an_unknown_number_is_told_and_may_choose_at_once(
    client: Client,
) -> None:
    given.city(), given.service("water")
    enter(client)
    assert "Det finns ingen prenumeration på +46 ••• •• 05" in text(client.get("/manage/"))

    answer = client.post(
        "/manage/places/", {"areas": [FRISTAD], "services": ["water"]}, follow=True
    )

    assert said(answer) == "Ditt val är sparat."
    assert standing() == {"Fristad": (set(), False)}
    assert Consent.objects.get().kind == "opt-in"


@pytest.mark.parametrize(
    ("phone", "sentence"),
    [("", "Skriv ditt mobilnummer"), ("033-35 70 00", "Det är inget mobilnummer")],
)
def test_a_number_that_cannot_be_right_is_told_beside_the_field(
    client: Client, phone: str, sentence: str
) -> None:
    answer = ask(client, phone=phone)

    assert answer.status_code == 422
    assert re.search(rf'id="id_phone_error">\s*<li>[^<]*{sentence}', text(answer))
    assert not SignUp.objects.exists()


def test_too_many_codes_is_told_where_it_was_asked(client: Client, settings: Settings) -> None:
    settings.CODE_LIMIT_PER_NUMBER_PER_HOUR = 1
    page = ask(client)["Location"]

    for answer in (ask(client), client.post(f"{page}renew/")):
        assert answer.status_code == 429
        assert "Det har begärts för många koder." in text(answer)


def test_a_double_click_sends_one_code_and_a_new_one_may_be_asked_for(client: Client) -> None:
    form = uuid.uuid4()
    page = ask(client, form=form)["Location"]
    assert ask(client, form=form)["Location"] == page
    assert DirectMessage.objects.count() == 1

    renewed = client.post(f"{page}renew/")["Location"]

    assert client.post(renewed, {"code": sent_code()})["Location"] == "/manage/"


def test_a_wrong_code_opens_nothing_and_sets_no_cookie(client: Client) -> None:
    page = ask(client)["Location"]

    answer = client.post(page, {"code": wrong(sent_code())})

    assert answer.status_code == 422
    assert "managing" not in client.cookies
    assert 'name="phone"' in text(client.get("/manage/"))


@pytest.mark.parametrize("replies", [True, False])
def test_stopp_is_offered_only_where_it_can_be_answered(
    client: Client, settings: Settings, *, replies: bool
) -> None:
    settings.SMS_REPLIES = replies
    before = text(client.get("/manage/"))
    given.subscriber(PHONE)
    enter(client)

    for page in (before, text(client.get("/manage/places/"))):
        assert ("STOPP ALLT" in page) is replies


def test_without_a_provider_nobody_is_asked_for_a_number(
    client: Client, settings: Settings
) -> None:
    settings.SMS_ENABLED = False

    assert client.get("/manage/").status_code == ask(client).status_code == 503


# --- the session ------------------------------------------------------------------------------


def test_the_cookie_is_signed_short_and_says_nothing(client: Client) -> None:
    enter(client)

    cookie = client.cookies["managing"]

    assert cookie["max-age"] == project.MANAGE_MINUTES * 60
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert DIGITS not in cookie.value
    client.cookies["managing"] = cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B")
    assert 'name="phone"' in text(client.get("/manage/"))


def test_the_key_in_an_address_is_no_cookie(client: Client) -> None:
    page = enter(client)
    stranger = Client()
    stranger.cookies["managing"] = page.split("/")[2].replace("-", "")

    assert 'name="phone"' in text(stranger.get("/manage/"))


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("/manage/places/", {"areas": [FRISTAD], "services": ["water"]}),
    (f"/manage/places/{ÄSPERED}/", {"services": ["water"], "serious_only": "on"}),
    (f"/manage/places/{ÄSPERED}/end/", {}),
    ("/manage/end/", {}),
    ("/manage/undo/", {}),
    ("/manage/language/", {"language": "en"}),
    ("/manage/pause/", {"until": f"{timezone.localdate() + timedelta(7):%Y-%m-%d}"}),
    ("/manage/resume/", {}),
    ("/manage/number/", {"phone": "070-174 06 07"}),
    ("/manage/nights/", {"nights": "routine"}),
]
"""Everything that can be sent from within, right in itself."""


def everything() -> list[Any]:
    """All that is known of who subscribes to what."""
    tables = (Subscriber, Subscription, Consent)
    return [list(table._default_manager.order_by("pk").values()) for table in tables]


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize(("address", "form"), CHANGES)
def test_when_the_time_is_up_nothing_is_changed_and_it_is_said(
    client: Client, address: str, form: dict[str, Any]
) -> None:
    before = everything()
    enter(client)
    late = timezone.now() + timedelta(minutes=project.MANAGE_MINUTES, seconds=1)

    with time_machine.travel(late, tick=False):
        answer = client.post(address, form, follow=True)

    assert said(answer).startswith("Tiden hade gått ut")
    assert 'name="phone"' in text(answer)
    assert everything() == before


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize(("address", "form"), CHANGES)
def test_who_never_typed_a_code_changes_nothing(
    client: Client, address: str, form: dict[str, Any]
) -> None:
    before = everything()

    assert client.post(address, form)["Location"] == "/manage/?said=over"
    assert everything() == before


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize("address", ["/manage/", "/manage/close/", *(one for one, _ in CHANGES)])
def test_looking_changes_nothing(client: Client, address: str) -> None:
    enter(client)
    before = everything()

    assert client.get(address).status_code in (200, 405)

    assert everything() == before
    assert "Jag är klar" in text(client.get("/manage/"))


@pytest.mark.usefixtures("two_places")
def test_whoever_closes_has_closed_every_tab(client: Client) -> None:
    page, tab = enter(client), Client(headers={"accept-language": "sv"})
    tab.cookies["managing"] = client.cookies["managing"].value

    assert said(client.post("/manage/close/", follow=True)).startswith("Du har stängt sidan")

    assert "managing" not in client.cookies or not client.cookies["managing"].value
    assert 'name="phone"' in text(tab.get("/manage/"))
    assert 'name="phone"' in text(client.get(page, follow=True))


@pytest.mark.usefixtures("two_places")
def test_the_code_sent_twice_lands_on_the_same_page(client: Client) -> None:
    page, code = ask(client)["Location"], sent_code()
    client.post(page, {"code": code})

    assert client.post(page, {"code": code})["Location"] == "/manage/"
    assert client.get(page)["Location"] == "/manage/"
    assert client.get(f"{page}done/")["Location"] == "/manage/"
    assert client.post(f"{page}renew/")["Location"] == "/manage/"


@pytest.mark.usefixtures("two_places")
def test_nobody_keeps_the_pages_and_no_number_is_on_them(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    page = enter(client)
    for address in (
        "/manage/",
        "/manage/places/",
        f"/manage/places/{ÄSPERED}/",
        "/manage/number/",
        page,
    ):
        answer = client.get(address)
        assert "no-store" in answer["Cache-Control"]
        assert DIGITS not in re.sub(r"\D", "", answer.content.decode())
    assert DIGITS not in caplog.text


# --- changing and ending ----------------------------------------------------------------------


@pytest.mark.usefixtures("two_places")
def test_a_place_opens_as_it_stands_and_is_changed(client: Client) -> None:
    enter(client)
    shown = text(client.get(f"/manage/places/{FRISTAD}/"))
    assert re.findall(r'value="(\w+)"[^>]*checked', shown) == ["power"]

    form = {"services": ["water"], "serious_only": "on"}
    answer = client.post(f"/manage/places/{FRISTAD}/", form, follow=True)

    assert said(answer) == "Ditt val är sparat."
    assert standing() == {"Äspered": (set(), False), "Fristad": ({"water"}, True)}


@pytest.mark.usefixtures("two_places")
def test_every_service_is_ticked_where_every_service_stands(client: Client) -> None:
    enter(client)

    shown = text(client.get(f"/manage/places/{ÄSPERED}/"))

    assert re.findall(r'value="(\w+)"[^>]*checked', shown) == ["power", "water"]


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize(
    ("address", "form", "sentence"),
    [
        (f"/manage/places/{ÄSPERED}/", {}, "Välj minst en tjänst."),
        (f"/manage/places/{ÄSPERED}/", {"services": ["magic"]}, "Den tjänsten finns inte längre"),
        ("/manage/places/", {"services": ["water"]}, "Välj minst ett område."),
        ("/manage/places/", {"areas": ["x"], "services": ["water"]}, "Det området finns inte"),
        ("/manage/places/", {"areas": [FRISTAD]}, "Välj minst en tjänst."),
        ("/manage/language/", {}, "Välj ett språk."),
        ("/manage/language/", {"language": "xx"}, "Det språket skriver vi inte på."),
        ("/manage/nights/", {}, "Välj vad som får vänta till morgonen."),
        ("/manage/nights/", {"nights": "x"}, "Välj vad som får vänta till morgonen."),
        ("/manage/pause/", {}, "Välj när du vill få sms igen."),
        ("/manage/pause/", {"until": "2020-01-01"}, "Den dagen har passerat."),
        ("/manage/pause/", {"until": "\0"}, "Den dagen har passerat."),
        ("/manage/held/erase/", {}, "Kryssa i rutan först"),
    ],
)
def test_what_cannot_be_right_is_told_and_changes_nothing(
    client: Client, address: str, form: dict[str, Any], sentence: str
) -> None:
    enter(client)
    before = everything()

    answer = client.post(address, form)

    assert answer.status_code == 422
    told_beside_its_field(text(answer), sentence)
    assert everything() == before


def told_beside_its_field(html: str, sentence: str) -> None:
    """Also in a summary that takes the focus, and whose link leads to the field."""
    summary = re.search(r'<div class="error-summary"[^>]*data-focus>.*?</div>', html)
    assert summary
    link = re.search(rf'<a href="#(\w+)">[^<]*{re.escape(sentence)}', summary[0])
    assert link
    assert html.count(f'id="{link[1]}"') == 1
    assert re.search(rf'id="{link[1]}_error">\s*<li>[^<]*{re.escape(sentence)}', html)
    assert re.search(rf'aria-describedby="[^"]*{link[1]}_error', html)


@pytest.mark.usefixtures("two_places")
def test_what_was_chosen_beside_a_mistake_is_kept(client: Client) -> None:
    enter(client)

    added = text(client.post("/manage/places/", {"areas": [FRISTAD], "serious_only": "on"}))

    assert re.search(rf'value="{FRISTAD}"[^>]*checked', added)
    assert re.search(r'name="serious_only"[^>]*checked', added)
    assert added.count("checked") == 2


@pytest.mark.usefixtures("two_places")
def test_two_tabs_that_save_the_same_leave_one_subscription(client: Client) -> None:
    enter(client)
    form = {"areas": [ÄSPERED, FRISTAD], "services": ["water", "power"]}

    for _tab in range(2):
        client.post("/manage/places/", form)

    assert Subscription.objects.filter(ended_at=None).count() == 2
    assert standing() == {"Äspered": (set(), False), "Fristad": (set(), False)}


@pytest.mark.usefixtures("two_places")
def test_one_place_is_ended_and_a_tab_that_still_shows_it_changes_nothing(client: Client) -> None:
    enter(client)

    for _click in range(2):
        answer = client.post(f"/manage/places/{FRISTAD}/end/", follow=True)
        assert said(answer) == "Området är avslutat."

    answer = client.post(f"/manage/places/{FRISTAD}/", {"services": ["water"]}, follow=True)
    assert said(answer).startswith("Området är inte längre ett av dina")
    assert standing() == {"Äspered": (set(), False)}


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize(
    "leave",
    [
        lambda client: client.post("/manage/end/", follow=True),
        lambda client: [
            client.post(f"/manage/places/{code}/end/", follow=True) for code in (ÄSPERED, FRISTAD)
        ][-1],
    ],
    ids=["all at once", "one after the other"],
)
def test_everything_is_ended_with_its_consent_on_record(
    client: Client, leave: Callable[[Client], Any]
) -> None:
    enter(client)

    answer = leave(client)

    assert said(answer) == "Allt är avslutat. Du får inga fler sms från oss."
    assert "Du får inga sms från oss" in text(answer)
    assert Subscriber.objects.get().ended_reason == "web"
    assert Consent.objects.latest("pk").kind == "opt-out"
    assert said(client.post("/manage/end/", follow=True)).startswith("Allt är avslutat.")


@pytest.mark.usefixtures("two_places")
def test_to_end_everything_asks_first_and_to_be_asked_changes_nothing(client: Client) -> None:
    enter(client)
    before = everything()
    assert 'href="/manage/end/"' in text(client.get("/manage/"))

    asked = text(client.get("/manage/end/"))

    for words in ("Avsluta allt?", "<li>Äspered</li>", "Ja, avsluta allt", "Nej, behåll mina sms"):
        assert words in asked
    assert everything() == before


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize("ended", [[""], [f"places/{FRISTAD}/", f"places/{ÄSPERED}/"]])
def test_who_ended_the_last_of_it_gets_it_back_with_one_click_or_two(
    client: Client, ended: list[str]
) -> None:
    enter(client)
    before = standing()
    for one in ended:
        answer = client.post(f"/manage/{one}end/", follow=True)
    assert "Ångra och återställ det jag hade" in text(answer)

    for _click in range(2):
        answer = client.post("/manage/undo/", follow=True)
        assert said(answer) == "Allt är som det var innan du avslutade det."

    # What was ended before the last was ended by itself.
    assert standing() == (before if len(ended) == 1 else {"Äspered": before["Äspered"]})
    assert [one.kind for one in Consent.objects.order_by("pk")][-2:] == ["opt-out", "opt-in"]
    assert Subscription.objects.filter(ended_at=None).count() == len(standing())


@pytest.mark.usefixtures("two_places")
def test_only_who_ended_it_within_the_session_is_offered_to_undo_it(client: Client) -> None:
    enter(client)
    client.post("/manage/end/")
    with time_machine.travel(timezone.now() + timedelta(minutes=project.MANAGE_MINUTES + 1)):
        enter(client)
        assert "Ångra" not in text(client.get("/manage/"))
        assert client.post("/manage/undo/")["Location"] == "/manage/places/"
    assert Subscriber.objects.get().ended_reason == "web"


@pytest.mark.usefixtures("two_places")
def test_who_wrote_stop_meanwhile_finds_everything_ended(client: Client) -> None:
    enter(client)
    opt_out(PHONE, source="sms", words="STOPP")

    for address, form in CHANGES[1:]:
        if address == "/manage/undo/":
            continue  # what STOPP ended comes back with START
        assert said(client.post(address, form, follow=True)).startswith("Allt är avslutat.")
    assert Subscription.objects.filter(ended_at=None).count() == 0


@pytest.mark.usefixtures("two_places")
def test_the_language_of_the_messages_is_changed(client: Client) -> None:
    enter(client)

    answer = client.post("/manage/language/", {"language": "en"}, follow=True)

    assert said(answer) == "Ditt val är sparat."
    assert Subscriber.objects.get().language == "en"
    assert re.search(r'value="en"\s+selected', text(answer))


@pytest.mark.usefixtures("two_places")
def test_where_there_is_no_night_nobody_is_asked_about_it(
    client: Client, settings: Settings
) -> None:
    settings.QUIET_HOURS = (7, 7)
    enter(client)

    assert "På natten" not in text(client.get("/manage/"))


@pytest.mark.usefixtures("two_places")
def test_what_may_wait_for_the_morning_is_chosen(client: Client) -> None:
    enter(client)
    shown = text(client.get("/manage/"))
    assert "mellan kl. 22.00 och 07.00 kan vänta till kl. 07.00" in shown
    assert re.search(r'value="planned"[^>]*checked', shown)

    answer = client.post("/manage/nights/", {"nights": "routine"}, follow=True)

    assert said(answer) == "Ditt val är sparat."
    assert Subscriber.objects.get().nights == "routine"
    assert re.search(r'value="routine"[^>]*checked', text(answer))


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize(
    ("today", "chosen", "until"),
    [
        ("2026-11-25T12:00:00+01:00", "2026-12-02", "2026-12-02T07:00:00+01:00"),
        # It is the next day in Sweden already; and the clock goes forward before the pause is over.
        ("2026-03-27T23:30:00+00:00", "2026-04-04", "2026-04-04T07:00:00+02:00"),
        ("2026-10-24T12:00:00+02:00", "2026-10-25", "2026-10-25T07:00:00+01:00"),
    ],
)
def test_a_pause_lasts_until_seven_on_the_chosen_morning_by_the_clock_there(
    client: Client, today: str, chosen: str, until: str
) -> None:
    with time_machine.travel(datetime.fromisoformat(today), tick=False):
        enter(client)
        assert f'value="{chosen}"' in text(client.get("/manage/"))

        answer = client.post("/manage/pause/", {"until": chosen}, follow=True)

        assert said(answer) == "Dina sms är pausade. Pausen tar slut av sig själv."
        assert Subscriber.objects.get().paused_until == datetime.fromisoformat(until)
        assert re.search(r"Dina sms är pausade till <time [^>]*>[^<]* kl\. 07\.00", text(answer))

        answer = client.post("/manage/resume/", follow=True)
        assert said(answer) == "Du får sms igen."
        assert not Subscriber.objects.get().paused


# --- another number ---------------------------------------------------------------------------

NEW = "070-174 06 06"


def ask_to_move(client: Client, phone: str = NEW) -> Any:
    return client.post("/manage/number/", {"phone": phone, "form": uuid.uuid4()})


@pytest.mark.usefixtures("two_places")
def test_a_code_to_the_new_number_moves_everything_there(client: Client) -> None:
    enter(client)
    page = ask_to_move(client)["Location"]
    assert "+46 ••• •• 06" in text(client.get(page))
    assert Subscriber.objects.get().phone == PHONE

    answer = client.post(page, {"code": sent_code()}, follow=True)

    assert said(answer) == "Från och med nu skriver vi till det nya numret."
    assert "+46 ••• •• 06" in text(answer)
    assert "Fristad" in text(answer)
    assert find_subscriber("+46701740606") is not None
    assert find_subscriber(PHONE) is None


@pytest.mark.usefixtures("two_places")
def test_the_code_for_the_new_number_sent_twice_moves_once(client: Client) -> None:
    enter(client)
    page, code = ask_to_move(client)["Location"], sent_code()
    tab = Client(headers={"accept-language": "sv"})
    tab.cookies["managing"] = client.cookies["managing"].value
    client.post(page, {"code": code})

    answer = tab.post(page, {"code": code}, follow=True)

    assert said(answer).startswith("Från och med nu")
    assert Consent.objects.filter(kind="moved").count() == 1


@pytest.mark.usefixtures("two_places")
def test_the_code_for_the_new_number_is_asked_for_only_within_the_session(client: Client) -> None:
    enter(client)
    page, code = ask_to_move(client)["Location"], sent_code()

    for stranger in (Client(), Client()):
        assert stranger.post(page, {"code": code})["Location"] == "/manage/?said=over"
        assert stranger.get(page)["Location"] == "/manage/?said=over"
    client.post("/manage/close/")
    assert client.post(page, {"code": code})["Location"] == "/manage/?said=over"
    assert find_subscriber(PHONE) is not None


@pytest.mark.usefixtures("two_places")
def test_no_new_code_goes_to_the_new_number_once_the_old_one_is_erased(client: Client) -> None:
    enter(client)
    page = client.post("/manage/number/", {"phone": "070-174 06 06", "form": uuid.uuid4()})
    client.post("/manage/held/erase/", {"sure": "yes"})
    before = DirectMessage.objects.count()

    answer = client.post(f"{page['Location']}renew/", {"form": uuid.uuid4()}, follow=True)

    assert said(answer).startswith("Tiden hade gått ut")
    assert DirectMessage.objects.count() == before


@pytest.mark.usefixtures("two_places")
def test_a_new_number_with_subscriptions_is_told_only_to_who_has_it(client: Client) -> None:
    given.subscriber("+46701740606")
    enter(client)
    page = ask_to_move(client)["Location"]
    assert "får redan sms" not in text(client.get(page))

    answer = client.post(page, {"code": sent_code()})

    assert answer.status_code == 422
    assert "Det numret får redan sms från oss." in text(answer)


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize(
    ("phone", "sentence"),
    [
        ("", "Skriv ditt mobilnummer"),
        ("ring mig", "Ett telefonnummer har inga bokstäver"),
        (WRITTEN, "Det är numret du redan har."),
    ],
)
def test_a_new_number_that_cannot_be_right_is_told_beside_the_field(
    client: Client, phone: str, sentence: str
) -> None:
    enter(client)

    answer = ask_to_move(client, phone)

    assert answer.status_code == 422
    assert re.search(rf'id="id_phone_error">\s*<li>[^<]*{sentence}', text(answer))


@pytest.mark.usefixtures("two_places")
def test_too_many_codes_to_new_numbers_is_told(client: Client, settings: Settings) -> None:
    enter(client)
    settings.CODE_LIMIT_PER_CLIENT_PER_HOUR = 1

    answer = ask_to_move(client)

    assert answer.status_code == 429
    assert "Det har begärts för många koder." in text(answer)


# --- the pages --------------------------------------------------------------------------------


def test_in_english_everything_is_in_english(english: Client, two_places: Subscriber) -> None:
    enter(english)

    shown = text(english.get("/manage/?said=saved"))

    for words in ("Your areas", "Every service", "Electricity", "You can change things until"):
        assert words in shown
    assert said(english.get("/manage/?said=saved")) == "Your choice is saved."
    assert said(english.get("/manage/?said=nonsense")) == ""


@pytest.mark.usefixtures("two_places")
def test_an_area_and_a_service_no_longer_in_use_can_still_be_ended(client: Client) -> None:
    Area.objects.filter(name="Fristad").update(active=False)
    Service.objects.filter(slug="power").update(active=False)
    enter(client)
    assert "Fristad" in text(client.get("/manage/"))
    assert client.get(f"/manage/places/{FRISTAD}/").status_code == 200

    client.post(f"/manage/places/{FRISTAD}/end/")

    assert standing() == {"Äspered": (set(), False)}


@pytest.mark.usefixtures("two_places")
def test_the_page_costs_as_many_statements_for_one_place_as_for_all(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    enter(client)
    with django_assert_num_queries(4):
        client.get("/manage/")
    client.post(f"/manage/places/{FRISTAD}/end/")
    with django_assert_num_queries(4):
        client.get("/manage/")


def test_a_form_from_another_site_is_refused(two_places: Subscriber) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "sv"})

    assert strict.post("/manage/", {"phone": WRITTEN}).status_code == 403
    assert strict.post("/manage/end/").status_code == 403
    assert not SignUp.objects.filter(purpose="manage").exists()
