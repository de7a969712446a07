"""What an editor sees before publishing: what each channel carries, to how many, at what cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count
from django.utils import timezone

from notify.alerts.content import AlertContent
from notify.alerts.models import Alert
from notify.alerts.schedule import check_time
from notify.alerts.vocabulary import URGENT, Move, State
from notify.channels.base import AddressedBy, Channel, Preview
from notify.channels.notice import Notice
from notify.channels.registry import channels
from notify.dispatch.notices import notice_if
from notify.dispatch.recipients import audience
from notify.dispatch.start import problems


@dataclass(frozen=True, slots=True)
class ChannelOutlook:
    """One channel: what it will carry in each language, and how many addresses read which."""

    name: str
    addressed_by: AddressedBy
    previews: Sequence[Preview]
    recipients: dict[str, int]

    @property
    def total(self) -> int:
        """How many addresses."""
        return sum(self.recipients.values())

    @property
    def units(self) -> int:
        """What is paid for in all (segments)."""
        return sum(one.units * self.recipients.get(one.language, 0) for one in self.previews)

    @property
    def cost(self) -> Decimal | None:
        """The estimate, in ``currency``; None if the channel costs nothing."""
        priced = [one for one in self.previews if one.price is not None]
        if not priced:
            return None
        return sum(
            (
                Decimal(str(one.price)) * one.units * self.recipients.get(one.language, 0)
                for one in priced
            ),
            Decimal(0),
        )

    @property
    def currency(self) -> str:
        """The currency of ``cost``."""
        return next((one.currency for one in self.previews if one.currency), "")


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would happen if it were published now, or at the time asked about."""

    notice: Notice
    problems: Sequence[str]
    channels: Sequence[ChannelOutlook]


def preview(
    alert: Alert,
    move: Move,
    content: AlertContent,
    *,
    at: datetime | None = None,
    asks: bool = False,
) -> Outlook:
    """What ``move`` with ``content`` would carry, and to whom as of now. Writes nothing.

    at: when it is to be published, if not now; the words around the words say "today" of another
    day then. asks: see ``announce``. Raises ValidationError if the content, or that time, needs mending first.
    """
    content.check(
        publishing=move in (Move.PUBLISH, Move.UPDATE),
        ending=move in (Move.RESOLVE, Move.CANCEL),
        standing=AlertContent.of(alert) if move == Move.UPDATE else None,
    )
    if at is not None:
        check_time(content, at)
    notice = notice_if(alert, move, content, at=at, asks=asks)
    people = _people(alert, notice, content)
    return Outlook(
        notice=notice,
        problems=problems(notice),
        channels=_outlooks(notice, people),
    )


def _people(alert: Alert, notice: Notice, content: AlertContent) -> dict[str, int]:
    rows = audience(
        alert=None if alert.state == State.DRAFT else alert.pk,
        service=content.service,
        paths=[place.path for place in notice.places],
        serious=content.severity in URGENT,
        ends=notice.ends_alert,
        cancelled=notice.cancelled,
        asked_before=timezone.now(),
    )
    return dict(rows.order_by().values_list("language").annotate(Count("pk")))


def _outlooks(notice: Notice, people: dict[str, int]) -> list[ChannelOutlook]:
    """Each channel's, but none of one that has addresses of its own and knows nobody to tell."""
    found = []
    for channel in channels().values():
        recipients = _recipients(channel, notice, people)
        if recipients or channel.addressed_by != AddressedBy.OWN:
            found.append(_outlook(channel, notice, recipients))
    return found


def _recipients(channel: Channel, notice: Notice, people: dict[str, int]) -> dict[str, int]:
    if channel.addressed_by == AddressedBy.SUBSCRIBER:
        return people
    if channel.addressed_by == AddressedBy.AREA:
        return {notice.language: len(notice.places)}
    known = len(channel.addresses(notice, ()))
    return {notice.language: known} if known else {}


def _outlook(channel: Channel, notice: Notice, recipients: dict[str, int]) -> ChannelOutlook:
    # Who reads a language that was not written gets the site's own words, in a frame of theirs. A
    # system is handed every language at once.
    whole = channel.addressed_by == AddressedBy.OWN
    languages = recipients if whole else dict.fromkeys([*notice.words, *recipients])
    previews = [channel.preview(notice, language) for language in languages]
    return ChannelOutlook(channel.name, channel.addressed_by, previews, recipients)
