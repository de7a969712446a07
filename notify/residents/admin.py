"""The admin of residents: shown, never changed, and with numbers nobody can read off the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notify.residents.models import Consent, Refusal, Subscriber, Subscription
from notify.residents.phones import masked
from notify.residents.secrecy import Undecryptable

if TYPE_CHECKING:
    SubscriptionInline = admin.TabularInline[Subscription, Subscriber]
    ConsentInline = admin.TabularInline[Consent, Subscriber]
    SubscriberBase = admin.ModelAdmin[Subscriber]
    RefusalBase = admin.ModelAdmin[Refusal]
else:  # Django's own classes take no type while running
    SubscriptionInline = ConsentInline = admin.TabularInline
    SubscriberBase = RefusalBase = admin.ModelAdmin


class ReadOnly:
    """Nothing is made, changed or deleted here: residents do that themselves, and it is recorded."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False


class Subscriptions(ReadOnly, SubscriptionInline):
    """What somebody asked for, and until when."""

    model = Subscription
    fields = ["area", "service", "serious_only", "created_at", "ended_at", "ended_reason"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what each row names."""
        return super().get_queryset(request).select_related("area", "service")


class Consents(ReadOnly, ConsentInline):
    """The record of what was agreed to. What they wrote is not shown: it may say anything."""

    model = Consent
    fields = ["kind", "source", "at"]


@admin.register(Subscriber)
class SubscriberAdmin(ReadOnly, SubscriberBase):
    """Subscribers. There is no search by number: it would stand in the address and in logs."""

    list_display = ["__str__", "phone_masked", "language", "created_at", "ended_at", "ended_reason"]
    list_filter = ["language", "ended_reason"]
    date_hierarchy = "created_at"
    fields = [
        "phone_masked",
        "language",
        "nights",
        "paused_until",
        "created_at",
        "ended_at",
        "ended_reason",
    ]
    inlines = [Subscriptions, Consents]

    @admin.display(description=_("phone"))
    def phone_masked(self, subscriber: Subscriber) -> str:
        """The number's last two digits."""
        try:
            return masked(subscriber.phone)
        except Undecryptable:
            return gettext("cannot be read with the keys that are configured")


@admin.register(Refusal)
class RefusalAdmin(ReadOnly, RefusalBase):
    """What the limits on codes refused, and when. A digest tells one from another, not who it is."""

    list_display = ["hour", "limit", "digest_begins", "times", "first_at", "last_at"]
    list_filter = ["limit"]
    date_hierarchy = "hour"
    fields = ["limit", "digest", "hour", "times", "first_at", "last_at"]

    @admin.display(description=_("digest"))
    def digest_begins(self, refusal: Refusal) -> str:
        """Enough of it to tell two apart."""
        return refusal.digest[:12]
