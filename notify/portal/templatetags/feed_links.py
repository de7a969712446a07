"""Where feed readers and calendars find a page's feeds."""

from __future__ import annotations

from typing import Any

from django import template

from notify.portal.feeds import feeds

register = template.Library()


@register.inclusion_tag("portal/parts/feed_links.html")
def feed_links(label: str, route: str, **place: str) -> dict[str, Any]:
    """The links of a route of the feeds. label: what the feed is about, as readers show it."""
    return {"label": label, "feeds": feeds(route, **place)}
