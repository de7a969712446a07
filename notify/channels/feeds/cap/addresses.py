"""Where a CAP document is."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.urls import reverse

MEDIA_TYPE = "application/cap+xml"


def document_address(identifier: UUID) -> str:
    """The permanent address of a document, absolute."""
    return settings.PUBLIC_URL + reverse("cap:document", args=[identifier])
