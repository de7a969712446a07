"""Registering receiving systems, changing their secrets, switching them off, and who is to be told."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from yarl import URL

from config.ciphers import Undecryptable, decrypt, encrypt
from notify.channels.notice import Notice
from notify.channels.registry import directory
from notify.channels.webhooks.guard import is_global, within
from notify.channels.webhooks.models import Endpoint, Off
from notify.channels.webhooks.signing import new_secret

BOTH_SIGN_FOR = timedelta(hours=24)
"""How long the earlier secret signs beside a new one: so long the receiver has to take it into use."""
LONGEST_URL = 500


class BadAddress(Exception):
    """Nothing can be sent there. ``str()`` is a sentence for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a receiving system is to be: areas and services are codes, and none of them means all."""

    name: str
    url: str
    areas: Sequence[str] = ()
    services: Sequence[str] = ()


def check_url(url: str) -> None:
    """Raise BadAddress unless requests can be sent there, as far as the address itself tells."""
    try:
        parts = URL(url)
        host, port = parts.host or "", parts.port
        # Labels that are empty or too long are no name, which nobody would find out before it is called.
        (parts.raw_host or "").encode("idna")
    except ValueError:
        host, port = "", None
    if not host or not port or len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        raise BadAddress(_("Write a whole address, as https://example.se/alerts."))
    own = settings.WEBHOOKS_ALLOW_NETWORKS
    if parts.scheme != "https" and not (own and parts.scheme == "http"):
        raise BadAddress(_("The address must begin with https://."))
    if parts.user is not None or parts.password is not None or parts.raw_fragment:
        raise BadAddress(_("Write the address without a user name, a password and a #."))
    if _is_literal(host) and not (is_global(host) or within(own, host)):
        raise BadAddress(_("That address is in a private network, where nothing is sent."))


def _is_literal(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def register(wanted: Wanted, *, key: uuid.UUID) -> tuple[Endpoint, str]:
    """A new endpoint and its secret, which is shown to nobody again.

    key: of the form; the same one again returns the same endpoint, and an empty secret. Raises BadAddress.
    """
    check_url(wanted.url)
    secret = new_secret()
    try:
        with transaction.atomic():
            made = Endpoint.objects.create(
                name=wanted.name,
                url=wanted.url,
                areas=list(wanted.areas),
                services=list(wanted.services),
                secret_cipher=encrypt(secret),
                key=key,
            )
    except IntegrityError:
        return Endpoint.objects.get(key=key), ""
    return made, secret


def change(endpoint: Endpoint, wanted: Wanted) -> None:
    """Tell it elsewhere, or of something else, from the next notice on. Raises BadAddress."""
    check_url(wanted.url)
    Endpoint.objects.filter(pk=endpoint.pk).update(
        name=wanted.name,
        url=wanted.url,
        areas=list(wanted.areas),
        services=list(wanted.services),
    )


def mark(endpoint: Endpoint) -> str:
    """Stands for its present secret, and tells nothing of it."""
    return hashlib.sha256(endpoint.secret_cipher.encode()).hexdigest()[:16]


def rotate(endpoint: Endpoint, *, seen: str) -> str:
    """A new secret, which is shown to nobody again; the present one signs beside it for a day.

    seen: the mark of the secret that is to be changed. If it has been changed since, nothing happens and the
    secret is empty: a double click would otherwise leave the receiver with neither of the two.
    """
    secret = new_secret()
    with transaction.atomic():
        held = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        if mark(held) != seen:
            return ""
        held.earlier_secret_cipher = held.secret_cipher
        held.earlier_until = timezone.now() + BOTH_SIGN_FOR
        held.secret_cipher = encrypt(secret)
        held.save(update_fields=["secret_cipher", "earlier_secret_cipher", "earlier_until"])
    return secret


def switch_off(endpoint: Endpoint, because: Off) -> None:
    """Tell it nothing more. Who was first to do so has given the reason.

    One that is gone stays on if it has another address by now: that answer came from the one asked.
    """
    standing = Endpoint.objects.filter(pk=endpoint.pk, off_at=None)
    if because == Off.GONE:
        standing = standing.filter(url=endpoint.url)
    standing.update(off_at=timezone.now(), off_because=because)


def switch_on(endpoint: Endpoint) -> None:
    """Tell it again, from the next notice on."""
    Endpoint.objects.filter(pk=endpoint.pk).update(off_at=None, off_because=Off.NOT)


def secrets_of(endpoint: Endpoint) -> tuple[str, ...]:
    """The secrets that sign now, the newest first; those that no key of ours decrypts are left out."""
    found = []
    for cipher in endpoint.ciphers(timezone.now()):
        try:
            found.append(decrypt(cipher))
        except Undecryptable:
            continue
    return tuple(found)


def concerned(notice: Notice, told: Collection[str]) -> list[str]:
    """The addresses of the endpoints that are to hear of it. Two statements, or one.

    told: addresses that an earlier notice of the alert may have reached, which hear the rest of it.
    """
    standing = list(Endpoint.objects.filter(off_at=None))
    paths = _paths(code for endpoint in standing for code in endpoint.areas)
    return [
        endpoint.address
        for endpoint in standing
        if endpoint.address in told or _wants(endpoint, notice, paths)
    ]


def _paths(codes: Iterable[str]) -> dict[str, str]:
    wanted = set(codes)
    known = directory().areas(wanted) if wanted else {}
    # An area that is out of use still says what lies in it.
    return {code: known[code].path if code in known else f"/{code}/" for code in wanted}


def _wants(endpoint: Endpoint, notice: Notice, paths: dict[str, str]) -> bool:
    if endpoint.services and notice.service not in endpoint.services:
        return False
    return not endpoint.areas or any(
        _related(paths[code], place.path) or code in place.path.strip("/").split("/")
        for code in endpoint.areas
        for place in notice.places
    )


def _related(one: str, other: str) -> bool:
    """Whether one lies in the other, either way round."""
    return one.startswith(other) or other.startswith(one)
