"""What the environment may hold, and what is said of the rest."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from django.core.exceptions import ImproperlyConfigured

from config import environment
from config.environment import Environment
from tests.certificates import certificate, pem

FERNET = "bm90aWZ5LXRlc3RzLW5vdGlmeS10ZXN0cy1rZXktMDE="
HEX = "0123456789abcdef" * 4


@pytest.fixture
def env() -> Environment:
    return Environment()


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_what_is_not_said_has_its_default(
    env: Environment, monkeypatch: pytest.MonkeyPatch, empty: str | None
) -> None:
    if empty is not None:
        monkeypatch.setenv("OF_A_TEST", empty)
    assert env.int("OF_A_TEST", default=7) == 7
    assert env.float("OF_A_TEST", default=0.5) == 0.5
    assert env.bool("OF_A_TEST", default=True) is True
    assert env.list("OF_A_TEST", default=["a"]) == ["a"]
    with pytest.raises(ImproperlyConfigured, match="Set the environment variable OF_A_TEST: why"):
        environment.required("OF_A_TEST", "why")


@pytest.mark.parametrize(("given", "meant"), [("true", True), ("1", True), ("No", False)])
def test_yes_and_no_are_understood(
    env: Environment, monkeypatch: pytest.MonkeyPatch, given: str, meant: bool
) -> None:
    monkeypatch.setenv("OF_A_TEST", given)
    assert env.bool("OF_A_TEST") is meant


@pytest.mark.parametrize("given", ["ett", "1.5", "-1", "0x10", "1 000"])
def test_a_whole_number_is_one(
    env: Environment, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("OF_A_TEST", given)
    with pytest.raises(ImproperlyConfigured, match=r"OF_A_TEST is .*write a whole number"):
        env.int("OF_A_TEST", default=0)


@pytest.mark.parametrize("given", ["0,55", "nan", "inf", "-0.1"])
def test_a_price_is_a_number(env: Environment, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("OF_A_TEST", given)
    with pytest.raises(ImproperlyConfigured, match=r"OF_A_TEST is .*write a number such as 0.55"):
        env.float("OF_A_TEST", default=0.0)


def test_a_number_makes_sense_where_it_is_used() -> None:
    assert [environment.within("X", value, 2, 4) for value in (2, 3, 4)] == [2, 3, 4]
    for value in (1, 5):
        with pytest.raises(ImproperlyConfigured, match=f"X is {value}: write 2 to 4"):
            environment.within("X", value, 2, 4)


@pytest.mark.parametrize(
    "given",
    ["https://drift.example.se", "http://localhost:8000", "http://[::1]:8000", "https://x/"],
)
def test_a_site_has_an_origin(given: str) -> None:
    assert environment.origin("X", given) == given.rstrip("/")


@pytest.mark.parametrize(
    "given",
    [
        "drift.example.se",
        "ftp://drift.example.se",
        "https://",
        "https://x.se/path",
        "https://x.se?query",
        "https://x.se/#part",
        "https://me:secret@x.se",
        "https://x.se:port",
        "http://[",
    ],
)
def test_an_address_that_is_no_origin_is_refused(given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"X is .*without path or query"):
        environment.origin("X", given)


@pytest.mark.parametrize("given", ["abc", "a" * 60, "django-insecure-" + HEX])
def test_a_guessable_secret_is_refused_and_not_repeated(given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="too easy to guess") as refusal:
        environment.secret_key("X", given)
    assert given not in str(refusal.value)


def test_fernet_keys_come_in_order_and_may_have_spaces_between() -> None:
    other = FERNET.replace("bm", "cm")
    assert environment.fernet_keys("X", f"{FERNET}, {other},") == [FERNET, other]


@pytest.mark.parametrize(
    ("given", "which"),
    [("abc", "Key 1 of 1"), (f"{FERNET},å", "Key 2 of 2"), (",", "Key 1 of 1")],
)
def test_the_key_that_is_wrong_is_counted_out_and_never_shown(given: str, which: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{which} in X is no Fernet key") as refusal:
        environment.fernet_keys("X", given)
    assert FERNET not in str(refusal.value)


@pytest.mark.parametrize("given", ["hej", HEX[:-2], HEX + "0", "g" * 64])
def test_an_index_key_is_32_bytes_in_hex(given: str) -> None:
    assert environment.index_keys("X", f"{HEX}, {HEX}ff") == [HEX, f"{HEX}ff"]
    with pytest.raises(ImproperlyConfigured, match="X must be at least 32 random bytes in hex"):
        environment.index_keys("X", f"{HEX},{given}")


@pytest.mark.parametrize("given", ["", "+46700000000", "71120", "BorasEnergi", "MG" + HEX[:32]])
def test_a_sender_that_twilio_takes(given: str) -> None:
    assert environment.sender("X", given) == given


@pytest.mark.parametrize("given", ["Seventeen-letters", "0700000000", "Borås", "+46", "MG" + HEX])
def test_a_sender_that_twilio_refuses(given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="X is "):
        environment.sender("X", given)


def test_a_prefix_begins_a_number() -> None:
    assert environment.country_prefixes("X", ["+46", " +47"]) == ["+46", "+47"]
    with pytest.raises(ImproperlyConfigured, match="'0046' in X"):
        environment.country_prefixes("X", ["+46", "0046"])


def test_a_database_is_postgresql_or_sqlite() -> None:
    found = environment.database("X", "postgres://me:p%40ss@db:5432/notify")
    assert (found["HOST"], found["PORT"], found["PASSWORD"]) == ("db", 5432, "p@ss")
    assert environment.database("X", "sqlite:////srv/notify.sqlite3")["NAME"].startswith("/srv")


@pytest.mark.parametrize(
    "given", ["hej", "mysql://me:secret@db/x", "postgres://me:secret@db:port/x", "postgres://db"]
)
def test_another_database_is_refused_and_its_password_not_repeated(given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="X is no address of a database") as refusal:
        environment.database("X", given)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "given", ["redis://h:6379/0", "rediss://h/0", "redis+socket:///run/redis.sock"]
)
def test_a_broker_is_redis(given: str) -> None:
    assert environment.broker("X", given, in_tests=False) == given


@pytest.mark.parametrize("given", ["hej", "redis://", "amqp://h", "unix:///run/redis.sock"])
def test_another_broker_is_refused(given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="X is no address of a Redis"):
        environment.broker("X", given, in_tests=True)


@pytest.mark.parametrize("given", ["Europe/Boras", "Europe", "../etc/passwd", "/etc/localtime"])
def test_a_zone_is_one_that_the_machine_knows(given: str) -> None:
    assert environment.time_zone("X", "Europe/Stockholm") == "Europe/Stockholm"
    with pytest.raises(ImproperlyConfigured, match="no time zone"):
        environment.time_zone("X", given)


def test_a_log_level_may_be_in_small_letters() -> None:
    assert environment.log_level("X", "warning") == "WARNING"
    with pytest.raises(ImproperlyConfigured, match="X is 'LOUD': write one of DEBUG, INFO"):
        environment.log_level("X", "LOUD")


@pytest.mark.parametrize(
    "given", ["", "https://tiles.example.se/{z}/{x}/{y}.png", "https://x.se:8443/a/{z}/{y}/{x}?k=1"]
)
def test_tiles_come_from_one_host(given: str) -> None:
    assert environment.tiles("X", given) == given


@pytest.mark.parametrize(
    "given",
    [
        "http://tiles.example.se/{z}/{x}/{y}.png",
        "https://{s}.tiles.example.se/{z}/{x}/{y}.png",
        "https://*.example.se/{z}/{x}/{y}.png",
        "https://tiles.example.se/{z}/{x}.png",
        "https://me:secret@tiles.example.se/{z}/{x}/{y}.png",
        "https://tiles.example.se; script-src */{z}/{x}/{y}",
        "/{z}/{x}/{y}.png",
    ],
)
def test_an_address_that_is_none_of_tiles_is_refused(given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="X is "):
        environment.tiles("X", given)


@pytest.mark.parametrize(
    "given", ["drift.example.se", "drift@example.se", "urn:oid:2.49.0.0.752.9"]
)
def test_a_sender_of_cap_documents_is_a_name(given: str) -> None:
    assert environment.cap_sender("X", given) == given


@pytest.mark.parametrize("given", ["Borås stad", "a,b", "a<b", "a&b", "a\tb", "", "a" * 201])
def test_a_name_that_cap_refuses_is_refused(given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"X is .*write a domain or an e-mail address"):
        environment.cap_sender("X", given)


def test_a_signing_key_is_rsa_as_pem_and_may_come_on_one_line() -> None:
    key = pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    assert environment.signing_key("X", "") == ""
    assert environment.signing_key("X", key) == key
    assert environment.signing_key("X", key.replace("\n", "\\n")) == key


def test_another_signing_key_is_refused_and_not_repeated() -> None:
    strong = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - to be refused
    locked = strong.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"a password")
    ).decode()
    for wrong in ("hej", HEX, pem(weak), pem(ec.generate_private_key(ec.SECP256R1())), locked):
        with pytest.raises(ImproperlyConfigured, match="X is no RSA private key") as refused:
            environment.signing_key("X", wrong)
        assert wrong not in str(refused.value)


def test_a_certificate_goes_with_its_own_key() -> None:
    key, other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in "ab")
    own = certificate(key)
    assert environment.signing_certificates("X", "", "") == ""
    assert environment.signing_certificates("X", own, pem(key)) == own
    for wrong, signer in ((own, pem(other)), (own, ""), ("hej", pem(key)), (pem(key), pem(key))):
        with pytest.raises(ImproperlyConfigured, match="X is no certificate of the signing key"):
            environment.signing_certificates("X", wrong, signer)
