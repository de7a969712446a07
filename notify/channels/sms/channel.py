"""The SMS channel: addressed by phone number, carried by Twilio."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import ClassVar

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from notify.channels.base import AddressedBy, Preview, Receipt, Recipient, Text, TextChannel
from notify.channels.notice import Notice
from notify.channels.sms import errors, twilio
from notify.channels.sms.background import Background
from notify.channels.sms.compose import compose, spoken
from notify.channels.sms.outgoing import Outgoing, for_notice, for_text
from notify.channels.sms.text import Encoding, excess, measure, outside_gsm_7
from notify.channels.sms.twilio import AT_ONCE, Twilio

Call = Callable[[Twilio, Outgoing], Awaitable[Receipt]]


class SmsChannel(TextChannel):
    """Carries words to phones, many at once, over connections that stay open. Thread-safe.

    The first message starts a thread with an event loop; ``close`` ends it, and so does the end of
    the process.
    """

    name: ClassVar[str] = "sms"
    addressed_by: ClassVar[AddressedBy] = AddressedBy.SUBSCRIBER
    # A worker that dies leaves at most so many to be asked about one by one.
    handful: ClassVar[int] = 500

    def __init__(self) -> None:
        """Costs nothing yet: neither thread nor connection."""
        self._background: Background[Twilio] | None = None
        self._lock = threading.Lock()

    def send(self, notice: Notice, recipients: Sequence[Recipient]) -> Iterator[Receipt]:
        """Send each the SMS in their language; the receipts come as the provider answers."""
        return self._each(Twilio.create, for_notice(notice, recipients))

    def look_up(self, notice: Notice, recipients: Sequence[Recipient]) -> Iterator[Receipt]:
        """Ask for each whether the provider has it: ABSENT is certain, IN_DOUBT says ask again."""
        return self._each(Twilio.find, for_notice(notice, recipients))

    def send_texts(self, texts: Sequence[Text]) -> Iterator[Receipt]:
        """Send each text to its own person."""
        return self._each(Twilio.create, [for_text(text) for text in texts])

    def look_up_texts(self, texts: Sequence[Text]) -> Iterator[Receipt]:
        """As ``look_up``; the same words sent to the same number lately count as the text."""
        return self._each(Twilio.find, [for_text(text) for text in texts])

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

    def preview(self, notice: Notice, language: str) -> Preview:
        """The SMS as on a phone, with what it costs."""
        text = compose(notice, language)
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
        with self._lock:
            if self._background is not None:
                self._background.close()
            self._background = None

    def _each(self, call: Call, messages: Sequence[Outgoing]) -> Iterator[Receipt]:
        if messages:
            yield from self._running().each(call, messages, AT_ONCE)

    def _running(self) -> Background[Twilio]:
        with self._lock:
            if self._background is None or self._background.inherited:
                self._background = Background(twilio.connect)
            return self._background


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
