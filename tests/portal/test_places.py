"""What people type, and the places that they mean by it."""

from __future__ import annotations

import pytest

from notify.alerts.models import Area
from notify.portal.places import Place, choosable_places, meant
from tests import given

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> list[Place]:
    """Borås with Äspered and Fristad, a town that is called as its municipality, and a name with a hyphen."""
    borås = given.city()["Borås"]
    for code, name in (("town", "Borås"), ("nv", "Norra Vång-Ås")):
        Area.objects.create(code=code, name=name, parent=borås)
    return choosable_places()


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("Äspered", ["Äspered"]),
        ("aspered", ["Äspered"]),
        ("  FRISTAD ", ["Fristad"]),
        ("1490tb108", ["Fristad"]),
        ("norra vang as", ["Norra Vång-Ås"]),
        ("Hela Borås", ["Hela Borås"]),
        ("Borås", ["Hela Borås", "Borås tätort"]),
        ("Borås tätort", ["Borås tätort"]),
        ("borå", ["Hela Borås", "Borås tätort"]),
        ("pered", ["Äspered"]),
        ("", []),
        ("   ", []),
        ("-", []),
        ("Atlantis", []),
    ],
)
def test_a_place_is_found_by_what_somebody_would_type(
    places: list[Place], typed: str, labels: list[str]
) -> None:
    assert [place.label for place in meant(places, typed)] == labels
