"""Whether a request with a known key is the same request again."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from rest_framework.request import Request

from notify.alerts.lifecycle import KeyReused
from notify.api.models import MadeRequest


@contextmanager
def once(request: Request, key: uuid.UUID, asked: Mapping[str, Any]) -> Iterator[None]:
    """A block that does what a request asks for; that it did is noted with it, all or nothing.

    key: the request's name. asked: what was handed in, once it is read. Raises KeyReused, and undoes
    the block, if a request of that name asked for something else, or elsewhere. A request that has
    no name of its caller's is not noted.
    """
    if "HTTP_IDEMPOTENCY_KEY" not in request.META:
        yield
        return
    digest = _digest(request.path, asked)
    with transaction.atomic():
        if MadeRequest.objects.filter(key=key).exclude(digest=digest).exists():
            raise KeyReused
        yield
        made, _new = MadeRequest.objects.get_or_create(key=key, defaults={"digest": digest})
        if made.digest != digest:
            raise KeyReused


def _digest(path: str, asked: Mapping[str, Any]) -> str:
    """The same for times that are the same, in whatever zone they are written."""
    written = json.dumps([path, asked], default=_plain, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Model):
        return value.pk
    raise TypeError(f"{type(value).__name__} is nothing that can be asked for.")
