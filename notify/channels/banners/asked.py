"""What the query of an address asks for: which areas and services, in which language."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from notify.channels.banners.selectors import Scope
from notify.channels.registry import directory
from notify.channels.texts import clean

ASKED = ("areas", "services", "lang")
"""The names of a query that say what is asked for."""
MOST_NAMES = 200
"""How many areas or services one banner may name: a longer list is a mistake, or mischief."""


class Refused(Exception):
    """The address asks for what there is not; ``str()`` says so to the person who wrote it.

    language: of that sentence.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.language = translation.get_language()


@dataclass(frozen=True, slots=True)
class Asked:
    """The language, and what is to be shown."""

    language: str
    scope: Scope


def asked(request: HttpRequest) -> Asked:
    """What ``?areas=A,B&services=x,y&lang=sv`` asks for; leaving one out means all. Raises Refused."""
    language = request.GET.get("lang") or settings.LANGUAGE_CODE
    known = language in dict(settings.LANGUAGES)
    with translation.override(language if known else settings.LANGUAGE_CODE):
        if not known:
            codes = ", ".join(code for code, _name in settings.LANGUAGES)
            raise Refused(_("Banners come in these languages: %(codes)s.") % {"codes": codes})
        return Asked(language, _scope(request))


def _scope(request: HttpRequest) -> Scope:
    codes, slugs = _names(request, "areas"), _names(request, "services")
    areas = directory().areas(codes) if codes else {}
    services = directory().services(slugs) if slugs else {}
    if missing := [code for code in codes if code not in areas]:
        raise Refused(_("There is no area with the code “%(code)s”.") % {"code": missing[0]})
    if missing := [slug for slug in slugs if slug not in services]:
        raise Refused(_("There is no service with the name “%(name)s”.") % {"name": missing[0]})
    return Scope(tuple(area.path for area in areas.values()), tuple(slugs))


def _names(request: HttpRequest, field: str) -> list[str]:
    """The comma-separated names of a field, each once, in a fixed order."""
    # Cleaned: PostgreSQL refuses to look for a NUL.
    names = {name.strip() for name in clean(request.GET.get(field, "")).split(",")} - {""}
    if len(names) > MOST_NAMES:
        raise Refused(
            _("Name at most %(most)s areas or services, or leave them out to mean all.")
            % {"most": MOST_NAMES}
        )
    return sorted(names)
