"""The words that alerts are made of: CAP 1.2's own (section 3.2) where CAP has one.

Values are CAP's, letter for letter; labels are what a person reads.
"""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MessageType(TextChoices):
    """CAP ``msgType``: what an update does to what was said before."""

    ALERT = "Alert", _("Alert")
    UPDATE = "Update", _("Update")
    CANCEL = "Cancel", _("Cancelled")


class ResponseType(TextChoices):
    """CAP ``responseType``; only the one we use: the all-clear."""

    NONE = "", _("None")
    ALL_CLEAR = "AllClear", _("All clear")


class Severity(TextChoices):
    """CAP ``severity``, worst first."""

    EXTREME = "Extreme", _("Extreme")
    SEVERE = "Severe", _("Severe")
    MODERATE = "Moderate", _("Moderate")
    MINOR = "Minor", _("Minor")


class Urgency(TextChoices):
    """CAP ``urgency``, as far as we use it: it happens now, or it is planned."""

    IMMEDIATE = "Immediate", _("Disruption now")
    FUTURE = "Future", _("Planned work")


class Certainty(TextChoices):
    """CAP ``certainty``."""

    OBSERVED = "Observed", _("Observed")
    LIKELY = "Likely", _("Likely")
    POSSIBLE = "Possible", _("Possible")


class Category(TextChoices):
    """CAP ``category`` of a service."""

    INFRA = "Infra", _("Infrastructure")
    HEALTH = "Health", _("Health")
    TRANSPORT = "Transport", _("Transport")
    ENV = "Env", _("Environment")
    SAFETY = "Safety", _("Safety")


class State(TextChoices):
    """Where an alert is in its life."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    RESOLVED = "resolved", _("Resolved")
    CANCELLED = "cancelled", _("Cancelled")


class Move(TextChoices):
    """What an editor can do to an alert that reaches the public."""

    PUBLISH = "publish", _("Publish")
    UPDATE = "update", _("Post update")
    RESOLVE = "resolve", _("Resolve")
    CANCEL = "cancel", _("Cancel")


class ScheduleEnd(TextChoices):
    """What became of the order to publish a draft at a time."""

    PUBLISHED = "published", _("Published")
    UNDONE = "undone", _("Undone by an editor")
    REPLACED = "replaced", _("Replaced by another time")
    EDITED = "edited", _("The draft was edited")
    REFUSED = "refused", _("Could not be published")


URGENT = frozenset({Severity.EXTREME.value, Severity.SEVERE.value})
"""Severities whose fan-out overtakes the routine."""
