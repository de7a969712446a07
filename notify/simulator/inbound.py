"""Messages that people write: Twilio's own keywords, the signed inbound webhook, and the TwiML that answers it.

Sources: https://www.twilio.com/docs/messaging/guides/webhook-request,
https://help.twilio.com/articles/223134027 (keywords).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree

from . import messages as m
from .callbacks import Answer
from .messages import Message
from .provider import Provider
from .segments import measure
from .validation import can_be_answered

# A whole message of one of these words, in any case. STOPP is Swedish and means nothing to Twilio.
STOP_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"}
)
START_WORDS = frozenset({"START", "UNSTOP", "YES"})
HELP_WORDS = frozenset({"HELP", "INFO"})

REPLIES = {
    "STOP": "You are unsubscribed and get no more messages from this number. Reply START to resubscribe.",
    "START": "You are re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}

DOCUMENT_PARSE_FAILURE = 12100


class CannotReply(ValueError):
    """A person cannot write this: the sender is a name, or the text is empty or too long. Says which."""


@dataclass(slots=True)
class Reply:
    """What became of a person's message: the message, the webhook's HTTP status (None: not reached), the replies."""

    message: Message
    webhook_status: int | None = None
    replies: list[Message] = field(default_factory=list)


class Inbound:
    """Receives what phones send and passes it on to the account's inbound webhook at ``url``."""

    def __init__(self, provider: Provider, url: str | None) -> None:
        self._provider = provider
        self.url = url

    async def receive(self, phone: str, body: str, to: str | None = None) -> Reply:
        """Take in a message from ``phone`` and wait for the webhook's answer; raises CannotReply.

        It goes to ``to``, else to whoever wrote to the phone last, else to the account's own number.
        """
        # A lone surrogate, which JSON can carry, cannot be sent on as UTF-8.
        body = body.strip().encode("utf-8", "replace").decode()
        if not body:
            raise CannotReply("Write something to send.")
        if len(body) > 1600:
            raise CannotReply("A message holds at most 1600 characters.")
        to = to or self.reply_address(phone)
        if not can_be_answered(to):
            raise CannotReply(f"{to} is a name and not a number, so nobody can reply to it.")
        account = self._provider.account
        message = Message(m.new_sid(), account.sid, to, phone, body, m.INBOUND, m.RECEIVED)
        message.sent, message.priced = message.created, True
        self._provider.ledger.add(message)
        reply = Reply(message)
        keyword = self._heed_keyword(phone, to, body)
        if keyword:
            reply.replies.append(self._provider.deliver(phone, to, REPLIES[keyword]))
        await self._notify(reply, keyword)
        return reply

    def reply_address(self, phone: str) -> str:
        """Where a reply from this phone goes: the last sender that wrote to it, else the account's number."""
        for message in reversed(self._provider.ledger.phone(phone)):
            if message.outbound and message.sender:
                return message.sender
        return self._provider.account.number

    def _heed_keyword(self, phone: str, to: str, body: str) -> str | None:
        """Opt out or in as Twilio does by itself; the keyword's type, or None for an ordinary message."""
        word, pair = body.upper(), (to, phone)
        opted_out = self._provider.opted_out
        if word in STOP_WORDS:
            opted_out.add(pair)
            return "STOP"
        if word in START_WORDS and pair in opted_out:
            opted_out.discard(pair)
            return "START"
        return "HELP" if word in HELP_WORDS else None

    async def _notify(self, reply: Reply, keyword: str | None) -> None:
        message = reply.message
        if self.url is None:
            message.note = "no_webhook"
            return
        answer = await self._provider.webhooks.post(self.url, inbound_params(message, keyword))
        reply.webhook_status = answer.status
        if not answer.ok:
            message.note = f"webhook_{answer.status}" if answer.status else "webhook_unreachable"
            return
        for text in self._texts(answer):
            # Twilio's own block also stops a TwiML reply (21610).
            if (message.to, message.phone) not in self._provider.opted_out:
                reply.replies.append(self._provider.deliver(message.phone, message.to, text))

    def _texts(self, answer: Answer) -> list[str]:
        try:
            return reply_texts(answer)
        except ValueError as error:
            self._provider.webhooks.report(DOCUMENT_PARSE_FAILURE, str(error))
            return []


def reply_texts(answer: Answer) -> list[str]:
    """The messages that a webhook's answer asks for: plain text is one, TwiML may hold several. Raises ValueError."""
    body = answer.body.strip()
    if not body or answer.status == 204:
        return []
    if answer.content_type == "text/plain":
        return [body]
    if "<!DOCTYPE" in body or "<!ENTITY" in body:
        raise ValueError("The TwiML holds a document type, which is not allowed.")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 no entities: refused above
    except ElementTree.ParseError:
        raise ValueError("The answer is not well-formed TwiML.") from None
    if root.tag != "Response":
        raise ValueError("The TwiML's root element is not Response.")
    texts = [_text(element) for element in root if element.tag in {"Message", "Sms"}]
    return [text for text in texts if text]


def inbound_params(message: Message, keyword: str | None) -> dict[str, str]:
    """The form fields of the inbound webhook. The geographic ones are empty, as they are for most European numbers."""
    places = dict.fromkeys(("City", "State", "Zip", "Country"), "")
    params = {
        "AccountSid": message.account_sid,
        "ApiVersion": m.API_VERSION,
        "Body": message.body,
        "From": message.phone,
        "MessageSid": message.sid,
        "NumMedia": "0",
        "NumSegments": str(measure(message.body).segments),
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsStatus": message.status,
        "To": message.to,
        **{f"From{name}": value for name, value in places.items()},
        **{f"To{name}": value for name, value in places.items()},
    }
    if keyword:
        params["OptOutType"] = keyword
    return params


def _text(message: ElementTree.Element) -> str:
    bodies = message.findall("Body")
    parts = bodies or [message]
    return "".join("".join(part.itertext()) for part in parts).strip()
