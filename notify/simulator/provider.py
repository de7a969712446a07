"""The provider itself: takes messages in, moves them through their lives, and tells the callback address."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from . import messages as m
from .callbacks import Answer, Callback, Webhooks
from .faults import Faults, RateLimit, SenderQueue
from .ledger import Ledger
from .messages import Message
from .segments import measure
from .validation import Refusal, Request, fated, too_many, unsubscribed, validate


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the simulator serves. ``number`` sends for Messaging Services and is what phones write to."""

    sid: str
    token: str
    number: str


class Provider:
    """Holds the ledger, the faults and the opt-outs, and sees every accepted message to its end.

    Runs in one event loop; nothing here is shared between threads.
    """

    def __init__(self, account: Account, ledger: Ledger | None = None) -> None:
        self.account = account
        self.ledger = Ledger() if ledger is None else ledger
        self.webhooks = self._open_webhooks()
        self.started = time.time()
        self._clear()

    def reset(self) -> None:
        """Forget every message, opt-out, fault and waiting callback. Messages on their way go nowhere."""
        self.webhooks.forget()
        self.ledger.clear()
        self._clear()

    def accept(self, form: Mapping[str, str]) -> Message:
        """Take in a message to send, or raise the Refusal that Twilio would answer. The caller starts it."""
        request = validate(form, self.faults.disabled_regions)
        self._check_recipient(request)
        sender = request.sender or request.messaging_service_sid or ""
        if not self._rate.take(
            sender, measure(request.body).segments, self.faults.segments_per_second
        ):
            raise too_many(self.faults.retry_after)
        status = (
            m.SCHEDULED if request.send_at else m.ACCEPTED if request.sender is None else m.QUEUED
        )
        message = Message(
            sid=m.new_sid(),
            account_sid=self.account.sid,
            to=request.to,
            sender=request.sender,
            # One text goes to thousands of phones: keep it once.
            body=sys.intern(request.body),
            direction=m.OUTBOUND_API,
            status=status,
            messaging_service_sid=request.messaging_service_sid,
            callback_url=request.callback_url,
            validity_seconds=request.validity_seconds,
        )
        self.ledger.add(message)
        if request.send_at:
            self._later(message, request.send_at - time.time(), lambda: self._release(message))
        return message

    def deliver(self, to: str, sender: str, body: str) -> Message:
        """Send a reply that Twilio makes itself, or that TwiML asked for: no callback, the phone just gets it."""
        message = Message(
            m.new_sid(), self.account.sid, to, sender, body, m.OUTBOUND_REPLY, m.QUEUED
        )
        self.ledger.add(message)
        self.start(message)
        return message

    def start(self, message: Message) -> None:
        """Set an accepted message on its way: it waits its turn in the sender's queue, then is sent."""
        if message.status == m.SCHEDULED or message.status in m.FINAL:
            return
        self._later(message, self.faults.sent_ms / 2000, lambda: self._choose_sender(message))
        sender = message.sender or self.account.number
        rate = self.faults.queue_segments_per_second
        wait = self._queue.wait(sender, message.measure.segments, rate)
        due = wait + self.faults.sent_ms / 1000
        expires = message.expires - time.time()
        if due > expires:
            self._later(message, expires, lambda: self._expire(message))
        else:
            self._later(message, due, lambda: self._send(message))

    async def start_early(self, message: Message) -> None:
        """Send a message and have its "sent" callback answered before returning: it outruns the API's answer."""
        if message.status == m.SCHEDULED:
            return
        self._choose_sender(message)
        message.move(m.SENT)
        callback = self._callback(message)
        if callback is not None:
            await self.webhooks.send(callback)
        self._later(
            message, self.faults.delivered_ms / 1000, lambda: self._finish(message, held=None)
        )

    def cancel(self, message: Message) -> None:
        """Take back a scheduled message; anything else is refused with 30409, as Twilio does."""
        if message.status != m.SCHEDULED:
            raise Refusal(400, 30409, "This message cannot be canceled.")
        message.move(m.CANCELED)
        self._tell(message)

    def _open_webhooks(self) -> Webhooks:
        return Webhooks(self.account.token)

    def _clear(self) -> None:
        self.faults = Faults()
        self.opted_out: set[tuple[str, str]] = set()
        self.refusals: Counter[int] = Counter()
        self._rate = RateLimit()
        self._queue = SenderQueue()

    def _check_recipient(self, request: Request) -> None:
        fate = self.faults.fate(request.to)
        if fate.refuse is not None:
            raise fated(fate.refuse, request.to)
        if (request.sender or self.account.number, request.to) in self.opted_out:
            raise unsubscribed(request.to)

    def _later(self, message: Message, delay: float, step: Callable[[], None]) -> None:
        def run() -> None:
            if self.ledger.holds(message):
                step()

        asyncio.get_running_loop().call_later(max(0.0, delay), run)

    def _choose_sender(self, message: Message) -> None:
        if message.sender is None:
            message.sender = self.account.number
            message.move(m.QUEUED)
            self._tell(message)

    def _release(self, message: Message) -> None:
        if message.status != m.SCHEDULED:
            return
        message.queued = time.time()
        message.status = m.ACCEPTED
        self.start(message)

    def _expire(self, message: Message) -> None:
        self._choose_sender(message)
        message.move(m.FAILED, m.VALIDITY_EXPIRED)
        self._tell(message)

    def _send(self, message: Message) -> None:
        self._choose_sender(message)
        message.move(m.SENT)
        callback = self._callback(message)
        stays = self.faults.fate(message.to).stays_sent
        held = callback if not stays and self.faults.hits("reverse") else None
        if callback is not None and held is None:
            self._enqueue(callback)
        if not stays:
            self._later(
                message, self.faults.delivered_ms / 1000, lambda: self._finish(message, held)
            )

    def _finish(self, message: Message, held: Callback | None) -> None:
        if self.faults.fate(message.to).stays_sent:
            return
        failure = self.faults.outcome(message.to)
        message.move(*(failure or (m.DELIVERED, None)))
        self._tell(message, after=held)

    def _tell(self, message: Message, after: Callback | None = None) -> None:
        self._enqueue(self._callback(message), after)

    def _enqueue(self, *callbacks: Callback | None) -> None:
        """Hand callbacks to the workers, after losing and doubling those that the faults pick."""
        chosen: list[Callback] = []
        for callback in callbacks:
            if callback is None or self.faults.hits("drop"):
                continue
            chosen.extend([callback] * (2 if self.faults.hits("duplicate") else 1))
        if chosen:
            self.webhooks.enqueue(*chosen)

    def _callback(self, message: Message) -> Callback | None:
        if message.callback_url is None or self.faults.fate(message.to).silent:
            return None
        status = message.status

        def done(answer: Answer) -> None:
            message.callbacks.append((status, time.time(), answer.status))

        return self._callback_to(message.callback_url, message, done)

    def _callback_to(
        self, url: str, message: Message, done: Callable[[Answer], None]
    ) -> Callback | None:
        return Callback(url, callback_params(message), done)


def callback_params(message: Message) -> dict[str, str]:
    """The form fields of a status callback for the message's present status.

    Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
    """
    params = {
        "AccountSid": message.account_sid,
        "ApiVersion": m.API_VERSION,
        "From": message.sender or "",
        "MessageSid": message.sid,
        "MessageStatus": message.status,
        "SmsSid": message.sid,
        "SmsStatus": message.status,
        "To": message.to,
    }
    if message.messaging_service_sid:
        params["MessagingServiceSid"] = message.messaging_service_sid
    if message.error_code:
        params["ErrorCode"] = str(message.error_code)
    if message.status in {m.DELIVERED, m.UNDELIVERED}:
        params["RawDlrDoneDate"] = datetime.fromtimestamp(message.updated, UTC).strftime(
            "%y%m%d%H%M"
        )
    return params
