"""The outlines of the areas, for the map and for whoever asks where they stand."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from notify.alerts.models import Area
from tests import given
from tests.portal.world import borås

pytestmark = pytest.mark.django_db
ADDRESS = "/places.geojson"


def collection(client: Client) -> dict[str, Any]:
    answer: Any = client.get(ADDRESS)
    assert answer["Content-Type"] == "application/geo+json"
    found: dict[str, Any] = answer.json()
    return found


def test_every_area_in_use_is_a_feature_with_its_name_and_its_place_in_the_tree() -> None:
    areas = borås()
    Area.objects.filter(name="Fristad").update(active=False)

    found = collection(Client())

    assert found["type"] == "FeatureCollection"
    features = {feature["id"]: feature for feature in found["features"]}
    assert len(features) == len(areas) - 1
    assert areas["Fristad"].code not in features
    äspered = features["1490TB121"]
    assert äspered["geometry"] == areas["Äspered"].outline
    assert äspered["properties"] == {
        "name": "Äspered",
        "path": "/1490/1490TB121/",
        "point": [13.18091, 57.75586],
        "people": 314,
    }


def test_what_has_no_outline_is_left_out() -> None:
    given.city()

    assert collection(Client()) == {"type": "FeatureCollection", "features": []}


def test_it_is_fetched_once_and_then_only_asked_about() -> None:
    borås()
    first = Client().get(ADDRESS)

    again = Client().get(ADDRESS, headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    Area.objects.filter(name="Äspered").update(name="Nya Äspered")
    changed = Client().get(ADDRESS, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_it_is_the_same_for_everybody(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    borås()
    with django_assert_num_queries(1):
        answer = Client().get(ADDRESS)

    assert "public" in answer["Cache-Control"]
    assert "Vary" not in answer
    assert not answer.cookies
    assert Client().post(ADDRESS).status_code == 405
