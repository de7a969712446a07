"""The console in Swedish, before an editor, a colleague, and somebody who may not publish."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django import Settings

PASSWORD = "natten-i-boras-0340"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def karin(db: None) -> User:
    """An editor."""
    user = User.objects.create_user(
        "karin", password=PASSWORD, first_name="Karin", last_name="Lind", is_staff=True
    )
    user.groups.add(Group.objects.get(name="Editors"))
    return user


@pytest.fixture
def olle(db: None) -> User:
    """Another editor."""
    user = User.objects.create_user("olle", password=PASSWORD, first_name="Olle", is_staff=True)
    user.groups.add(Group.objects.get(name="Editors"))
    return user


@pytest.fixture
def nils(db: None) -> User:
    """Staff, but no editor."""
    return User.objects.create_user("nils", password=PASSWORD, is_staff=True)


@pytest.fixture
def client(karin: User) -> Client:
    """Karin's browser, logged in."""
    browser = Client(headers={"accept-language": "sv"})
    browser.force_login(karin)
    return browser


@pytest.fixture
def colleague(olle: User) -> Client:
    """Olle's browser, logged in."""
    browser = Client(headers={"accept-language": "sv"})
    browser.force_login(olle)
    return browser


@pytest.fixture
def stranger(db: None) -> Client:
    """A browser of nobody known."""
    return Client(headers={"accept-language": "sv"})
