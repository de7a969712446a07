"""What a message continues: the alert that its references lead to, and how that stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from notify.alerts.models import Alert
from notify.alerts.vocabulary import State
from notify.intake.document import Document, Reference
from notify.intake.faults import Fault, Refused
from notify.intake.models import ACTED, Message

if TYPE_CHECKING:
    from django.contrib.auth.models import User

STANDING = (State.DRAFT, State.ACTIVE)


@dataclass(frozen=True, slots=True)
class Story:
    """What came before. alert: the one that still stands; known: whether any of the references is."""

    alert: Alert | None
    known: bool
    latest: Message | None = None

    @property
    def untouched(self) -> bool:
        """Whether the alert is as its sender's messages left it, and nobody else's to decide about."""
        if self.alert is None:
            return False
        acted = self.alert.messages.filter(outcome__in=ACTED).first()
        return acted is not None and acted.version == self.alert.version

    def overtaken_by(self, document: Document) -> bool:
        """Whether newer words of its sender had come before the document."""
        return self.latest is not None and document.sent < self.latest.sent


def story_of(document: Document, *, by: User | None) -> Story:
    """What the document's references lead to. Raises Refused if that is several alerts at once.

    by: whose key sent the document.

    A message is known by its sender and identifier, which is all that a reference is read for: systems
    differ in how they write the time. Only what the same sender said before can be continued.
    """
    named = [one.identifier for one in document.references if one.sender == document.sender]
    messages = Message.objects.filter(sender=document.sender, identifier__in=named)
    known = list(messages.select_related("alert__service"))
    alerts = {m.alert.pk: m.alert for m in known if m.alert and m.alert.state in STANDING}
    if len(alerts) > 1:
        sentence = _("It refers to several alerts: send one message for each.")
        raise Refused(Fault("references", sentence))
    alert = next(iter(alerts.values()), None)
    latest = alert.messages.filter(_counts(by)).order_by("-sent").first() if alert else None
    return Story(alert, bool(known), latest)


def overtaking(document: Document, *, by: User | None) -> Message | None:
    """The message that already took the place of this one, which arrives after it.

    by: whose key sent the document. What refers to itself, or to what was said later, takes no place.
    """
    name = f" {document.sender},{document.identifier} "
    newer = Message.objects.filter(
        _counts(by), sender=document.sender, sent__gte=document.sent, references__contains=name
    )
    # SQLite's LIKE takes small letters and capitals for the same.
    others = newer.exclude(identifier=document.identifier)
    return next((message for message in others if name in message.references), None)


def _counts(by: User | None) -> Q:
    """The messages that can make another one late: of the same user, and what people have been told.

    Anybody with a key can write in any sender's name, and name any time: that must not keep what the
    sender itself says from being heard.
    """
    return Q(by=by) | Q(update__isnull=False)


def written(references: Iterable[Reference]) -> str:
    """The references as ``overtaking`` looks for them."""
    names = [f"{one.sender},{one.identifier}" for one in references]
    return f" {' '.join(names)} " if names else ""
