"""Every address of the console refuses whoever is no editor, and reading changes nothing.

Those about receiving systems have a permission and tests of their own (``test_systems``).
"""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, reverse

from notify.alerts.models import Alert, Update
from notify.console.urls import urlpatterns
from notify.dispatch.models import Dispatch
from tests import given
from tests.console.world import published, text

OPEN = {"login", "logout"}
GUARDED = [
    one for one in urlpatterns if one.name not in OPEN and not str(one.name).startswith("system")
]


def address(route: URLPattern, alert: Alert) -> str:
    """The route's address for this alert."""
    values = {"code": alert.code, "number": 1, "pk": 1}
    wanted = {name: values[name] for name in route.pattern.converters}
    return reverse(f"console:{route.name}", kwargs=wanted)


@pytest.fixture(params=GUARDED, ids=lambda route: str(route.name))
def route(request: pytest.FixtureRequest) -> URLPattern:
    """Each guarded route in turn."""
    found: URLPattern = request.param
    return found


def test_a_stranger_is_led_to_the_login_and_back(route: URLPattern, stranger: Client) -> None:
    where = address(route, published())
    for answer in (stranger.get(where), stranger.post(where)):
        assert answer.status_code == 302
        assert answer["Location"] == f"{reverse('console:login')}?next={where}"


def test_staff_who_may_not_publish_are_told_so(
    route: URLPattern, stranger: Client, nils: User
) -> None:
    stranger.force_login(nils)
    where = address(route, published())
    for answer in (stranger.get(where), stranger.post(where)):
        assert answer.status_code == 403
        assert "Ditt konto får inte publicera meddelanden." in text(answer)


def test_an_editor_who_is_no_longer_staff_is_refused(
    route: URLPattern, client: Client, karin: User
) -> None:
    karin.is_staff = False
    karin.save()
    assert client.get(address(route, published())).status_code == 403


def test_an_editor_who_is_no_longer_active_is_a_stranger(client: Client, karin: User) -> None:
    karin.is_active = False
    karin.save()
    assert client.get(reverse("console:home")).status_code == 302


@pytest.mark.parametrize("state", ["draft", "active"])
def test_reading_changes_nothing(route: URLPattern, client: Client, state: str) -> None:
    alert = given.draft() if state == "draft" else published()
    before = everything()
    answer = client.get(address(route, alert))
    assert answer.status_code in {200, 404, 405, 409}
    assert everything() == before


def test_no_page_stays_in_a_cache(route: URLPattern, client: Client) -> None:
    assert "no-store" in client.get(address(route, published()))["Cache-Control"]


def test_a_post_without_its_token_is_refused(route: URLPattern, karin: User) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(karin)
    assert careful.post(address(route, published())).status_code == 403


def everything() -> list[dict[str, object]]:
    """Every row that the console could change."""
    models: list[type[Model]] = [Alert, Update, Dispatch]
    return [row for model in models for row in model._default_manager.values()]
