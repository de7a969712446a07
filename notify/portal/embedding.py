"""What somebody's own site shows of ours, and the lines that they paste for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape, format_html_join
from django.utils.translation import gettext as _

from notify.channels.banners import picture, script
from notify.portal.views.about import FeedRow

MOST_FEEDS = 30
"""Addresses of feeds for one choice: whoever takes more places than this takes everything, or the API."""
FRAME_HEIGHT = 400
"""Pixels: room for one alert, and for two that are short; more can be scrolled to."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines to paste. name: in addresses of the page; when: whom they are for."""

    name: str
    title: str
    when: str
    code: str


@dataclass(frozen=True, slots=True)
class Embed:
    """A choice. areas, services: what each is called, by code and by slug; none of them is all."""

    areas: dict[str, str]
    services: dict[str, str]
    language: str
    theme: str
    empty: bool

    @property
    def frame_path(self) -> str:
        """The page for an iframe, on our own site."""
        return f"{reverse('banners:frame')}?{self._query(theme=self.theme)}"

    def lines(self) -> list[Lines]:
        """Every way to show it, the most useful first."""
        built, page = script.present(), settings.PUBLIC_URL + reverse("portal:home")
        plain = {"src": _ours("banners:script")}
        pinned = {
            "src": _ours("banners:pinned", digest=built.digest),
            "integrity": built.integrity,
            "crossorigin": "anonymous",
        }
        chosen = self._attributes()
        data = {f"data-{name}": value for name, value in chosen.items()}
        link = _tag("a", {"href": page}, escape(settings.PUBLISHER_NAME))
        framed = {
            "src": settings.PUBLIC_URL + self.frame_path,
            "title": settings.PUBLISHER_NAME,
            "width": "100%",
            "height": str(FRAME_HEIGHT),
            "loading": "lazy",
        }
        drawn = {
            "src": f"{_ours('banners:image')}?{self._query()}",
            "alt": settings.PUBLISHER_NAME,
            "width": str(picture.WIDTH),
            "height": str(picture.HEIGHT),
        }
        image = f"<img{_written(drawn)}>"
        return [
            Lines(
                "script",
                _("A line of script"),
                _("The banner stands where the line stands."),
                _script(plain | data),
            ),
            Lines(
                "element",
                _("An element"),
                _(
                    "The script may stand anywhere on the page, and several elements share it. "
                    "The link is seen where no script runs."
                ),
                f"{_script(plain)}\n{_tag('service-alerts', chosen, link)}",
            ),
            Lines(
                "pinned",
                _("A script that cannot change"),
                _(
                    "The visitor’s browser checks that it is exactly this one. "
                    "It gets no corrections, so come back for a newer one now and then."
                ),
                _script(pinned | data),
            ),
            Lines(
                "frame",
                _("A frame"),
                _("For a site that lets no script of others in."),
                _tag("iframe", framed),
            ),
            Lines(
                "picture",
                _("A picture with a link"),
                _("For a site that allows neither. It shows the worst, and when it was drawn."),
                _tag("a", {"href": page}, image),
            ),
        ]

    def feeds(self) -> list[FeedRow]:
        """The feeds of the same: one of each area, service, or pair of both that was chosen."""
        rows = [
            FeedRow.of(label, route, language=self.language, **place)
            for label, route, place in self._places()
        ]
        return rows[:MOST_FEEDS]

    def _places(self) -> Iterable[tuple[str, str, dict[str, str]]]:
        if not self.areas and not self.services:
            yield _("Everything"), "all", {}
        elif not self.services:
            for code, area in self.areas.items():
                yield area, "area", {"code": code}
        elif not self.areas:
            for slug, service in self.services.items():
                yield service, "service", {"slug": slug}
        else:
            for code, area in self.areas.items():
                for slug, service in self.services.items():
                    yield f"{area}, {service}", "area_service", {"code": code, "slug": slug}

    def _attributes(self) -> dict[str, str]:
        wanted = {**self._asked(), "theme": self.theme, "empty": "show" if self.empty else ""}
        return {name: value for name, value in wanted.items() if value}

    def _asked(self) -> dict[str, str]:
        areas, services = ",".join(self.areas), ",".join(self.services)
        return {"areas": areas, "services": services, "lang": self.language}

    def _query(self, **more: str) -> str:
        wanted = {**self._asked(), **more}
        return urlencode({name: value for name, value in wanted.items() if value}, safe=",")


def _ours(route: str, **words: str) -> str:
    return settings.PUBLIC_URL + reverse(route, kwargs=words)


def _script(attributes: dict[str, str]) -> str:
    return f"<script{_written(attributes)} async></script>"


def _tag(name: str, attributes: dict[str, str], inside: str = "") -> str:
    return f"<{name}{_written(attributes)}>{inside}</{name}>"


def _written(attributes: dict[str, str]) -> str:
    return format_html_join("", ' {}="{}"', attributes.items())
