"""The site's languages in the site's own order: a JSON column of PostgreSQL keeps an order of its own."""

from __future__ import annotations

from django.conf import settings


def place_of(language: str) -> int:
    """A key that sorts languages as the settings list them; those they do not list come last."""
    codes = [code for code, _name in settings.LANGUAGES]
    return codes.index(language) if language in codes else len(codes)
