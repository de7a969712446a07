"""A city that messages are about, and who takes them in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from notify.intake.cap.read import read
from notify.intake.follow import Taking
from notify.intake.models import Message, Origin
from notify.intake.take import take_in
from tests import given
from tests.intake.documents import xml

Take = Callable[[dict[str, Any]], Message]


@pytest.fixture
def editor(db: None) -> User:
    """In whose name messages are taken in."""
    given.city()
    given.service()
    return given.editor()


def taker(by: User | None, *, publishes: bool) -> Take:
    """Takes a message in, as bytes."""

    def take(message: dict[str, Any]) -> Message:
        taking = Taking(by=by, publishes=publishes)
        return take_in(read(xml(message)), origin=Origin.CAP, taking=taking)[0]

    return take


@pytest.fixture
def stranger(editor: User) -> Take:
    """Takes in what a sender says who is not trusted."""
    return taker(editor, publishes=False)


@pytest.fixture
def trusted(editor: User) -> Take:
    """Takes in what a trusted sender says."""
    return taker(editor, publishes=True)
