"""What a message continues: the alert that its references lead to, and how that stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from notify.alerts.models import Alert
from notify.alerts.vocabulary import State
from notify.intake.document import Document, Reference
from notify.intake.faults import Fault, Refused
from notify.intake.models import ACTED, Message

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


def story_of(document: Document) -> Story:
    """What the document's references lead to. Raises Refused if that is several alerts at once.

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
    return Story(alert, bool(known), alert.messages.order_by("-sent").first() if alert else None)


def overtaking(document: Document) -> Message | None:
    """The message that already took the place of this one, which arrives after it."""
    name = f" {document.sender},{document.identifier} "
    return Message.objects.filter(sender=document.sender, references__contains=name).first()


def written(references: Iterable[Reference]) -> str:
    """The references as ``overtaking`` looks for them."""
    names = [f"{one.sender},{one.identifier}" for one in references]
    return f" {' '.join(names)} " if names else ""
