"""The channel that tells hubs which feeds have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.utils import timezone

from notify.channels.background import Kept
from notify.channels.base import AddressedBy, Channel, Outcome, Preview, Receipt, Recipient
from notify.channels.feeds.addresses import changed_by
from notify.channels.feeds.models import Entry
from notify.channels.notice import Notice
from notify.channels.websub import errors
from notify.channels.websub.ping import Answer, Pinger, open_pinger

AT_ONCE = 10
"""Hubs that are told side by side."""
PAUSE = 1.0
"""Seconds in which no hub answers, until what the others have answered is put down."""
STALE_FOR = timedelta(seconds=5)
"""How long a cache in front of us may answer with what a feed said before."""

Errand = tuple[Recipient, str, Sequence[str]]
"""Whom, where (empty if we do not know), and of what."""


class WebSubChannel(Channel):
    """Tells each hub of the settings, once its answer to the question "what is new?" will be new.

    A hub fetches a feed as soon as it hears of it, and tells nobody if the feed is as it was. To tell a hub
    twice is harmless for the same reason.
    """

    name: ClassVar[str] = "websub"
    addressed_by: ClassVar[AddressedBy] = AddressedBy.OWN
    hears_of_corrections: ClassVar[bool] = True
    # A second for the feeds' own deliveries; who is later is waited for below.
    rests: ClassVar[timedelta] = STALE_FOR + timedelta(seconds=1)

    def __init__(self) -> None:
        """Costs nothing yet: neither thread nor connection."""
        self._pinger = Kept(open_pinger)

    def addresses(self, notice: Notice, told: Collection[str]) -> Collection[str]:
        """The hubs of the settings, whatever the notice is about: there is always the feed of everything."""
        return list(_hubs())

    def send(self, notice: Notice, recipients: Iterable[Recipient]) -> Iterator[Receipt | None]:
        """Tell each hub of every feed that the notice changes."""
        everybody = list(recipients)
        if not everybody:
            return
        if not _shown(notice):
            wait = STALE_FOR.total_seconds()
            for one in everybody:
                yield _receipt(one, Answer(errors.NOT_YET, again=True, retry_after=wait))
            return
        topics, hubs = changed_by(notice), _hubs()
        errands: list[Errand] = [(one, hubs.get(one.address, ""), topics) for one in everybody]
        running = self._pinger.running()
        for done in running.each_or_pause(_run, errands, AT_ONCE, patience=PAUSE):
            yield done and _receipt(*done)

    def reason(self, error: str) -> str:
        """What the code means."""
        return errors.reason(error)

    def may_work_later(self, error: str) -> bool:
        """Whatever it was may have been put right, unless the hub is none of ours any more."""
        return error != errors.UNKNOWN

    def preview(self, notice: Notice, language: str) -> Preview:
        """How many feeds there are to tell of."""
        words = notice.in_language(language)
        context = {"headline": words.headline, "feeds": len(changed_by(notice))}
        return Preview(self.name, language, "websub/preview.html", context)

    def close(self) -> None:
        """End the thread and its connections; the next change starts them anew."""
        self._pinger.close()


def _hubs() -> dict[str, str]:
    """The hubs of the settings by their names in the ledger: themselves, or a digest of one that is too long."""
    return {
        hub if len(hub) <= 64 else hashlib.sha256(hub.encode()).hexdigest(): hub
        for hub in settings.WEBSUB_HUBS
    }


def _shown(notice: Notice) -> bool:
    """Whether everybody who asks for the feeds gets the notice by now."""
    settled = timezone.now() - STALE_FOR
    return Entry.objects.filter(update=notice.update, arrived_at__lte=settled).exists()


async def _run(pinger: Pinger, errand: Errand) -> tuple[Recipient, Answer]:
    recipient, hub, topics = errand
    return recipient, await pinger.tell(hub, topics) if hub else Answer(errors.UNKNOWN)


def _receipt(recipient: Recipient, answer: Answer) -> Receipt:
    name = WebSubChannel.name
    if not answer.error:
        return Receipt(recipient.reference, Outcome.DELIVERED, name)
    outcome = Outcome.FAILED_FOR_NOW if answer.again else Outcome.FAILED
    return Receipt(
        recipient.reference, outcome, name, error=answer.error, retry_after=answer.retry_after
    )
