"""The pages about receiving systems: who may use them, and that each button does what it says."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from notify.channels.registry import channels
from notify.channels.webhooks.endpoints import Wanted, mark, register, secrets_of, switch_off
from notify.channels.webhooks.models import Attempt, Endpoint, Off
from notify.console.urls import urlpatterns
from notify.dispatch.models import Delivery, State
from tests import given
from tests.channels.receiver import Receiver, listening
from tests.console.conftest import PASSWORD
from tests.console.world import errors, form_on, published, text
from tests.dispatch import world

pytestmark = pytest.mark.django_db
ROUTES = [one for one in urlpatterns if str(one.name).startswith("system")]


@pytest.fixture
def siv(db: None) -> User:
    """Manages receiving systems, and is no editor."""
    user = User.objects.create_user("siv", password=PASSWORD, is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="manage_endpoints"))
    return user


@pytest.fixture
def client(siv: User) -> Client:
    browser = Client(headers={"accept-language": "sv"})
    browser.force_login(siv)
    return browser


@pytest.fixture(scope="module")
def server() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def receiver(server: Receiver, settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_ALLOW_NETWORKS = [ip_network("127.0.0.1/32")]
    server.forget()
    yield server
    channels()["webhooks"].close()  # type: ignore[attr-defined]


@pytest.fixture
def endpoint(receiver: Receiver) -> Endpoint:
    return register(Wanted("Intranätet", f"{receiver.url}/hook"), key=uuid.uuid4())[0]


def at(name: str, endpoint: Endpoint, **more: object) -> str:
    return reverse(f"console:{name}", kwargs={"key": endpoint.pk, **more})


def address(name: str, endpoint: Endpoint) -> str:
    route = next(one for one in ROUTES if one.name == name)
    values = {"key": endpoint.pk, "delivery": 1}
    wanted = {given: values[given] for given in route.pattern.converters}
    return reverse(f"console:{name}", kwargs=wanted)


@pytest.mark.parametrize("name", [str(one.name) for one in ROUTES])
def test_only_who_has_the_permission_gets_in(
    name: str, stranger: Client, karin: User, endpoint: Endpoint
) -> None:
    where = address(name, endpoint)
    for answer in (stranger.get(where), stranger.post(where)):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("console:login"))
    stranger.force_login(karin)
    for answer in (stranger.get(where), stranger.post(where)):
        assert answer.status_code == 403
        assert "Ditt konto får inte hantera mottagande system." in text(answer)


@pytest.mark.parametrize("name", [str(one.name) for one in ROUTES])
def test_reading_changes_nothing_and_stays_in_no_cache(
    name: str, client: Client, endpoint: Endpoint, receiver: Receiver
) -> None:
    before = list(Endpoint.objects.values()), Attempt.objects.count()
    answer = client.get(address(name, endpoint))
    assert answer.status_code in {200, 405}
    assert "no-store" in answer["Cache-Control"]
    assert (list(Endpoint.objects.values()), Attempt.objects.count()) == before
    assert receiver.received == []


def test_who_is_no_editor_logs_in_and_comes_to_the_systems(stranger: Client, siv: User) -> None:
    answer = stranger.post(
        reverse("console:login"), {"username": "siv", "password": PASSWORD}, follow=True
    )
    assert answer.redirect_chain == [(reverse("console:systems"), 302)]
    assert "Inget system är registrerat." in text(answer)


def test_the_menu_leads_there_for_whom_it_is(client: Client, stranger: Client, karin: User) -> None:
    link = f'href="{reverse("console:systems")}"'
    assert link in client.get(reverse("console:systems")).content.decode()
    stranger.force_login(karin)
    assert link not in stranger.get(reverse("console:home")).content.decode()


def test_registering_shows_the_secret_once(client: Client) -> None:
    given.city()
    given.service()
    where = reverse("console:system-new")
    form = form_on(client, where) | {
        "name": "Intranätet",
        "url": "https://intranet.example/hook",
        "areas": ["1490TB121"],
        "services": ["water"],
    }
    answer = client.post(where, form)
    made = Endpoint.objects.get()
    (secret,) = secrets_of(made)
    assert secret in text(answer)
    assert (made.areas, made.services) == (["1490TB121"], ["water"])
    again = client.post(where, form, follow=True)
    assert Endpoint.objects.count() == 1
    assert secret not in again.content.decode()
    page = client.get(at("system", made))
    assert secret not in page.content.decode()
    assert "Äspered" in text(page)
    assert "Dricksvatten" in text(page)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"name": ""}, "name", "Ge det ett namn."),
        ({"url": ""}, "url", "Skriv adressen som ska få veta."),
        ({"url": "http://intranet.example/"}, "url", "Adressen måste börja med https://."),
        ({"url": "https://10.0.0.1/"}, "url", "Den adressen ligger i ett privat nät"),
        ({"areas": ["nowhere"]}, "areas", "Området ”nowhere” finns inte."),
        ({"services": ["nothing"]}, "services", "Den tjänsten finns inte."),
    ],
)
def test_a_mistake_is_named_beside_its_field(
    client: Client, changes: dict[str, object], field: str, said: str
) -> None:
    where = reverse("console:system-new")
    form = {"name": "Intranätet", "url": "https://intranet.example/"}
    answer = client.post(where, form_on(client, where) | form | changes)
    assert answer.status_code == 422
    (sentence,) = errors(answer)[field]
    assert sentence.startswith(said)
    assert not Endpoint.objects.exists()


def test_a_change_holds_from_then_on(client: Client, endpoint: Endpoint) -> None:
    given.service("power")
    where = at("system-edit", endpoint)
    form = form_on(client, where)
    assert (form["name"], form["url"]) == (endpoint.name, endpoint.url)
    client.post(where, form | {"services": ["power"], "name": "Skärmen"})
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.services) == ("Skärmen", ["power"])


def test_a_test_says_how_it_went(client: Client, endpoint: Endpoint, receiver: Receiver) -> None:
    answer = client.post(at("system-test", endpoint), follow=True)
    assert re.search(r"Det svarade 204 efter \d+ ms\.", answer.content.decode())
    receiver.answers(500)
    answer = client.post(at("system-test", endpoint), follow=True)
    assert "Det mottagande systemet svarade med fel 500." in text(answer)
    assert len(receiver.received) == 2


def test_a_new_secret_is_shown_once_and_a_double_click_changes_nothing(
    client: Client, endpoint: Endpoint
) -> None:
    (old,) = secrets_of(endpoint)
    seen = {"seen": mark(endpoint)}
    answer = client.post(at("system-rotate", endpoint), seen)
    endpoint.refresh_from_db()
    new, earlier = secrets_of(endpoint)
    assert earlier == old
    assert new in text(answer)
    again = client.post(at("system-rotate", endpoint), seen, follow=True)
    assert "Hemligheten är redan utbytt" in again.content.decode()
    endpoint.refresh_from_db()
    assert secrets_of(endpoint) == (new, old)


def test_it_is_switched_off_and_on(client: Client, endpoint: Endpoint) -> None:
    answer = client.post(at("system-switch", endpoint), {"to": "off"}, follow=True)
    assert "Avstängt för hand" in text(answer)
    endpoint.refresh_from_db()
    assert endpoint.off_at is not None
    client.post(at("system-switch", endpoint), {"to": "on"})
    endpoint.refresh_from_db()
    assert endpoint.off_at is None


def test_one_that_is_gone_says_so_in_the_list(client: Client, endpoint: Endpoint) -> None:
    switch_off(endpoint, Off.GONE)
    answer = client.get(reverse("console:systems"))
    assert "Mottagaren svarade att adressen är borta för gott (410)" in text(answer)


def test_what_failed_and_what_arrived_is_sent_again(
    client: Client, endpoint: Endpoint, receiver: Receiver
) -> None:
    receiver.answers(410)
    dispatch = world.fan_out()
    its = dispatch.deliveries.get(channel="webhooks")
    assert its.state == State.FAILED
    client.post(at("system-switch", endpoint), {"to": "on"})
    receiver.answers(204)
    for _ in range(2):
        page = client.get(at("system", endpoint)).content.decode()
        again = at("system-repeat", endpoint, delivery=its.pk)
        assert again in page
        key = re.search(r'name="key" value="([^"]+)"', page)
        assert key
        answer = client.post(again, {"key": key[1]})
        assert answer.status_code == 302
        world.work()
        assert Delivery.objects.get(pk=its.pk).state == State.DELIVERED
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert len(receiver.received) == 3
    fan_out = [decision.kind for decision in dispatch.decisions.all()]
    assert fan_out == ["repeat", "repeat"]


def test_what_is_switched_off_is_sent_nothing_again(
    client: Client, endpoint: Endpoint, receiver: Receiver
) -> None:
    receiver.answers(204)
    its = world.fan_out().deliveries.get(channel="webhooks")
    again = at("system-repeat", endpoint, delivery=its.pk)
    client.post(at("system-switch", endpoint), {"to": "off"})
    assert again not in client.get(at("system", endpoint)).content.decode()

    answer = client.post(again, {"key": str(uuid.uuid4())})

    assert (answer.status_code, "Slå på systemet" in text(answer)) == (409, True)
    its.refresh_from_db()
    assert its.state == State.DELIVERED


def test_what_waits_by_itself_or_was_overtaken_has_no_such_button(
    client: Client, endpoint: Endpoint, receiver: Receiver
) -> None:
    receiver.answers(500)
    dispatch = world.fan_out()
    its = dispatch.deliveries.get(channel="webhooks")
    page = client.get(at("system", endpoint))
    again = at("system-repeat", endpoint, delivery=its.pk)
    assert again not in page.content.decode()
    assert "Nytt försök görs automatiskt" in text(page)
    answer = client.post(again, {"key": str(uuid.uuid4())})
    assert answer.status_code == 409
    assert "Det är redan på väg." in text(answer)


def test_nobody_elses_message_is_sent_again_from_here(
    client: Client, endpoint: Endpoint, receiver: Receiver
) -> None:
    other = register(Wanted("Skärmen", f"{receiver.url}/other"), key=uuid.uuid4())[0]
    dispatch = world.fan_out()
    for channel in ("webhooks", "feeds"):
        its = dispatch.deliveries.filter(channel=channel).exclude(address=endpoint.address).first()
        assert its is not None
        where = at("system-repeat", endpoint, delivery=its.pk)
        assert client.post(where, {"key": str(uuid.uuid4())}).status_code == 404
    assert other.attempts.count() == 1


def test_the_pages_cost_the_same_however_much_there_is(
    client: Client, endpoint: Endpoint, receiver: Receiver
) -> None:
    def statements(where: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(where).status_code == 200
        return len(seen)

    published()
    world.fan_out()
    one = [statements(where) for where in (reverse("console:systems"), at("system", endpoint))]
    for number in range(3):
        register(Wanted(f"{number}", f"{receiver.url}/{number}"), key=uuid.uuid4())
        world.fan_out()
    assert [
        statements(where) for where in (reverse("console:systems"), at("system", endpoint))
    ] == one
