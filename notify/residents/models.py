"""Subscribers, their subscriptions, their consent, and sign-ups that wait for a code."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notify.alerts.models import Area, Service
from notify.residents.secrecy import Undecryptable, blind_indexes, decrypt


class EndedReason(models.TextChoices):
    """Why something ended that somebody once asked for."""

    STOP = "stop", _("Asked to by SMS")
    WEB = "web", _("Asked to on the web")
    PROVIDER = "provider", _("The SMS provider says they opted out")
    REPLACED = "replaced", _("Replaced by a new choice")
    MOVED = "moved", _("Moved to another number")


class Numbered(models.Model):
    """A row with a phone number: a ciphertext to read it back, an index to find it by."""

    phone_cipher = models.TextField(editable=False)
    phone_index = models.CharField(max_length=64, editable=False)

    class Meta:
        abstract = True

    @property
    def phone(self) -> str:
        """The number in E.164. Raises Undecryptable."""
        return decrypt(self.phone_cipher)

    @property
    def indexes(self) -> list[str]:
        """What other rows of the same number are found by, first what they are written with now."""
        try:
            return blind_indexes(self.phone)
        except Undecryptable:
            return [self.phone_index]


class Subscriber(Numbered):
    """A reachable resident: a confirmed phone number and a language."""

    class Nights(models.TextChoices):
        """What waits for the morning when it comes in the quiet hours. What is serious never does."""

        PLANNED = "planned", _("Planned work waits until the morning")
        ROUTINE = "routine", _("Everything that is not serious waits until the morning")
        NOTHING = "nothing", _("Nothing waits: write to me at night too")

    phone_index = models.CharField(max_length=64, unique=True, editable=False)
    language = models.CharField(_("language"), max_length=5, default=settings.LANGUAGE_CODE)
    nights = models.CharField(
        _("at night"),
        max_length=16,
        choices=Nights,
        default=Nights.PLANNED,
        db_default=Nights.PLANNED.value,
    )
    # Wants to hear nothing before then; it ends by itself.
    paused_until = models.DateTimeField(_("paused until"), null=True, editable=False)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    # Never a silent delete: who left, when and why stays until retention clears it.
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    ended_reason = models.CharField(
        _("why it ended"), max_length=16, choices=EndedReason, blank=True, editable=False
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def paused(self) -> bool:
        """Whether they want to hear nothing now, but that what they know of is over."""
        return self.paused_until is not None and timezone.now() < self.paused_until


class Subscription(models.Model):
    """A standing request: tell me of this service (or every one) in this area."""

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="subscriptions"
    )
    area = models.ForeignKey(
        Area, verbose_name=_("area"), on_delete=models.PROTECT, related_name="+"
    )
    service = models.ForeignKey(
        Service, verbose_name=_("service"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    # Of what is Severe or Extreme, and nothing else.
    serious_only = models.BooleanField(_("only serious ones"), default=False, db_default=False)
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_reason = models.CharField(
        _("why it ended"), max_length=16, choices=EndedReason, blank=True
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "area", "service"],
                condition=models.Q(ended_at=None),
                name="one_standing_subscription",
            ),
            models.UniqueConstraint(
                fields=["subscriber", "area"],
                condition=models.Q(ended_at=None, service=None),
                name="one_standing_subscription_to_all",
            ),
        ]
        indexes = [
            # Expansion walks the subscribers of some areas in key order.
            models.Index(
                fields=["area", "subscriber"],
                condition=models.Q(ended_at=None),
                name="standing_by_area",
            ),
            # And leaves out whoever left a place in the middle of what they were told of it.
            models.Index(
                fields=["area", "subscriber"],
                condition=models.Q(ended_reason=EndedReason.STOP.value),
                name="left_by_area",
            ),
        ]

    def __str__(self) -> str:
        service = self.service or _("every service")
        return f"#{self.subscriber_id}: {self.area}, {service}"


class Consent(models.Model):
    """What a subscriber agreed to or took back, when and how: written once, never changed."""

    class Kind(models.TextChoices):
        """Given or taken back; or the number given up for another, which ends it too."""

        OPT_IN = "opt-in", _("Opted in")
        OPT_OUT = "opt-out", _("Opted out")
        MOVED = "moved", _("Moved to another number")

    class Source(models.TextChoices):
        """How we know."""

        WEB = "web", _("Confirmed on the web with a code by SMS")
        SMS = "sms", _("By SMS")
        PROVIDER = "provider", _("Told by the SMS provider")

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(_("what"), max_length=16, choices=Kind)
    source = models.CharField(_("how we know"), max_length=16, choices=Source)
    at = models.DateTimeField(_("time"), default=timezone.now)
    words = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")

    def __str__(self) -> str:
        return f"#{self.subscriber_id} {self.get_kind_display()} {self.at:%Y-%m-%d}"


class SignUp(Numbered):
    """A request to subscribe, or to manage, that waits for the code sent to its phone."""

    class Purpose(models.TextChoices):
        """What the code opens."""

        SUBSCRIBE = "subscribe", _("Subscribing")
        MANAGE = "manage", _("Managing")
        MOVE = "move", _("Changing number")

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    purpose = models.CharField(
        max_length=16,
        choices=Purpose,
        default=Purpose.SUBSCRIBE,
        db_default=Purpose.SUBSCRIBE.value,
    )
    # Whose number its number becomes, if that is what the code is for.
    moves = models.ForeignKey(Subscriber, null=True, on_delete=models.SET_NULL, related_name="+")
    client_index = models.CharField(max_length=64)
    range_index = models.CharField(max_length=64, default="", db_default="")
    language = models.CharField(max_length=5)
    areas = models.ManyToManyField(Area, related_name="+")
    # None chosen means every service, those added later included.
    services = models.ManyToManyField(Service, related_name="+")
    serious_only = models.BooleanField(default=False, db_default=False)
    code_digest = models.CharField(max_length=64)
    attempts_left = models.PositiveSmallIntegerField(default=settings.CODE_ATTEMPTS)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    # Until when whoever typed the code may manage what stands on the number.
    open_until = models.DateTimeField(null=True)
    # Its code is not sent: whoever has the phone wrote STOPP to earlier ones, or only numbers that
    # something stands on got one from the reserve.
    withheld = models.BooleanField(default=False)
    # Asked for when everything but the reserve was gone. See ``limits``.
    reserved = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        indexes = [
            models.Index(fields=["phone_index", "created_at"]),
            models.Index(fields=["client_index", "created_at"]),
            models.Index(fields=["created_at"]),
            # Limits count what cost an SMS, and no flood of what cost none makes that slower.
            models.Index(
                fields=["range_index", "created_at"],
                condition=models.Q(withheld=False),
                name="codes_sent_to_a_range",
            ),
            # Of one column: with more, PostgreSQL takes the index of all sign-ups for the cheaper one.
            models.Index(
                fields=["created_at"],
                condition=models.Q(withheld=False),
                name="codes_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def subscribes(self) -> bool:
        """Whether its code subscribes, rather than opens what stands already."""
        return self.purpose == self.Purpose.SUBSCRIBE

    def usable(self, now: datetime) -> bool:
        """Whether a right code would still confirm it."""
        return self.confirmed_at is None and self.attempts_left > 0 and now < self.expires_at


class Refusal(models.Model):
    """Requests for codes that a limit refused within an hour: whose limit, as a keyed digest, and how often."""

    class Limit(models.TextChoices):
        """Which limit it was."""

        NUMBER = "number", _("Codes to one number")
        CLIENT = "client", _("Codes for one client address")
        RANGE = "range", _("Codes to one range of numbers")
        BUDGET = "budget", _("Codes in total")
        RESERVE = "reserve", _("What is kept for subscribers")

    limit = models.CharField(_("limit"), max_length=16, choices=Limit)
    # Of the number, the client or the range; empty where the limit is everybody's.
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    hour = models.DateTimeField(_("hour"), db_index=True)
    times = models.PositiveIntegerField(_("times"), default=0)
    first_at = models.DateTimeField(_("first"), default=timezone.now)
    last_at = models.DateTimeField(_("last"), default=timezone.now)

    class Meta:
        ordering = ["-hour", "-pk"]
        verbose_name = _("refused code")
        verbose_name_plural = _("refused codes")
        constraints = [
            models.UniqueConstraint(fields=["limit", "digest", "hour"], name="one_refusal_an_hour")
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.limit}"


class Mark(models.Model):
    """Something remembered of a number for a while, whether or not anybody subscribes with it."""

    class Kind(models.TextChoices):
        """What is remembered."""

        BLOCKED = "blocked", _("Wants no codes")
        ANSWERED = "answered", _("Was answered")
        INFORMED = "informed", _("Was told what holds")

    phone_index = models.CharField(max_length=64)
    kind = models.CharField(max_length=16, choices=Kind)
    until = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.UniqueConstraint(fields=["phone_index", "kind"], name="one_mark_of_a_kind")
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind}"


class Reveal(models.Model):
    """Somebody of the staff looked at a number: who, when, whose and why. Written once, kept.

    Whose it was is gone when that subscriber is erased.
    """

    subscriber = models.ForeignKey(
        Subscriber,
        verbose_name=_("subscriber"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="reveals",
    )
    # An account that has looked is made inactive, never deleted: who it was must stay on record.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("revealed to"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("revealed number")
        verbose_name_plural = _("revealed numbers")

    def __str__(self) -> str:
        return f"#{self.pk}"
