"""The site's languages."""

from __future__ import annotations

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import override


def by_language(words: Promise) -> dict[str, str]:
    """The words in each language of the site, by its code."""
    said: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            said[language] = str(words)
    return said
