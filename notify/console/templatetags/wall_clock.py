"""Times and ages in templates."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from notify.console.clock import age, said

register = template.Library()


@register.filter
def wall_clock(at: datetime) -> SafeString:
    """A ``<time>`` that says when it is, and holds it for machines."""
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat("T", "minutes"), said(local)
    )


@register.filter
def ago(at: datetime) -> str:
    """How long since."""
    return age(at)
