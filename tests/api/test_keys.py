"""Keys: shown once, stored as a digest, ended by time, by hand or with their user."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from notify.api.keys import create_key, find_key, note_use, revoke_keys
from notify.api.models import Key, Scope
from notify.api.views.places import ServiceList
from tests.api.calls import ALERTS, calling_with
from tests.api.conftest import NewKey

pytestmark = pytest.mark.django_db


def drafts(shown: str) -> int:
    """The status that a caller with that key gets for the drafts."""
    status: int = calling_with(shown).get(ALERTS, {"state": "draft"}).status_code
    return status


def test_the_secret_is_stored_nowhere(editor: User) -> None:
    key, shown = create_key(name="SCADA", user=editor, scopes=Scope, expires_at=None)

    secret = shown.split("_", 2)[2]
    stored = " ".join(str(value) for value in Key.objects.values().get().values())
    assert shown.startswith(f"ntf_{key.prefix}_")
    assert len(secret) == 43
    assert secret not in stored
    assert find_key(shown) == key


@pytest.mark.parametrize(
    "spoil",
    [
        lambda shown: shown[:-1] + ("A" if shown[-1] != "A" else "B"),
        lambda shown: shown + "x",
        lambda shown: shown.replace("ntf_", "NTF_"),
        lambda shown: "ntf_" + "0" * 12 + shown[16:],
        lambda shown: "",
        lambda shown: "ntf_\u00e5_\x00",
    ],
)
def test_what_is_not_quite_a_key_opens_nothing(
    new_key: NewKey, spoil: pytest.FixtureRequest
) -> None:
    assert find_key(spoil(new_key())) is None  # type: ignore[operator]


def test_a_key_ends_with_time_by_hand_and_with_its_user(new_key: NewKey, editor: User) -> None:
    expired = new_key(expires_at=timezone.now())
    standing, revoked = new_key(expires_at=timezone.now() + timedelta(hours=1)), new_key()
    assert revoke_keys([Key.objects.latest("pk")]) == 1

    assert [drafts(shown) for shown in (expired, revoked, standing)] == [401, 401, 200]
    editor.is_active = False
    editor.save()
    assert drafts(standing) == 401


def test_a_key_ends_when_its_user_is_no_longer_staff(new_key: NewKey, editor: User) -> None:
    shown = new_key()
    editor.is_staff = False
    editor.save()

    assert drafts(shown) == 401


def test_a_key_loses_what_its_user_loses(new_key: NewKey) -> None:
    user = User.objects.create_user("sommarvikarie", is_staff=True)
    permission = Permission.objects.get(codename="publish_alert")
    user.user_permissions.add(permission)
    shown = new_key(Scope.READ, user=user)

    assert drafts(shown) == 200
    user.user_permissions.remove(permission)
    assert drafts(shown) == 403


def test_the_use_of_a_key_is_noted_at_most_once_a_minute(editor: User) -> None:
    _key, shown = create_key(name="SCADA", user=editor, scopes=Scope, expires_at=None)
    assert drafts(shown) == 200
    noted = Key.objects.get().last_used_at
    assert noted is not None

    assert drafts(shown) == 200
    assert Key.objects.get().last_used_at == noted

    Key.objects.update(last_used_at=noted - timedelta(minutes=2))
    # As another request read it before: it does not write over what is newer.
    note_use(Key.objects.get())
    assert Key.objects.get().last_used_at != noted - timedelta(minutes=2)


@pytest.mark.parametrize("header", ["Bearer nonsense", "bearer", "Bearer  ", "Bearer ntf_å_b"])
def test_a_bad_key_is_refused_even_where_none_is_needed(anyone: APIClient, header: str) -> None:
    answer = anyone.get(ALERTS, HTTP_AUTHORIZATION=header)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Basic dTpw", "Token x", ""])
def test_other_ways_in_are_no_way_in(anyone: APIClient, header: str) -> None:
    assert anyone.get(ALERTS, HTTP_AUTHORIZATION=header).status_code == 200
    assert anyone.post(ALERTS, {}, format="json", HTTP_AUTHORIZATION=header).status_code == 401


def test_a_session_of_the_console_opens_nothing_here(client: Client, editor: User) -> None:
    client.force_login(editor)

    answer = client.post(ALERTS, {}, content_type="application/json")

    assert answer.status_code == 401


def test_a_key_is_in_no_log_and_no_answer(
    new_key: NewKey, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("broken")

    good, unknown = new_key(), f"ntf_{'0' * 12}_{'A' * 43}"
    told = []
    for shown in (good, unknown):
        client = calling_with(shown)
        client.raise_request_exception = False
        told += [client.get(ALERTS), client.post(ALERTS, {"x": 1}, format="json")]
        with monkeypatch.context() as patch:
            patch.setattr(ServiceList, "get", broken)
            told.append(client.get("/api/v1/services/"))

    assert [answer.status_code for answer in told] == [200, 422, 500, 401, 401, 401]
    seen = caplog.text + "".join(f"{answer.headers}{answer.content.decode()}" for answer in told)
    assert "RuntimeError" in seen
    assert not [shown for shown in (good, unknown) if shown.split("_", 2)[2] in seen]


# --- making and ending them -------------------------------------------------------------------


def made(*arguments: str, told: StringIO | None = None) -> str:
    out = StringIO()
    call_command("create_api_key", *arguments, stdout=out, stderr=told or StringIO())
    return out.getvalue().strip()


def test_the_command_prints_a_key_that_works_for_a_year(editor: User) -> None:
    shown = made("--user", "vattenverket", "--scope", "read", "--scope", "write")

    key = find_key(shown)
    assert key is not None
    assert key.scopes == ["read", "write"]
    assert key.expires_at is not None
    last_day = timezone.localtime(key.expires_at - timedelta(seconds=1)).date()
    assert abs(last_day - timezone.localdate() - timedelta(days=365)) <= timedelta(days=1)


def test_the_command_takes_a_last_day_or_never(editor: User) -> None:
    shown = made("--user", "vattenverket", "--scope", "read", "--expires", "2090-06-30")
    key = find_key(shown)
    assert key is not None
    assert key.expires_at is not None
    assert timezone.localtime(key.expires_at).isoformat() == "2090-07-01T00:00:00+02:00"

    eternal = find_key(made("--user", "vattenverket", "--scope", "read", "--expires", "never"))
    assert eternal is not None
    assert eternal.expires_at is None


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2090-06-30", "works up to and including 2090-06-30."),
        ("never", "works until it is revoked."),
    ],
)
def test_the_command_says_how_long_the_key_works(editor: User, day: str, said: str) -> None:
    told = StringIO()
    made("--user", "vattenverket", "--scope", "read", "--expires", day, told=told)
    assert said in told.getvalue()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--user", "nobody", "--scope", "read"), "no user"),
        (("--user", "gone", "--scope", "read"), "not active"),
        (("--user", "resident", "--scope", "read"), "not staff"),
        (("--user", "guest", "--scope", "publish"), "alerts.publish_alert"),
        (("--user", "vattenverket", "--scope", "read", "--expires", "soon"), "not a date"),
        (("--user", "vattenverket", "--scope", "read", "--expires", "2026-02-30"), "not a date"),
        (("--user", "vattenverket", "--scope", "read", "--expires", "2001-01-01"), "passed"),
        (("--user", "vattenverket", "--scope", "everything"), "invalid choice"),
    ],
)
def test_the_command_says_what_is_wrong(
    editor: User, arguments: tuple[str, ...], word: str
) -> None:
    User.objects.create_user("gone", is_active=False)
    User.objects.create_user("resident")
    User.objects.create_user("guest", is_staff=True)

    with pytest.raises(CommandError, match=word):
        made(*arguments)

    assert not Key.objects.exists()


def test_the_admin_lists_keys_and_revokes_them(
    client: Client, editor: User, new_key: NewKey
) -> None:
    shown = new_key()
    client.force_login(editor)
    page = reverse("admin:api_key_changelist")

    listed = client.get(page).content.decode()
    client.post(page, {"action": "revoke", "_selected_action": [Key.objects.get().pk]})

    assert "Driftcentralen" in listed
    assert shown.split("_", 2)[2] not in listed
    assert Key.objects.get().digest not in listed
    assert drafts(shown) == 401
    assert client.get(reverse("admin:api_key_add")).status_code == 403
