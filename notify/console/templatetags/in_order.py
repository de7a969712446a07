"""Words in the order of the site's languages."""

from __future__ import annotations

from django import template

from notify.console.languages import place_of

register = template.Library()


@register.filter
def in_order(words: dict[str, dict[str, str]]) -> list[tuple[str, dict[str, str]]]:
    """Language and texts, the site's own language first."""
    return sorted(words.items(), key=lambda item: place_of(item[0]))
