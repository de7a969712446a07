"""Pages that stay whole while alerts are published: a cursor, not a number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from notify.api.serializers.filters import LONGEST_PAGE

NEWEST_FIRST = ("-published_at", "-pk")
DRAFTS_TOO = ("-created_at", "-pk")
"""A draft was never published, so a list with drafts goes by when each was begun."""


NOWHERE = Cursor(offset=0, reverse=False, position=None)
"""What no cursor of ours says."""


class NewestFirst(CursorPagination):
    """Twenty to a page unless ``page_size`` says otherwise."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = LONGEST_PAGE
    ordering = NEWEST_FIRST

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A page, in the words of OpenAPI 3.1; the framework knows those of 3.0 alone."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link | {"description": "Where older ones follow; null on the last page."},
                "previous": link | {"description": "Where newer ones are; null on the first page."},
                "results": schema | {"description": "Newest first."},
            },
        }

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor. Raises ValidationError (400) for one that we did not make."""
        try:
            cursor: Cursor | None = super().decode_cursor(request)
            if cursor and cursor.position is not None and not _instant(str(cursor.position)):
                raise NotFound
            # What is no base64 decodes to nothing: the first page, for whoever asked for the next.
            if cursor == NOWHERE:
                raise NotFound
        except NotFound:
            sentence = _("Take the cursor from “next” or “previous”, whole and unchanged.")
            raise serializers.ValidationError({"cursor": [sentence]}) from None
        return cursor


def _instant(position: str) -> bool:
    """Whether it is an instant as we write it: in UTC. PostgreSQL refuses offsets beyond 16 hours."""
    try:
        parsed = parse_datetime(position)
    except ValueError:
        return False
    return parsed is not None and parsed.utcoffset() == timedelta(0)
