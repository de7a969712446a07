"""Words for one person that are no alert: the code that confirms a sign-up, an answer to STOPP."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notify.channels.base import Text
from notify.channels.registry import text_channel
from notify.dispatch import bell
from notify.dispatch.models import FINAL, DirectMessage, Queue, State
from notify.dispatch.record import record
from notify.residents.models import SignUp
from notify.residents.secrecy import decrypt, encrypt

ANSWER_LIFETIME = timedelta(hours=1)
"""After this an answer would only puzzle who gets it."""
SETTLING = timedelta(seconds=20)
"""How long a callback gets to settle a doubt before we ask."""


def send_code(sign_up: SignUp, code: str, phone: str) -> DirectMessage:
    """Queue the SMS with the code, in the sign-up's language; call it in the same transaction."""
    with translation.override(sign_up.language):
        body = _(
            "%(code)s is your code for %(publisher)s. It is valid for %(minutes)d minutes."
        ) % {
            "code": code,
            "publisher": settings.PUBLISHER_NAME,
            "minutes": settings.CODE_LIFETIME_MINUTES,
        }
    return _queue(
        DirectMessage(
            purpose=DirectMessage.Purpose.CODE, sign_up=sign_up, expires_at=sign_up.expires_at
        ),
        phone,
        body,
    )


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


def _queue(message: DirectMessage, phone: str, body: str) -> DirectMessage:
    message.address_cipher = encrypt(phone)
    message.body_cipher = encrypt(body)
    with transaction.atomic():
        message.save()
        bell.ring(bell.SEND_DIRECT, message.pk, queue=Queue.URGENT)
    return message


def send_direct(key: int) -> None:
    """Send one message if it is still waiting; running twice sends once."""
    channel = text_channel()
    now = timezone.now()
    waiting = DirectMessage.objects.filter(pk=key, state=State.QUEUED, due_at__lte=now)
    if channel is None:
        waiting.update(state=State.FAILED, final_at=now, error="no_channel")
        return
    waiting.filter(expires_at__lte=now).update(state=State.WITHDRAWN, final_at=now, error="expired")
    marked = waiting.filter(expires_at__gt=now).update(
        state=State.SENDING, sending_at=now, attempts=F("attempts") + 1
    )
    if marked:
        record(channel.send_texts([_text(DirectMessage.objects.get(pk=key))]))
        forget_final()


def reconcile_direct() -> None:
    """Ask about direct messages in doubt, those included whose worker died while sending."""
    channel = text_channel()
    now = timezone.now()
    doubtful = DirectMessage.objects.filter(
        Q(state=State.SENDING) | Q(state=State.IN_DOUBT, due_at__lte=now),
        sending_at__lte=now - SETTLING,
    )
    keys = list(doubtful.order_by("pk").values_list("pk", flat=True)[:100])
    mine = [
        key
        for key in keys
        if doubtful.filter(pk=key).update(state=State.IN_DOUBT, due_at=now + 3 * SETTLING)
    ]
    if mine and channel is not None:
        texts = [_text(message) for message in DirectMessage.objects.filter(pk__in=mine)]
        record(channel.look_up_texts(texts))


def ring_waiting() -> None:
    """Ring again for direct messages whose bell was lost or whose retry is due."""
    due = DirectMessage.objects.filter(state=State.QUEUED, due_at__lte=timezone.now())
    for key in due.order_by("due_at").values_list("pk", flat=True)[:50]:
        bell.ring(bell.SEND_DIRECT, key, queue=Queue.URGENT)


def forget_final() -> None:
    """Clear address and words of messages that are through: nobody needs them any more."""
    DirectMessage.objects.filter(state__in=FINAL).exclude(body_cipher="").update(
        address_cipher="", body_cipher=""
    )


def _text(message: DirectMessage) -> Text:
    left = (message.expires_at - timezone.now()).total_seconds()
    return Text(
        address=decrypt(message.address_cipher),
        reference=message.reference,
        body=decrypt(message.body_cipher),
        valid_for=max(1, int(left)),
    )
