"""Feeds over HTTP. Each address says its language and scope, so one copy serves everybody."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from notify.channels import cached
from notify.channels.feeds import selectors
from notify.channels.feeds.formats import Head, Item
from notify.channels.feeds.render import render
from notify.channels.feeds.selectors import Listed
from notify.channels.feeds.subject import Subject, Unknown, subject
from notify.channels.feeds.weeks import Week
from notify.channels.kept.policy import keep


@keep("feeds")
@require_safe
def feed(
    request: HttpRequest,
    language: str,
    suffix: str,
    *,
    code: str = "",
    slug: str = "",
    week: str = "",
) -> HttpResponse:
    """The feed of an area, a service, both or neither; 404 with a sentence for what is unknown.

    week: its archive of that week instead.
    """
    if language not in dict(settings.LANGUAGES):
        return _unknown_language()
    with translation.override(language):
        try:
            asked = subject(language, suffix, code, slug)
            if week:
                return _archive(request, asked, _week(week, asked))
            return _current(request, asked)
        except Unknown as unknown:
            return cached.refusal(str(unknown), language=language)


def _current(request: HttpRequest, asked: Subject) -> HttpResponse:
    now = timezone.now()
    entries, left = selectors.listed(asked.scope, now)
    settled = Week.last_settled(now)
    # Asking whether anything is archived would cost a statement: this looks at what is known, and
    # may lead to a week in which nothing was said, which leads on.
    archived = asked.format.archived and (
        left is not None
        or len(entries) == selectors.MOST
        or any(entry.sent < settled.ends for entry in entries)
    )
    head = _head(
        request,
        asked,
        updated=_latest([entry.updated for entry in entries], left),
        hubs=tuple(settings.WEBSUB_HUBS),
        previous=_address(_base(request, asked), asked, settled) if archived else "",
    )
    changed = _latest(
        [entry.arrived for entry in entries], left, settled.settles if archived else None
    )
    return cached.answer(
        request,
        _rendered(head, tuple(entries)),
        content_type=head.format.content_type,
        language=head.language,
        # What a newer word replaces leaves a calendar at once, and no date that is left says so.
        changed=None if asked.scope.planned else changed,
        links=head.links,
    )


def _archive(request: HttpRequest, asked: Subject, week: Week) -> HttpResponse:
    """What was said in a week, as it was said: RFC 5005 lets readers take it for final."""
    base = _base(request, asked).removesuffix(f"/{week}")
    current = _address(base, asked)
    if week > Week.last_settled(timezone.now()):
        # The archive before it leads here for ever, so that it need not change when this one is there.
        return cached.elsewhere(current, language=asked.language)
    entries = selectors.said_in(asked.scope, week)
    before = selectors.last_before(asked.scope, week)
    words = {"title": asked.title, "number": week.number, "year": week.year}
    head = _head(
        request,
        asked,
        title=_("%(title)s, week %(number)d of %(year)d") % words,
        updated=_latest([week.begins, *(entry.updated for entry in entries)]),
        current=current,
        previous=_address(base, asked, Week.of(before)) if before else "",
        following=_address(base, asked, week.next),
    )
    return cached.answer(
        request,
        _rendered(head, tuple(entries)),
        content_type=head.format.content_type,
        language=head.language,
        changed=_latest([week.settles, *(entry.arrived for entry in entries)]),
        links=head.links,
        keep=cached.STEADY,
    )


def _week(text: str, asked: Subject) -> Week:
    """Raises Unknown."""
    if not asked.format.archived:
        raise Unknown(_("A calendar has no archive."))
    try:
        week = Week.parse(text)
    except ValueError:
        raise Unknown(_("Archives are kept by the week, such as 2026-W07.")) from None
    if week > Week.of(timezone.now()):
        raise Unknown(_("The week %(week)s has not come yet.") % {"week": week})
    return week


@lru_cache(maxsize=128)
def _rendered(head: Head, entries: tuple[Listed, ...]) -> bytes:
    """The bytes of a feed. What it is keyed by says all that they depend on: the rest is frozen."""
    told = selectors.told(entries)
    return render(head, [Item(entry, *told[entry.update]) for entry in entries])


def _head(
    request: HttpRequest,
    asked: Subject,
    *,
    updated: datetime | None,
    title: str = "",
    hubs: tuple[str, ...] = (),
    current: str = "",
    previous: str = "",
    following: str = "",
) -> Head:
    return Head(
        format=asked.format,
        language=asked.language,
        title=title or asked.title,
        subtitle=_("Planned work, as it is announced.")
        if asked.scope.planned
        else _("Disruptions and planned work, as they are published."),
        publisher=settings.PUBLISHER_NAME,
        # Its own name, whatever query a reader appended.
        address=settings.PUBLIC_URL + request.path,
        page=settings.PUBLIC_URL + reverse("portal:home"),
        updated=updated,
        hubs=hubs,
        current=current,
        previous=previous,
        following=following,
    )


def _base(request: HttpRequest, asked: Subject) -> str:
    """The address without its format."""
    return settings.PUBLIC_URL + request.path.removesuffix(f".{asked.format}")


def _address(base: str, asked: Subject, week: Week | None = None) -> str:
    return f"{base}/{week}.{asked.format}" if week else f"{base}.{asked.format}"


def _latest(times: list[datetime], *more: datetime | None) -> datetime | None:
    return max([*times, *(time for time in more if time)], default=None)


def _unknown_language() -> HttpResponse:
    known = ", ".join(code for code, _name in settings.LANGUAGES)
    language = settings.LANGUAGE_CODE
    with translation.override(language):
        sentence = _("Feeds come in these languages: %(languages)s.") % {"languages": known}
    return cached.refusal(sentence, language=language)
