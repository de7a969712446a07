"""Callers of the API: a stranger, and systems with keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from notify.api.keys import create_key
from notify.api.models import Scope
from tests.api.calls import calling_with

NewKey = Callable[..., str]


@pytest.fixture
def editor(db: None) -> User:
    """Somebody who may do everything."""
    return User.objects.create_superuser("vattenverket")


@pytest.fixture
def new_key(editor: User) -> NewKey:
    """Makes a key and returns the words to call with."""

    def make(*scopes: Scope, user: User = editor, expires_at: datetime | None = None) -> str:
        return create_key(
            name="Driftcentralen", user=user, scopes=scopes or Scope, expires_at=expires_at
        )[1]

    return make


@pytest.fixture
def anyone(db: None) -> APIClient:
    """A stranger. An error of the server's own comes back as an exception."""
    return APIClient()


@pytest.fixture
def system(new_key: NewKey) -> APIClient:
    """A system whose key has every scope."""
    return calling_with(new_key())
