"""The channel that tells other systems, each by a signed request to its own address."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from notify.channels.background import Kept
from notify.channels.base import AddressedBy, Channel, Outcome, Preview, Receipt, Recipient
from notify.channels.notice import Notice
from notify.channels.webhooks import errors
from notify.channels.webhooks.attempts import Log, attempt
from notify.channels.webhooks.endpoints import concerned, secrets_of, switch_off
from notify.channels.webhooks.event import Event, event, trial
from notify.channels.webhooks.models import Attempt, Endpoint, Off
from notify.channels.webhooks.post import Answer, Letter, Post, open_post

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Requests in flight: those to receivers that do not answer leave room for the others."""
PAUSE = 1.0
"""Seconds in which nobody answers, until what the others have answered is put down."""
FOR_GOOD = frozenset({errors.GONE, errors.OFF, errors.UNKNOWN, errors.REFUSED, errors.NO_SECRET})
"""Of no use to try again by itself: a person has to change something first."""


@dataclass(frozen=True, slots=True)
class _Errand:
    """One recipient. letter: what is sent, or why nothing is. endpoint: None if there is none."""

    recipient: Recipient
    endpoint: Endpoint | None
    letter: Letter | str


class WebhookChannel(Channel):
    """Tells receiving systems, many at once. Thread-safe.

    To tell one twice is harmless, because it knows the event again by its webhook-id. So an answer
    that was lost is no doubt to ask about: the event is sent again.
    """

    name: ClassVar[str] = "webhooks"
    addressed_by: ClassVar[AddressedBy] = AddressedBy.OWN
    repeatable: ClassVar[bool] = True

    def __init__(self) -> None:
        """Costs nothing yet: neither thread nor connection."""
        self._post = Kept(open_post)

    def addresses(self, notice: Notice, told: Collection[str]) -> Collection[str]:
        """The endpoints that it concerns, and those that have heard the beginning."""
        return concerned(notice, told)

    def send(self, notice: Notice, recipients: Iterable[Recipient]) -> Iterator[Receipt | None]:
        """Tell each; the receipts come as they answer. Each try is logged."""
        told = event(notice)
        running, errands = self._post.running(), _errands(told, recipients)
        with Log() as tries:
            for done in running.each_or_pause(_run, errands, AT_ONCE, patience=PAUSE):
                if done is None:
                    tries.write()
                    yield None
                    continue
                errand, answer = done
                if errand.endpoint is not None and isinstance(errand.letter, Letter):
                    tries.add(attempt(errand.endpoint, told, answer, errand.recipient.reference))
                    _heed(errand.endpoint, answer)
                yield _receipt(errand.recipient.reference, answer)

    def try_out(self, endpoint: Endpoint) -> Attempt:
        """Send an event that tells of nothing, and say how it went; it is logged like any other."""
        told = trial(endpoint.name)
        errand = _Errand(Recipient(endpoint.address, "", ""), endpoint, _letter(endpoint, told))
        (_errand, answer), *_rest = self._post.running().each(_run, [errand], 1)
        made = attempt(endpoint, told, answer)
        made.save()
        _heed(endpoint, answer)
        return made

    def reason(self, error: str) -> str:
        """What the code means."""
        return errors.reason(error)

    def may_work_later(self, error: str) -> bool:
        """Whatever it was may have been put right, unless nobody is registered any more."""
        return error != errors.UNKNOWN

    def preview(self, notice: Notice, language: str) -> Preview:
        """The document that is sent, laid out for people."""
        shown = json.dumps(json.loads(event(notice).body), ensure_ascii=False, indent=2)
        return Preview(self.name, language, "webhooks/preview.html", {"document": shown})

    def close(self) -> None:
        """End the thread and its connections; the next event starts them anew."""
        self._post.close()


def _errands(told: Event, recipients: Iterable[Recipient]) -> Iterator[_Errand]:
    """What is to be done for each, as they are drawn. One statement, when the first is."""
    known: dict[str, Endpoint] | None = None
    for recipient in recipients:
        if known is None:
            known = {one.address: one for one in Endpoint.objects.all()}
        endpoint = known.get(recipient.address)
        letter = _letter(endpoint, told) if endpoint else errors.UNKNOWN
        if endpoint and endpoint.off_at is not None:
            letter = errors.OFF
        yield _Errand(recipient, endpoint, letter)


def _letter(endpoint: Endpoint, told: Event) -> Letter | str:
    secrets = secrets_of(endpoint)
    return Letter(endpoint.url, secrets, told) if secrets else errors.NO_SECRET


async def _run(post: Post, errand: _Errand) -> tuple[_Errand, Answer]:
    if isinstance(errand.letter, str):
        return errand, Answer(None, errand.letter, 0)
    return errand, await post.carry(errand.letter)


def _heed(endpoint: Endpoint, answer: Answer) -> None:
    if answer.error == errors.GONE:
        switch_off(endpoint, Off.GONE)
        # By its key: an address may hold a secret.
        log.warning("receiving system %s answered 410 and is switched off", endpoint.pk)


def _receipt(reference: str, answer: Answer) -> Receipt:
    name, error = WebhookChannel.name, answer.error
    if not error:
        return Receipt(reference, Outcome.DELIVERED, name)
    if error in FOR_GOOD:
        return Receipt(reference, Outcome.FAILED, name, error=error)
    wait = answer.retry_after
    return Receipt(reference, Outcome.FAILED_FOR_NOW, name, error=error, retry_after=wait)
