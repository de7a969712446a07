"""Who changes something says which version they saw."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from notify.alerts.models import Alert
from tests.api.calls import ALERTS, body, call, drafted, published

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_who_does_not_say_what_they_saw_changes_nothing(system: APIClient, method: str) -> None:
    draft = drafted(system)

    answer = getattr(system, method)(f"{ALERTS}{draft['code']}/", body(), format="json")

    # A discard takes nothing but the version.
    assert answer.status_code == (422 if method == "delete" else 428)
    assert Alert.objects.get().version == 1


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ('"1"', 200),
        ('W/"1"', 200),
        ('"1-0123abc"', 200),
        ('"2"', 412),
        ('"0"', 412),
        ("1", 412),
        ('"abc"', 412),
        ('"99999999999999999999"', 412),
        ("*", 428),
        ("", 428),
    ],
)
def test_if_match_names_the_version_seen(system: APIClient, header: str, status: int) -> None:
    draft = drafted(system)

    answer = system.patch(
        f"{ALERTS}{draft['code']}/",
        {"severity": "Minor"},
        format="json",
        headers={"If-Match": header},
    )

    assert answer.status_code == status


def test_the_tag_of_a_read_alert_is_the_one_to_change_it_with(system: APIClient) -> None:
    alert = published(system)
    tag = system.get(f"{ALERTS}{alert['code']}/")["ETag"]

    first = call(system, alert, "update", {"severity": "Minor"}, **{"If-Match": tag})
    second = call(system, alert, "update", {"severity": "Extreme"}, **{"If-Match": tag})

    assert (first.status_code, second.status_code) == (201, 412)
    assert Alert.objects.get().severity == "Minor"


@pytest.mark.parametrize(("version", "status"), [(1, 200), (7, 409), (0, 422), (2**40, 422)])
def test_the_version_may_stand_in_the_body(system: APIClient, version: int, status: int) -> None:
    draft = drafted(system)

    answer = system.patch(
        f"{ALERTS}{draft['code']}/", {"severity": "Minor", "version": version}, format="json"
    )

    assert answer.status_code == status
