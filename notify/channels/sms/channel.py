"""The SMS channel: addressed by phone number, carried by Carrier."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import ClassVar

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from notify.channels.background import Kept
from notify.channels.base import AddressedBy, Preview, Receipt, Recipient, Text, TextChannel
from notify.channels.notice import Notice
from notify.channels.sms import carrier, errors, twilio
from notify.channels.sms.carrier import Carrier
from notify.channels.sms.compose import compose, fit, spoken
from notify.channels.sms.handful import Handful
from notify.channels.sms.outgoing import Outgoing, for_notice, for_text
from notify.channels.sms.text import Encoding, excess, measure, outside_gsm_7

Call = Callable[[Carrier, Outgoing], Awaitable[Receipt]]
MOST_AT_ONCE = 500
"""Messages of a handful: a worker that dies leaves at most so many to be asked about one by one."""


class SmsChannel(TextChannel):
    """Carries words to phones, many at once, over connections that stay open. Thread-safe.

    The first message starts a thread with an event loop; ``close`` ends it, and so does the end of
    the process.
    """

    name: ClassVar[str] = "sms"
    addressed_by: ClassVar[AddressedBy] = AddressedBy.SUBSCRIBER

    def __init__(self) -> None:
        """Costs nothing yet: neither thread nor connection."""
        self._carrier = Kept(carrier.connect)
        self._handful = Handful(
            MOST_AT_ONCE, settings.SMS_SEGMENTS_PER_SECOND, settings.SMS_WORKERS
        )

    @property
    def handful(self) -> int:  # type: ignore[override]  # it changes with the pace
        """How many recipients to hand to ``send``: what goes out in a few seconds at the pace of now."""
        return self._handful.size

    def send(self, notice: Notice, recipients: Iterable[Recipient]) -> Iterator[Receipt]:
        """Send each the SMS in their language; the receipts come as the provider answers."""
        most = settings.SMS_IN_FLIGHT
        # What waits for the pace is on its way too: at a slow one, no more than a handful.
        limited = settings.SMS_SEGMENTS_PER_SECOND > 0
        at_once, ready = (min(most, self.handful), 0) if limited else (most, most)
        outgoing = for_notice(notice, recipients)
        came, since = 0, time.monotonic()
        for receipt in self._carrier.running().each(Carrier.create, outgoing, at_once, ready):
            came += 1
            if came >= self.handful:
                self._handful.took(came, since)
                came, since = 0, time.monotonic()
            yield receipt

    def look_up(self, notice: Notice, recipients: Sequence[Recipient]) -> Iterator[Receipt]:
        """Ask for each whether the provider has it: ABSENT is certain, IN_DOUBT says ask again."""
        return self._each(Carrier.find, list(for_notice(notice, recipients)))

    def send_texts(self, texts: Sequence[Text]) -> Iterator[Receipt]:
        """Send each text to its own person."""
        return self._each(Carrier.create, [for_text(text) for text in texts])

    def look_up_texts(self, texts: Sequence[Text]) -> Iterator[Receipt]:
        """As ``look_up``; the same words sent to the same number lately count as the text."""
        return self._each(Carrier.find, [for_text(text) for text in texts])

    def problems(self, notice: Notice) -> list[str]:
        """A sentence for each language whose SMS is longer than SMS_MAX_SEGMENTS."""
        found = (_too_long(compose(notice, language), language) for language in notice.words)
        return [sentence for sentence in found if sentence]

    def reason(self, error: str) -> str:
        """What the provider's error code, or ours, means to an editor."""
        return errors.reason(error)

    def opted_out(self, error: str) -> bool:
        """Whether the code says that the person told the provider to stop us."""
        return errors.meaning(error) is errors.Meaning.OPTED_OUT

    def may_work_later(self, error: str) -> bool:
        """So for what failed only for now, and for what a person had to put right on our side."""
        return errors.meaning(error) in (errors.Meaning.FOR_NOW, errors.Meaning.OPERATOR)

    def preview(self, notice: Notice, language: str) -> Preview:
        """The SMS as on a phone, with what it costs."""
        fitted = fit(notice, language)
        text = fitted.text
        counted = measure(text)
        sender = settings.TWILIO_SENDER
        return Preview(
            channel=self.name,
            language=language,
            template="sms/preview.html",
            context={
                "sender": _("Our SMS service") if twilio.is_service(sender) else sender,
                "language": spoken(notice, language),
                "text": text,
                "encoding": counted.encoding.value,
                "characters": len(text),
                "segments": counted.segments,
                "most": settings.SMS_MAX_SEGMENTS,
                "shortened": fitted.shortened,
                "replies": not notice.leave_url,
                "too_long": counted.segments > settings.SMS_MAX_SEGMENTS,
                "costly": " ".join(outside_gsm_7(text))
                if counted.encoding is Encoding.UCS_2
                else "",
            },
            units=counted.segments,
            price=settings.SMS_PRICE_PER_SEGMENT,
            currency=settings.SMS_PRICE_CURRENCY,
        )

    def close(self) -> None:
        """End the thread and its connections; the next message starts them anew."""
        self._carrier.close()

    def _each(self, call: Call, messages: Sequence[Outgoing]) -> Iterator[Receipt]:
        if messages:
            yield from self._carrier.running().each(call, messages, settings.SMS_IN_FLIGHT)


def _too_long(text: str, language: str) -> str:
    segments, most = measure(text).segments, settings.SMS_MAX_SEGMENTS
    if segments <= most:
        return ""
    over = excess(text, most)
    sentence = ngettext(
        "%(language)s: the SMS is %(segments)d segments long, and at most %(most)d can be sent. "
        "Shorten it by %(over)d character.",
        "%(language)s: the SMS is %(segments)d segments long, and at most %(most)d can be sent. "
        "Shorten it by %(over)d characters.",
        over,
    ) % {
        "language": capfirst(get_language_info(language)["name_translated"]),
        "segments": segments,
        "most": most,
        "over": over,
    }
    if costly := outside_gsm_7(text):
        hint = _("These characters more than double its length: %(characters)s")
        sentence += " " + hint % {"characters": " ".join(costly)}
    return sentence
