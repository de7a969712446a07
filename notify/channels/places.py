"""Where something that was published is shown: at its areas, what they lie in, and their parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import models
from django.db.models import Q

from notify.channels.base import Recipient
from notify.channels.notice import Notice, Place


class PlaceRow(models.Model):
    """An area that something was published for. path: its codes from the root down."""

    code = models.CharField(max_length=32, db_index=True)
    path = models.CharField(max_length=300, db_index=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code


def concerning(paths: Iterable[str]) -> Q:
    """The place rows that lie in one of ``paths``, or that one of them lies in.

    No recursion: parts share the beginning of the path, and what an area lies in is named in it.
    """
    related = Q(pk__in=[])
    for path in paths:
        related |= Q(path__startswith=path) | Q(code__in=path.strip("/").split("/"))
    return related


def addressed(notice: Notice, recipients: Sequence[Recipient]) -> list[Place]:
    """The places of the notice that the recipients' addresses name, each once.

    An address that the notice does not name stands on its own, as if it were part of nothing.
    """
    known = {place.code: place for place in notice.places}
    # In one order, so that two workers with the same areas never wait for each other.
    codes = sorted({recipient.address for recipient in recipients})
    return [known.get(code) or Place(code, code, f"/{code}/") for code in codes]
