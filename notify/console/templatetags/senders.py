"""Who an alert came from, in lists."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def of(names: Mapping[int, str], key: int) -> str:
    """The name that belongs to the key; empty if none does."""
    return names.get(key, "")
