"""Words for one person that are no alert: the code that confirms a sign-up, an answer to STOPP."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notify.channels import permit as permits
from notify.channels.base import ChannelError, Outcome, Receipt, Text, TextChannel
from notify.channels.permit import ALWAYS, Permit
from notify.channels.registry import text_channel
from notify.dispatch import bell, overdue
from notify.dispatch.answers import put_down
from notify.dispatch.models import FINAL, NOBODY_KNOWS, DirectMessage, Queue, State
from notify.dispatch.record import SETTLING, record
from notify.residents.models import SignUp
from notify.residents.secrecy import Undecryptable, decrypt, encrypt

log = logging.getLogger(__name__)

ANSWER_LIFETIME = timedelta(hours=1)
"""After this an answer would only puzzle who gets it."""
SENDS_FOR = timedelta(seconds=60)
"""How long who sends may be silent before it counts as dead. A worker at work says in time that it
still sends: at a slow pace the last of many messages leaves long after the first."""
RENEW_AFTER = timedelta(seconds=15)
"""When it says so, and puts down what it knows. See ``send.RENEW_AFTER``."""
ASK_AGAIN = timedelta(seconds=60)
"""How long an asker has before another may ask about the same message."""
AT_ONCE = 100
"""Messages sent, or asked about, per call."""
UNHEARD = timedelta(seconds=3)
"""How long a bell that was rung gets to be heard before it counts as lost."""


def send_code(sign_up: SignUp, code: str, phone: str) -> DirectMessage:
    """Queue the SMS with the code, in the sign-up's language; call it in the same transaction.

    One that is withheld is put down as withdrawn, without words or number: it costs as much as one
    that is sent, so that nobody reads off a clock whether it was.
    """
    with translation.override(sign_up.language):
        body = _(
            "%(code)s is your code for %(publisher)s. It is valid for %(minutes)d minutes."
        ) % {
            "code": code,
            "publisher": settings.PUBLISHER_NAME,
            "minutes": settings.CODE_LIFETIME_MINUTES,
        }
    message = DirectMessage(
        purpose=DirectMessage.Purpose.CODE, sign_up=sign_up, expires_at=sign_up.expires_at
    )
    return _queue(message, phone, body, withheld=sign_up.withheld)


def answer(phone: str, body: str) -> DirectMessage:
    """Queue an answer to what somebody wrote to us."""
    return _queue(
        DirectMessage(
            purpose=DirectMessage.Purpose.ANSWER, expires_at=timezone.now() + ANSWER_LIFETIME
        ),
        phone,
        body,
    )


def code_message(sign_up: SignUp) -> DirectMessage | None:
    """What became of the latest code for a sign-up, so that a failure can be told."""
    return sign_up.messages.order_by("pk").last()


def _queue(
    message: DirectMessage, phone: str, body: str, *, withheld: bool = False
) -> DirectMessage:
    message.address_cipher = encrypt(phone)
    message.body_cipher = encrypt(body)
    if withheld:
        message.address_cipher = message.body_cipher = ""
        message.state, message.error = State.WITHDRAWN, "withheld"
        message.final_at = timezone.now()
    with transaction.atomic():
        message.save()
        bell.ring(bell.SEND_DIRECT, queue=Queue.URGENT)
    return message


def send_direct() -> None:
    """Send every message that waits, all at once; running twice sends each once.

    One bell for each, but one task for all: with a slow provider, twenty codes one after the
    other would keep an urgent alert waiting for minutes.
    """
    channel = text_channel()
    now = timezone.now()
    waiting = DirectMessage.objects.filter(state=State.QUEUED, due_at__lte=now)
    if channel is None:
        waiting.update(state=State.FAILED, final_at=now, error="no_channel")
        return
    waiting.filter(expires_at__lte=now).update(state=State.WITHDRAWN, final_at=now, error="expired")
    permit = Permit(permits.now())
    if marked := _mark(waiting.filter(expires_at__gt=now), now):
        _send(channel, DirectMessage.objects.filter(pk__in=marked), permit)
        forget_final()


@transaction.atomic
def _mark(waiting: QuerySet[DirectMessage], now: datetime) -> list[int]:
    """Mark them ``sending``; a second worker, side by side, marks others."""
    rows = waiting.order_by("due_at", "pk").select_for_update(skip_locked=True)
    marked = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    DirectMessage.objects.filter(pk__in=marked).update(
        state=State.SENDING, sending_at=now, attempts=F("attempts") + 1
    )
    return marked


def _send(channel: TextChannel, marked: QuerySet[DirectMessage], permit: Permit) -> None:
    """Hand over what is marked and put down what is said, until all is said or somebody doubts us."""
    messages, texts = _read(marked, permit)
    unsaid = {one.reference: one for one in messages}
    tries = {one.pk: one.attempts for one in messages}
    receipts: list[Receipt] = []
    renewed = timezone.now()
    try:
        for receipt in channel.send_texts(texts):
            receipts.append(receipt)
            unsaid.pop(receipt.reference, None)
            # A clock that jumps back must not keep us from it for as long as it jumped.
            if abs(timezone.now() - renewed) >= RENEW_AFTER:
                put_down(DirectMessage, tries, receipts)
                receipts = []
                if not _renew(unsaid.values(), permit):
                    # What has not left by now never does: the channel ends when nobody listens.
                    break
                renewed = timezone.now()
    except ChannelError as error:
        log.warning("direct messages wait: %s", error)
    finally:
        put_down(DirectMessage, tries, receipts)


def _renew(unsaid: Collection[DirectMessage], permit: Permit) -> bool:
    """Say that we still send these; False if somebody took us for dead: they are asked about, or were."""
    asked = permits.now()
    tries = {one.pk: one.attempts for one in unsaid}
    ours = DirectMessage.objects.filter(pk__in=tries)
    for key, state, attempts in ours.values_list("pk", "state", "attempts"):
        if state in (State.IN_DOUBT, State.QUEUED) or attempts != tries[key]:
            return False
    ours.filter(state=State.SENDING).update(sending_at=timezone.now())
    permit.renew(asked)
    return True


def reconcile_direct() -> None:
    """Ask about direct messages in doubt, those included whose worker seems to have died."""
    channel = text_channel()
    now = timezone.now()
    DirectMessage.objects.filter(state=State.SENDING, sending_at__lte=now - SENDS_FOR).update(
        state=State.IN_DOUBT, due_at=now + overdue.LETTING_GO
    )
    claimed = _claim(now)
    if claimed and channel is not None:
        _ask(channel, DirectMessage.objects.filter(pk__in=claimed))
    DirectMessage.objects.filter(
        state=State.IN_DOUBT, sending_at__lte=now - overdue.DOUBTED_FOR
    ).update(state=State.FAILED, final_at=now, error=NOBODY_KNOWS)


@transaction.atomic
def _claim(now: datetime) -> list[int]:
    """Those to ask about now; ``due_at`` moves on, so that a second asker finds others."""
    doubtful = DirectMessage.objects.filter(
        state=State.IN_DOUBT, due_at__lte=now, sending_at__lte=now - SETTLING
    )
    rows = doubtful.order_by("sending_at", "pk").select_for_update(skip_locked=True)
    claimed = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    DirectMessage.objects.filter(pk__in=claimed).update(due_at=now + ASK_AGAIN)
    return claimed


def _ask(channel: TextChannel, claimed: QuerySet[DirectMessage]) -> None:
    asked, texts = _read(claimed, ALWAYS)
    try:
        tries = {one.pk: one.attempts for one in asked}
        put_down(DirectMessage, tries, channel.look_up_texts(texts))
    except ChannelError as error:
        log.warning("could not ask what became of direct messages: %s", error)


def _read(
    messages: QuerySet[DirectMessage], permit: Permit
) -> tuple[list[DirectMessage], list[Text]]:
    """Messages and their words; one that no key decrypts fails alone.

    A callback may have settled one a moment ago: its words are cleared, and nobody needs them.
    """
    texts: dict[DirectMessage, Text] = {}
    for message in messages.exclude(body_cipher=""):
        try:
            texts[message] = _text(message, permit)
        except Undecryptable:
            record([Receipt(message.reference, Outcome.FAILED, error="undecryptable")])
    return list(texts), list(texts.values())


def ring_for_messages() -> None:
    """Ring again for direct messages whose bell was lost or whose retry is due."""
    due = DirectMessage.objects.filter(state=State.QUEUED, due_at__lte=timezone.now() - UNHEARD)
    if due.exists():
        bell.ring(bell.SEND_DIRECT, queue=Queue.URGENT)


def forget_final() -> None:
    """Clear address and words of messages that are through or too old: nobody needs them."""
    past = Q(state__in=FINAL) | Q(state=State.SENT, expires_at__lte=timezone.now())
    DirectMessage.objects.filter(past).exclude(body_cipher="").update(
        address_cipher="", body_cipher=""
    )


def _text(message: DirectMessage, permit: Permit) -> Text:
    left = (message.expires_at - timezone.now()).total_seconds()
    return Text(
        address=decrypt(message.address_cipher),
        reference=message.reference,
        body=decrypt(message.body_cipher),
        valid_for=max(1, int(left)),
        provider=message.provider if message.state == State.IN_DOUBT else "",
        permit=permit,
    )
