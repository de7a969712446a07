"""What a caller says beside the body: which version they saw, and the name of their request.

An alert's ETag is ``"<version>-<digest>"``. For If-Match the version alone, ``"<version>"``, is as
good: it counts every change of the alert. The digest is there for caches, because a service or an
area may be renamed without the alert changing.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from notify.alerts.lifecycle import AlertChanged
from notify.api.permissions import calling_key
from notify.api.problems import Conflict, VersionPassed, VersionRequired

# A proxy that compresses makes a tag weak (W/). The version in it is still exact.
_TAG = re.compile(r'(?:W/)?"([0-9]{1,9})(?:-[0-9a-f]*)?"')


REQUEST_KEY = r"^(\"?)[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\1$"
"""An Idempotency-Key. An empty one is some script's unset variable, which must not pass for none."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The version that the caller saw, and whether If-Match said it."""

    version: int
    by_header: bool

    def refusal(self, changed: AlertChanged) -> Conflict | VersionPassed:
        """What to answer when it is no longer the alert's: 412 for If-Match, else 409."""
        return VersionPassed(str(changed)) if self.by_header else Conflict(str(changed))


def seen(request: Request, in_body: int | None) -> Seen:
    """If-Match's version, else the body's. Raises VersionRequired without either.

    ``If-Match: *`` says nothing of what was seen, so it does not count.
    """
    header = request.META.get("HTTP_IF_MATCH", "")
    if header.strip() in ("", "*"):
        if in_body is None:
            raise VersionRequired
        return Seen(in_body, by_header=False)
    match = _TAG.fullmatch(header.strip())
    if match is None:
        # Some other tag: well-formed or not, it is none that this alert has had.
        raise VersionPassed(str(AlertChanged()))
    return Seen(int(match[1]), by_header=True)


def request_key(request: Request) -> uuid.UUID:
    """A name for the request that is its key's own, from Idempotency-Key, a UUID with or without quotes.

    So two systems that happen on the same UUID never get each other's answers. A new name without
    the header. Raises the REST framework's ValidationError (400) for anything else.
    """
    given = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if given is None:
        return uuid.uuid4()
    match = re.fullmatch(REQUEST_KEY, given.strip())
    if match is None:
        raise serializers.ValidationError(
            {"Idempotency-Key": [_("Give a UUID, new for each thing that you do.")]}
        )
    return uuid.uuid5(uuid.UUID(given.strip().strip('"')), calling_key(request).prefix)


def etag(content: bytes, version: int | None = None) -> str:
    """A strong tag of exactly these bytes, with the alert's version where there is one."""
    digest = hashlib.sha256(content).hexdigest()[:24]
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'
