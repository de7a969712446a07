"""An editor's word that a message needs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from notify.intake.models import Message

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def set_aside(message: Message, *, by: User) -> None:
    """It waits for nobody any more; who said so first stays the one who did."""
    unseen = Message.objects.filter(pk=message.pk, seen_at=None)
    unseen.update(seen_at=timezone.now(), seen_by=by)
