"""What every page knows without its view saying so."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def publisher(request: HttpRequest) -> dict[str, str]:
    """The name of who publishes, for titles and footers, and the site's public address."""
    return {"publisher_name": settings.PUBLISHER_NAME, "public_url": settings.PUBLIC_URL}
