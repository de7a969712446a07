"""The ledger: what was to be sent, to whom, and what became of it.

    Update ─1:1─ Dispatch ─< Batch ─< Delivery

The database is the truth. Redis only wakes a worker; if it forgets, the sweeper finds the work here.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notify.alerts.models import Area, Update
from notify.channels.notice import Notice
from notify.residents.models import SignUp, Subscriber


class Queue(models.TextChoices):
    """Which workers carry it."""

    URGENT = "urgent", _("Urgent")
    ROUTINE = "routine", _("Routine")
    SYSTEMS = "systems", _("Other systems")
    """What other systems are told, whatever its urgency: one that does not answer holds a worker up."""


UPKEEP = "upkeep"
"""The queue that every worker hears: sweeping and folding, which must not wait behind a fan-out."""


class State(models.TextChoices):
    """The state of one delivery.

    queued → sending → sent → delivered | failed      (or sent for good: see FINAL)
       │        └→ in_doubt → sent | failed | queued (proven absent)
       └→ withdrawn
    """

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    IN_DOUBT = "in_doubt", _("In doubt")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


FINAL = (State.DELIVERED, State.FAILED, State.WITHDRAWN)
"""States in which a message is final. So is one that is ``sent`` and has a ``final_at``: the
provider took it, and nobody expects to hear any more of it."""

NO_RECEIPT = "no_receipt"
"""The error of what is sent and final: the provider never said whether it arrived."""

NOBODY_KNOWS = "nobody_knows"
"""The error of what stayed in doubt until nobody asked any more."""

TOLD = Q(state__in=[State.SENDING, State.IN_DOUBT, State.SENT, State.DELIVERED]) | Q(
    state=State.FAILED, error=NOBODY_KNOWS
)
"""When the person may have read it, and must be told when it is over."""


class Dispatch(models.Model):
    """The fan-out of one update: its frozen words, and how far it has come."""

    update = models.OneToOneField(Update, on_delete=models.PROTECT, related_name="dispatch")
    notice_json = models.JSONField()
    queue = models.CharField(max_length=16, choices=Queue)
    created_at = models.DateTimeField(default=timezone.now)
    # Expansion walks subscribers in key order; after a crash it goes on behind this one.
    expanded_through = models.BigIntegerField(default=0)
    expanded_at = models.DateTimeField(null=True)
    # Set when the words stopped being true before everybody had them: a newer update, or time.
    withdrawn_at = models.DateTimeField(null=True)
    # Since when its deliveries no longer say whom they were for: see retention.
    unlinked_at = models.DateTimeField(null=True)
    # Whether its SMS ask people to reply if they are still without.
    asks = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(expanded_at=None), name="dispatch_unexpanded"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def notice(self) -> Notice:
        """The words, as they were published."""
        return Notice.from_json(self.notice_json)


class Batch(models.Model):
    """A slice of a dispatch that one worker works through under a lease."""

    dispatch = models.ForeignKey(Dispatch, on_delete=models.CASCADE, related_name="batches")
    channel = models.CharField(max_length=16)
    # 0 for areas and what a channel named; else the key of the last subscriber in it, until nobody is
    # named in it any more.
    number = models.PositiveBigIntegerField(null=True)
    queue = models.CharField(max_length=16, choices=Queue)
    # Nobody's, or somebody's until then. A worker that dies stops renewing it.
    leased_by = models.CharField(max_length=64, blank=True)
    leased_until = models.DateTimeField(null=True)
    # When there is work in it again: now, or when its earliest retry is due.
    due_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    # When the provider is to be asked about messages in it that are in doubt, or that stay sent.
    ask_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        constraints = [
            models.UniqueConstraint(
                fields=["dispatch", "channel", "number"], name="one_batch_per_number"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None), name="batch_open_by_due"),
            models.Index(
                fields=["ask_at"], condition=Q(ask_at__isnull=False), name="batch_to_ask_about"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Message(models.Model):
    """What a delivery and a direct message have in common: where it is on its way."""

    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)
    provider = models.CharField(max_length=16, blank=True)
    provider_id = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=32, blank=True)
    units = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


class Delivery(Message):
    """One address of one dispatch on one channel, and what became of it.

    address: the subscriber's key as text, the area's code, or what the channel named. The phone number itself is not
    here: it is read from the subscriber just before it is needed. Once the link to the person is
    cleared (``unlinking``) it is a mark that stands for nobody.
    """

    # Keys that the database does not check: expansion reads them a moment before it writes them, and
    # to check three for each row doubles what it costs. Whose subscriber is gone is nobody's.
    # The first is found through the constraint below, which begins with it.
    dispatch = models.ForeignKey(
        Dispatch,
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    batch = models.ForeignKey(
        Batch, on_delete=models.CASCADE, related_name="deliveries", db_constraint=False
    )
    channel = models.CharField(max_length=16)
    address = models.CharField(max_length=64)
    subscriber = models.ForeignKey(
        Subscriber,
        null=True,
        on_delete=models.SET_NULL,
        related_name="deliveries",
        db_constraint=False,
    )
    language = models.CharField(max_length=5)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            # Expansion that runs twice, in two workers, still makes one delivery each.
            models.UniqueConstraint(
                fields=["dispatch", "channel", "address"], name="one_delivery_per_address"
            )
        ]
        # No index knows the state or a time, so that on PostgreSQL a change of them touches none
        # (HOT). What is to be done is found by batch, and by what the batch says of itself.

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def reference(self) -> str:
        """Its name to a provider."""
        return f"d{self.pk}"


class DirectMessage(Message):
    """Words for one person that are no alert: a code, an answer to what they wrote.

    Address and body are ciphertext, and cleared as soon as the message is final: a code that is
    used or expired is nobody's business.
    """

    class Purpose(models.TextChoices):
        """What it is for."""

        CODE = "code", _("Code")
        ANSWER = "answer", _("Answer")

    purpose = models.CharField(max_length=16, choices=Purpose)
    sign_up = models.ForeignKey(
        SignUp, null=True, on_delete=models.SET_NULL, related_name="messages"
    )
    address_cipher = models.TextField()
    body_cipher = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("direct message")
        verbose_name_plural = _("direct messages")
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["queued", "sending", "in_doubt"]),
                name="direct_message_open",
            ),
            # What the sweep still has to clear; without it, it would read every code ever sent.
            models.Index(
                fields=["state"], condition=~Q(body_cipher=""), name="direct_message_readable"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def reference(self) -> str:
        """Its name to a provider."""
        return f"m{self.pk}"


class Decision(models.Model):
    """What a person decided about a dispatch under way: who, when, and about how many messages."""

    class Kind(models.TextChoices):
        """What was decided."""

        STOP = "stop", _("Stop")
        RETRY = "retry", _("Try again")
        REPEAT = "repeat", _("Send again")

    dispatch = models.ForeignKey(Dispatch, on_delete=models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=16, choices=Kind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    count = models.PositiveIntegerField()
    # Of the click: the same one again decides nothing new.
    key = models.UUIDField(default=uuid.uuid4, unique=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")

    def __str__(self) -> str:
        return f"#{self.pk}"


class EarlierTry(models.Model):
    """A message of a delivery that the provider took and failed, before a person asked for another.

    Its later words still come in under the delivery's reference, and are told apart by its id.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="earlier_tries")
    provider = models.CharField(max_length=16)
    provider_id = models.CharField(max_length=64)
    error = models.CharField(max_length=32, blank=True)
    sent_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("earlier try")
        verbose_name_plural = _("earlier tries")
        constraints = [
            models.UniqueConstraint(fields=["delivery", "provider_id"], name="one_row_per_try")
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class StillWithout(models.Model):
    """Somebody replied to an all-clear that asked: they are still without, in this area.

    A person counts once, however often they write; in each of their areas that it concerned.
    """

    dispatch = models.ForeignKey(Dispatch, on_delete=models.CASCADE, related_name="still_without")
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="still_without"
    )
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("answer to an all-clear")
        verbose_name_plural = _("answers to all-clears")
        constraints = [
            models.UniqueConstraint(
                fields=["dispatch", "subscriber", "area"], name="one_answer_per_area"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ReadText(models.Model):
    """The provider's name for a message from a person that was read, so that it is heeded once."""

    provider_id = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("text that was read")
        verbose_name_plural = _("texts that were read")

    def __str__(self) -> str:
        return f"#{self.pk}"
