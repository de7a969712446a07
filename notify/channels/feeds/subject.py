"""What the address of a feed asks for."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from notify.channels.feeds.formats import Format
from notify.channels.feeds.selectors import Scope
from notify.channels.registry import directory


class Unknown(Exception):
    """There is no such feed. ``str()`` says why, in the active language."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A feed that there is. title: "Driftinformation: Dricksvatten, Äspered", in its language."""

    format: Format
    language: str
    scope: Scope
    title: str


def subject(language: str, suffix: str, code: str, slug: str) -> Subject:
    """The feed of an area, a service, both or neither. Raises Unknown.

    language: the active one.
    """
    if suffix not in list(Format):
        known = {"formats": ", ".join(Format)}
        raise Unknown(_("Feeds come in these formats: %(formats)s.") % known)
    area = directory().area(code) if code else None
    if code and not area:
        raise Unknown(_("There is no area with the code “%(code)s”.") % {"code": code})
    names = directory().service(slug) if slug else None
    if slug and not names:
        raise Unknown(_("There is no service with the name “%(name)s”.") % {"name": slug})
    form = Format(suffix)
    scope = Scope(slug, area.path if area else "", planned=form == Format.ICS)
    about = [
        _("Planned work") if scope.planned else "",
        _name(names or {}, language),
        area.name if area else "",
    ]
    title = ": ".join(filter(None, [settings.PUBLISHER_NAME, ", ".join(filter(None, about))]))
    return Subject(form, language, scope, title)


def _name(names: dict[str, str], language: str) -> str:
    return names.get(language) or names.get(settings.LANGUAGE_CODE) or ""
