"""What is announced is read at once, and a worker is woken to render it."""

from __future__ import annotations

import pytest
from django.test import Client
from redis import Redis

from notify.alerts.vocabulary import Move
from notify.channels.kept import reading, store
from notify.dispatch.sweep import sweep
from notify.dispatch.tasks import renew
from tests import given
from tests.dispatch import world
from tests.dispatch.conftest import Bells

pytestmark = pytest.mark.django_db(transaction=True)

LIST, PAGE = "/api/v1/alerts/", "/"
RENEW = ("upkeep", renew.name, ["alerts"])


@pytest.fixture(autouse=True)
def _nothing_remembered(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_avoided_until", 0.0)
    monkeypatch.setattr(store, "_noted", {})


def read(client: Client) -> list[bytes]:
    return [client.get(address).content for address in (LIST, PAGE)]


@pytest.mark.parametrize("move", [Move.UPDATE, Move.RESOLVE, Move.CANCEL])
def test_every_move_is_read_at_once(client: Client, bells: Bells, move: Move) -> None:
    nothing = read(client)
    alert = world.say().update.alert
    published = read(client)
    world.say(move, alert)
    moved = read(client)

    for before, after in ((nothing, published), (published, moved)):
        assert all(one != other for one, other in zip(before, after, strict=True))


def test_a_draft_changes_nothing_for_readers(client: Client, bells: Bells) -> None:
    given.draft()
    read(client)
    bells.heard()
    given.draft()

    assert bells.heard() == []


def test_a_change_wakes_a_worker_if_somebody_reads(client: Client, bells: Bells) -> None:
    world.say()
    assert RENEW not in bells.heard()
    read(client)
    world.say()

    assert RENEW in bells.heard()


def test_the_sweep_rings_for_what_no_worker_has_rendered(client: Client, bells: Bells) -> None:
    read(client)
    world.say()
    bells.heard()

    sweep()
    assert RENEW in bells.heard()
    renew("alerts")
    sweep()

    assert RENEW not in bells.heard()
