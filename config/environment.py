"""Reading the environment: each value is right, or the start ends in a sentence that names the variable.

An empty variable counts as one that is not set: an empty line in ``docker/.env`` must change nothing.
No sentence repeats a value that may hold a secret.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.exceptions import ImproperlyConfigured

YES = frozenset({"1", "true", "on", "yes", "y", "ok"})
NO = frozenset({"0", "false", "off", "no", "n"})
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SECRET_LENGTH, SECRET_VARIETY = 50, 5
"""What ``manage.py check --deploy`` asks of a secret key (security.W009): characters, different ones."""
INDEX_KEY_DIGITS = 64
DATABASES = ("postgres", "postgresql", "sqlite")
# What Celery's transport understands; redis-py's own "unix" is not among it.
BROKERS = ("redis", "rediss", "redis+socket")
SENDER = re.compile(
    r"\+[1-9][0-9]{6,14}|[0-9]{4,8}|MG[0-9a-fA-F]{32}|(?=.*[A-Za-z])[A-Za-z0-9 &_+-]{1,11}"
)
"""Twilio's senders: E.164, a short code, a Messaging Service, or "Alphanumeric Sender ID" with a letter."""

CAP_SENDER = re.compile(r"[^\s,<&]{1,200}")
"""What CAP 1.2 (section 3.2.1) lets a sender be: no space, comma, < or &; and no longer than fits beside the rest."""

RSA_BITS = 2048
"""Shorter RSA keys are broken, or will be while documents signed with them are still read (NIST SP 800-57)."""

ANSWERED = re.compile(r"\+?[0-9]+|MG[0-9a-fA-F]{32}")
"""Those of them that people can write to."""


class Environment(environ.Env):  # type: ignore[misc] # environ has no types
    """The process's environment, read by type: ``env.str``, ``env.int``, ``env.list`` and so on."""

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, **_options: Any
    ) -> Any:
        """The value as ``cast`` has it, or the default. Raises ImproperlyConfigured with a sentence."""
        given = self.ENVIRON.get(var, "").strip()
        if not given and default is self.NOTSET:
            raise ImproperlyConfigured(f"Set the environment variable {var}.")
        if not given:
            return default
        if cast is bool:
            return _truth(var, given)
        if cast in (int, float):
            return _number(var, given, cast)
        return self.parse_value(given, cast)


env = Environment()


def required(name: str, purpose: str) -> str:
    """The value of an environment variable that nothing works without.

    Raises ImproperlyConfigured with a sentence that names the variable and what it is for.
    """
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set the environment variable {name}: {purpose}.")
    return value


def _truth(name: str, given: str) -> bool:
    if given.lower() not in YES | NO:
        raise ImproperlyConfigured(f"{name} is {given!r}: write true or false.")
    return given.lower() in YES


def _number(name: str, given: str, kind: type[int] | type[float]) -> float:
    try:
        number = kind(given)
    except ValueError:
        number = -1
    if not math.isfinite(number) or number < 0:
        example = "a whole number such as 1" if kind is int else "a number such as 0.55"
        raise ImproperlyConfigured(f"{name} is {given!r}: write {example}, in digits.")
    return number


def within(name: str, value: int, least: int, most: int) -> int:
    """A whole number that makes sense where it is used."""
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name} is {value}: write {least} to {most}.")
    return value


def hours(name: str, value: str) -> tuple[int, int]:
    """From one hour of the day to another, "22-7"."""
    begins, _dash, ends = value.partition("-")
    if not (begins.isdecimal() and ends.isdecimal() and int(begins) < 24 and int(ends) < 24):
        raise ImproperlyConfigured(
            f"{name} is {value!r}: write two hours of the day, such as 22-7."
        )
    return int(begins), int(ends)


def origin(name: str, value: str) -> str:
    """An address of a site: http or https, a name, perhaps a port; without the slash at its end."""
    try:
        parts = urlsplit(value)
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        right = False
    if not right or value.rstrip("/") != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
        raise ImproperlyConfigured(
            f"{name} is {value!r}: write it as https://drift.example.se, without path or query."
        )
    return value.rstrip("/")


def tiles(name: str, value: str) -> str:
    """The address of map tiles, with {z}, {x} and {y} in its path; empty stays empty.

    One host only: the Content-Security-Policy names it, and a wildcard would let in its neighbours.
    """
    if not value:
        return value
    origin_of, _slash, path = value.removeprefix("https://").partition("/")
    right = value.startswith("https://") and all(part in path for part in ("{z}", "{x}", "{y}"))
    if not right or not re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]+)?", origin_of):
        raise ImproperlyConfigured(
            f"{name} is {value!r}: write it as https://tiles.example.se/{{z}}/{{x}}/{{y}}.png, with one host."
        )
    return value


def hubs(name: str, values: Iterable[str]) -> list[str]:
    """The addresses of WebSub hubs, as they stand in links."""
    known = list(values)
    for value in known:
        if not re.fullmatch(r"https?://[^\s<>\"]+", value, re.ASCII):
            raise ImproperlyConfigured(
                f"{name} holds {value!r}: give addresses such as https://hub.example.se/, comma-separated."
            )
    return known


def networks(name: str, values: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    """Addresses and networks, such as 10.20.0.0/16."""
    found = []
    for value in values:
        try:
            found.append(ip_network(value, strict=False))
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} holds {value!r}: give addresses or networks, comma-separated."
            ) from None
    return found


def secret_key(name: str, value: str) -> str:
    """A key that nobody guesses, by the same measure as ``check --deploy``."""
    if (
        len(value) < SECRET_LENGTH
        or len(set(value)) < SECRET_VARIETY
        or value.startswith("django-insecure-")
    ):
        raise ImproperlyConfigured(
            f"{name} is too easy to guess: it needs at least {SECRET_LENGTH} random characters. "
            "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return value


def fernet_keys(name: str, value: str) -> list[str]:
    """The keys of a comma-separated list, in order: 32 bytes each, in url-safe base64."""
    keys = [key.strip() for key in value.split(",") if key.strip()] or [""]
    for number, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"Key {number} of {len(keys)} in {name} is no Fernet key (32 bytes in url-safe base64). "
                "Make one: python3 -c 'import base64, os; "
                "print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
            ) from None
    return keys


def index_keys(name: str, value: str) -> list[str]:
    """The keys of a comma-separated list, in order: at least 32 random bytes each, in hex."""
    keys = [key.strip() for key in value.split(",") if key.strip()] or [""]
    for key in keys:
        if len(key) < INDEX_KEY_DIGITS or not re.fullmatch(r"([0-9a-fA-F]{2})+", key):
            raise ImproperlyConfigured(
                f"{name} must be at least 32 random bytes in hex ({INDEX_KEY_DIGITS} digits). "
                "Make one: python3 -c 'import secrets; print(secrets.token_hex(32))'"
            )
    return keys


def sender(name: str, value: str) -> str:
    """Who an SMS is from, as Twilio takes it; empty stays empty."""
    if value and not SENDER.fullmatch(value):
        raise ImproperlyConfigured(
            f"{name} is {value!r}: write a number as +46700000000, a name of at most 11 letters and digits, "
            "or the SID of a Messaging Service (MG and 32 digits)."
        )
    return value


def can_be_answered(sender: str) -> bool:
    """Whether an SMS from it can be replied to: a name cannot; what a Messaging Service uses is not known."""
    return ANSWERED.fullmatch(sender) is not None


def country_prefixes(name: str, values: Iterable[str]) -> list[str]:
    """The beginnings of phone numbers, such as +46."""
    prefixes = [value.strip() for value in values]
    for prefix in prefixes:
        if not re.fullmatch(r"\+[1-9][0-9]{0,6}", prefix):
            raise ImproperlyConfigured(
                f"{prefix!r} in {name} begins no phone number: write +46, or +46,+47 for several."
            )
    return prefixes


def database(name: str, value: str) -> dict[str, Any]:
    """Django's settings of one database, from its address: PostgreSQL or SQLite."""
    wrong = ImproperlyConfigured(
        f"{name} is no address of a database: write postgres://user:password@host:5432/name "
        "(with %40 for an @ in the password), or sqlite:////path/to/file."
    )
    if value.partition("://")[0] not in DATABASES or "://" not in value:
        raise wrong
    try:
        config: dict[str, Any] = env.db_url_config(value)
    except ValueError:
        raise wrong from None
    if not config["NAME"]:
        raise wrong
    return config


def broker(name: str, value: str, *, in_tests: bool) -> str:
    """The address of Redis or Valkey, or with ``in_tests`` of Celery's broker in memory."""
    scheme, found, rest = value.partition("://")
    if found and ((scheme in BROKERS and rest) or (in_tests and scheme == "memory")):
        return value
    raise ImproperlyConfigured(
        f"{name} is no address of a Redis or Valkey: write redis://host:6379/0, rediss:// for TLS, "
        "or redis+socket:///path for a Unix socket."
    )


def time_zone(name: str, value: str) -> str:
    """A zone that the machine's tz database knows."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ImproperlyConfigured(
            f"{name} is {value!r}, which is no time zone: write it as Europe/Stockholm."
        ) from None
    return value


def log_level(name: str, value: str) -> str:
    """A level of Python's logging, in capitals whatever the writer used."""
    if value.upper() not in LOG_LEVELS:
        raise ImproperlyConfigured(f"{name} is {value!r}: write one of {', '.join(LOG_LEVELS)}.")
    return value.upper()


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    """One of a few words, as it is written there."""
    if value not in known:
        raise ImproperlyConfigured(f"{name} is {value!r}: write one of {', '.join(known)}.")
    return value


def cap_sender(name: str, value: str) -> str:
    """A name that CAP documents can be from."""
    if not CAP_SENDER.fullmatch(value):
        raise ImproperlyConfigured(
            f"{name} is {value!r}: write a domain or an e-mail address, such as drift@example.se, "
            "without spaces, commas, < or &."
        )
    return value


def trusted_senders(name: str, values: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Pairs of a CAP sender and the name of a user: "scada.example.se=driftcentralen"."""
    pairs = []
    for value in values:
        sender, _equals, user = value.strip().rpartition("=")
        if not (CAP_SENDER.fullmatch(sender) and user.strip()):
            raise ImproperlyConfigured(
                f"{name} holds {value!r}: write each as sender=user, such as scada.example.se=driftcentralen."
            )
        pairs.append((sender, user.strip()))
    return frozenset(pairs)


def address(name: str, value: str) -> str:
    """An address of http or https; empty stays empty."""
    if value and not re.fullmatch(r"https?://[^\s<>\"@]+", value, re.ASCII):
        raise ImproperlyConfigured(
            f"{name} is {value!r}: write an address, such as https://vma.example.se/api/v3/alerts."
        )
    return value


def signing_key(name: str, value: str) -> str:
    """An RSA private key as PEM; empty stays empty. "\\n" may stand for a line break."""
    if not value:
        return value
    pem = value.replace("\\n", "\n")
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey) or key.key_size < RSA_BITS:
        raise ImproperlyConfigured(
            f"{name} is no RSA private key of {RSA_BITS} bits or more, as PEM without a password. "
            "Make one: openssl genrsa 3072"
        )
    return pem


def signing_certificates(name: str, value: str, key: str) -> str:
    """The certificate of ``key`` as PEM, and perhaps those that vouch for it; empty stays empty."""
    if not value:
        return value
    pem = value.replace("\\n", "\n")
    try:
        own = x509.load_pem_x509_certificates(pem.encode())[0].public_key()
    except (ValueError, UnsupportedAlgorithm):
        own = None
    if not key or own != load_pem_private_key(key.encode(), password=None).public_key():
        raise ImproperlyConfigured(
            f"{name} is no certificate of the signing key, as PEM: give that key's own first, and set both."
        )
    return pem
