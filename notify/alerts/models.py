"""Areas, services, alerts and their published updates."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from notify.alerts.advice import Phrase, phrases
from notify.alerts.help_at import help_heading
from notify.alerts.vocabulary import (
    URGENT,
    Category,
    Certainty,
    MessageType,
    ResponseType,
    ScheduleEnd,
    Severity,
    State,
    Urgency,
)

# No vowels, so no words; nothing that is misread aloud or on a poster.
CODE_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"


def new_code() -> str:
    """A short public name for an alert, fit for a link in an SMS: 7 characters, 10^10 of them."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(7))


def in_language(texts: dict[str, str], language: str | None = None) -> str:
    """The text in ``language`` (default: the active one), else in the site's own language."""
    wanted = (language or get_language() or settings.LANGUAGE_CODE)[:2]
    return texts.get(wanted) or texts.get(settings.LANGUAGE_CODE) or next(iter(texts.values()), "")


class Area(models.Model):
    """A place affected by alerts and subscribed to: a municipality, and the localities in it."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=32, default="locality")
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT
    )
    # The codes from the root down to this one, "/1490/1490TB121/": one prefix test finds the
    # whole subtree without recursion.
    path = models.CharField(max_length=300, db_index=True, editable=False)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    outline = models.JSONField(
        _("outline"), null=True, blank=True, help_text=_("A GeoJSON geometry (RFC 7946).")
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["path"]
        verbose_name = _("area")
        verbose_name_plural = _("areas")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep ``path`` true. Moving an area that has areas of its own is the city loader's job."""
        self.path = f"{self.parent.path if self.parent else '/'}{self.code}/"
        super().save(*args, **kwargs)


class Service(models.Model):
    """What can be disrupted: drinking water, district heating, roads."""

    slug = models.SlugField(_("short name"), max_length=32, unique=True)
    names = models.JSONField(_("names"), help_text=_("One name per language."))
    category = models.CharField(
        _("CAP category"), max_length=16, choices=Category, default=Category.INFRA
    )
    icon = models.CharField(_("icon"), max_length=32, blank=True)
    # ["drink", "shower"…]: what its alerts can give advice about.
    advice = models.JSONField(_("advice"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["position", "slug"]
        verbose_name = _("service")
        verbose_name_plural = _("services")

    def __str__(self) -> str:
        return in_language(self.names)


class Template(models.Model):
    """Words and settings that an alert can start from."""

    slug = models.SlugField(_("short name"), max_length=64, unique=True)
    service = models.ForeignKey(Service, verbose_name=_("service"), on_delete=models.CASCADE)
    names = models.JSONField(_("names"), help_text=_("One name per language."))
    severity = models.CharField(_("severity"), max_length=16, choices=Severity)
    urgency = models.CharField(_("kind"), max_length=16, choices=Urgency)
    certainty = models.CharField(_("certainty"), max_length=16, choices=Certainty)
    # {"sv": {"headline": …, "description": …, "instruction": …}, "en": {…}}; "{areas}" in a
    # headline stands for the names of the areas chosen.
    words = models.JSONField(_("words"))
    # {"drink": "boil"…}
    advice = models.JSONField(_("advice"), default=dict, blank=True)

    class Meta:
        ordering = ["service__position", "slug"]
        verbose_name = _("template")
        verbose_name_plural = _("templates")

    def __str__(self) -> str:
        return in_language(self.names)


class Content(models.Model):
    """What an alert says, in CAP's terms: shared by the alert as it is and by each update."""

    service = models.ForeignKey(Service, verbose_name=_("service"), on_delete=models.PROTECT)
    severity = models.CharField(_("severity"), max_length=16, choices=Severity)
    urgency = models.CharField(_("kind"), max_length=16, choices=Urgency)
    certainty = models.CharField(
        _("certainty"), max_length=16, choices=Certainty, default=Certainty.OBSERVED
    )
    onset = models.DateTimeField(_("began, or begins"))
    expires = models.DateTimeField(_("expected to be over"), null=True, blank=True)
    # When residents shall have heard more at the latest; nothing is promised while it is empty.
    news_by = models.DateTimeField(_("next update at the latest"), null=True, blank=True)
    # {"sv": {"headline": …, "description": …, "instruction": …}, "en": {…}}
    words = models.JSONField(_("words"))
    # {"drink": "boil"…}: keys of the phrase bank.
    advice = models.JSONField(_("advice"), default=dict, blank=True)
    # ["Äspereds skola, dygnet runt"…]: the same in every language.
    help_at = models.JSONField(_("where help is to be had"), default=list, blank=True)

    class Meta:
        abstract = True

    @property
    def urgent(self) -> bool:
        """Whether its fan-out overtakes the routine."""
        return self.severity in URGENT

    @property
    def planned(self) -> bool:
        """Whether it is planned work rather than a disruption."""
        return self.urgency == Urgency.FUTURE

    @property
    def phrases(self) -> list[Phrase]:
        """What people are told to do, from the phrase bank."""
        return phrases(self.advice)

    @property
    def help_heading(self) -> Promise:
        """What stands above where help is to be had, in the active language."""
        return help_heading(self.service.slug)

    def word(self, part: str, language: str | None = None) -> str:
        """One part of the words ("headline") in a language, else in the site's own language."""
        return in_language(
            {code: texts.get(part, "") for code, texts in self.words.items()}, language
        )


class Alert(Content):
    """The standing disruption, as it is now. What was said of it, and when, is in its updates."""

    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.DRAFT)
    areas = models.ManyToManyField(Area, verbose_name=_("areas"), related_name="alerts")
    # Counts every change; who saves says which version they saw, so that nobody overwrites.
    version = models.PositiveIntegerField(default=1, editable=False)
    # Given by the form or the API client: the same key again is the same alert, not a second one.
    request_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        indexes = [models.Index(fields=["state", "expires"])]
        permissions = [("publish_alert", _("Can publish, update, resolve and cancel alerts"))]

    def __str__(self) -> str:
        return self.word("headline")

    @property
    def latest_schedule(self) -> Schedule | None:
        """The latest order to publish it at a time, standing or not; prefetch ``schedules`` for many."""
        return next(iter(self.schedules.all()), None)

    @property
    def publish_at(self) -> datetime | None:
        """When it goes out by itself; None unless that stands, which it does for drafts alone."""
        latest = self.latest_schedule if self.state == State.DRAFT else None
        return latest.publish_at if latest and latest.stands else None

    @property
    def missed(self) -> Schedule | None:
        """What should have been published and was refused, until something else is decided."""
        latest = self.latest_schedule if self.state == State.DRAFT else None
        return latest if latest and latest.ended_reason == ScheduleEnd.REFUSED else None


class Schedules(models.QuerySet["Schedule"]):
    """Orders to publish."""

    def standing(self) -> Schedules:
        """Those that are yet to be carried out."""
        return self.filter(ended_at=None)

    def end(self, reason: ScheduleEnd, refusal: Mapping[str, str] | None = None) -> int:
        """End those that stand; returns how many. refusal: why, by language, if it was refused."""
        return self.standing().update(
            ended_at=timezone.now(), ended_reason=reason, refusal=refusal or {}
        )


class Schedule(models.Model):
    """An editor's order to publish a draft at a time, and what became of it.

    It is for the words that were looked at: ``version`` is the alert's as this order left it, and
    whatever changes the alert after that ends the order. While one stands the alert is a draft
    like any other, so nobody outside sees it.
    """

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="schedules")
    publish_at = models.DateTimeField(_("publish at"))
    version = models.PositiveIntegerField()
    # Of the click; the update that it becomes has the same, so that carrying it out twice is once.
    key = models.UUIDField(unique=True)
    # Whose publication it will be.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("planned by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    made_at = models.DateTimeField(_("planned"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_reason = models.CharField(
        _("what became of it"), max_length=16, choices=ScheduleEnd, blank=True
    )
    # {"sv": "…", "en": "…"}: why it could not be published, in the language of whoever reads it.
    refusal = models.JSONField(default=dict)

    objects = Schedules.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("planned publication")
        verbose_name_plural = _("planned publications")
        constraints = [
            models.UniqueConstraint(
                fields=["alert"], condition=Q(ended_at=None), name="one_standing_schedule"
            )
        ]
        indexes = [
            models.Index(
                fields=["publish_at"], condition=Q(ended_at=None), name="schedule_standing"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def stands(self) -> bool:
        """Whether it is yet to be carried out."""
        return self.ended_at is None

    @property
    def refused_because(self) -> str:
        """Why it could not be published, in the reader's language; empty unless it was refused."""
        return in_language(self.refusal)


class Update(Content):
    """One immutable published message of an alert.

    Its number is its place in the alert's story; ``identifier`` is its name to the world (feed
    guid, CAP identifier) and never changes.
    """

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="updates")
    number = models.PositiveIntegerField()
    identifier = models.UUIDField(unique=True, default=uuid.uuid4)
    request_key = models.UUIDField(unique=True, default=uuid.uuid4)
    message_type = models.CharField(max_length=16, choices=MessageType)
    response_type = models.CharField(max_length=16, choices=ResponseType, blank=True)
    # Frozen: [{"code": …, "name": …, "path": …}]. Areas may be renamed; what was said may not.
    places = models.JSONField()
    sent = models.DateTimeField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["alert", "number"]
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        constraints = [
            # Two editors who publish at once get one update and one refusal.
            models.UniqueConstraint(fields=["alert", "number"], name="one_update_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.alert.code}.{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it once. Raises TypeError on a second save: what was published stays said."""
        if not self._state.adding:
            raise TypeError("a published update is immutable")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raise TypeError: what was published stays said."""
        raise TypeError("a published update is immutable")

    @property
    def latest_correction(self) -> Correction | None:
        """What its words were last corrected to; prefetch ``corrections`` for many."""
        return next(reversed(list(self.corrections.all())), None)

    @property
    def present_words(self) -> dict[str, dict[str, str]]:
        """Its words as they stand now; ``words`` are those that it was said in."""
        latest = self.latest_correction
        words: dict[str, dict[str, str]] = latest.words if latest else self.words
        return words

    @property
    def all_clear(self) -> bool:
        """Whether it says that the disruption is over."""
        return self.response_type == ResponseType.ALL_CLEAR

    @property
    def ends_alert(self) -> bool:
        """Whether nothing of the alert stands after it."""
        return self.all_clear or self.message_type == MessageType.CANCEL


class Correction(models.Model):
    """Other words for an update: the latest ones stand wherever it is read. Nobody was told of them.

    The update stays what was said, and what its SMS say; a correction is written once as well.
    """

    update = models.ForeignKey(Update, on_delete=models.PROTECT, related_name="corrections")
    # All of them, as in ``Content``.
    words = models.JSONField(_("words"))
    request_key = models.UUIDField(unique=True)
    made_at = models.DateTimeField(_("corrected"), default=timezone.now)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")

    def __str__(self) -> str:
        return f"{self.update}#{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it once. Raises TypeError on a second save."""
        if not self._state.adding:
            raise TypeError("a correction is immutable")
        super().save(*args, **kwargs)
