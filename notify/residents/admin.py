"""The admin of residents: shown, never changed, and with numbers nobody can read off the screen.

Who must know a number says why, and that is kept: see ``Reveal``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from notify.residents.models import Consent, Refusal, Reveal, Subscriber, Subscription
from notify.residents.phones import holds_a_number, masked, spaced
from notify.residents.reveals import reveal
from notify.residents.secrecy import Undecryptable

if TYPE_CHECKING:
    SubscriptionInline = admin.TabularInline[Subscription, Subscriber]
    ConsentInline = admin.TabularInline[Consent, Subscriber]
    SubscriberBase = admin.ModelAdmin[Subscriber]
    RevealBase = admin.ModelAdmin[Reveal]
    RefusalBase = admin.ModelAdmin[Refusal]
else:  # Django's own classes take no type while running
    SubscriptionInline = ConsentInline = admin.TabularInline
    SubscriberBase = RevealBase = RefusalBase = admin.ModelAdmin


ROWS = "residents/admin/rows.html"


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
    template = ROWS
    fields = ["area", "service", "serious_only", "created_at", "ended_at", "ended_reason"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what each row names."""
        return super().get_queryset(request).select_related("area", "service")


class Consents(ReadOnly, ConsentInline):
    """The record of what was agreed to. What they wrote is not shown: it may say anything."""

    model = Consent
    template = ROWS
    fields = ["kind", "source", "at"]


class RevealForm(forms.Form):
    """Why somebody must know the number."""

    reason = forms.CharField(
        label=_("Why you need the number"),
        help_text=_("For example the number of a case. No names and no phone numbers."),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )

    def clean_reason(self) -> str:
        """A sentence that names no number: the record of who looked must not give it away."""
        reason: str = self.cleaned_data["reason"]
        if holds_a_number(reason):
            raise forms.ValidationError(_("Leave phone numbers out of the reason."))
        return reason


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
    change_form_template = "residents/admin/subscriber.html"

    @admin.display(description=_("phone"))
    def phone_masked(self, subscriber: Subscriber) -> str:
        """The number's last two digits."""
        try:
            return masked(subscriber.phone)
        except Undecryptable:
            return gettext("cannot be read with the keys that are configured")

    def get_urls(self) -> list[URLPattern]:
        """With the address that a number is asked for at."""
        reveal = require_http_methods(["GET", "HEAD", "POST"])(self.reveal)
        asked = self.admin_site.admin_view(reveal)
        return [
            path("<int:key>/reveal/", asked, name="residents_subscriber_reveal"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With the way to the number, for those who may."""
        context = {"may_reveal": self._may_reveal(request), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def reveal(self, request: HttpRequest, key: int) -> HttpResponse:
        """Asks why; the number, once, to somebody who said so, on a page that is not kept anywhere."""
        user = request.user
        if not self._may_reveal(request) or not isinstance(user, User):
            raise PermissionDenied
        subscriber = get_object_or_404(Subscriber, pk=key)
        form = RevealForm(request.POST if request.method == "POST" else None)
        phone = unreadable = None
        if form.is_valid():
            try:
                phone = spaced(reveal(subscriber, to=user, reason=form.cleaned_data["reason"]))
            except Undecryptable:
                unreadable = True
        context = {
            **self.admin_site.each_context(request),
            "title": _("Phone number"),
            "opts": self.opts,
            "subscriber": subscriber,
            "form": form,
            "phone": phone,
            "unreadable": unreadable,
        }
        page = TemplateResponse(request, "residents/admin/reveal.html", context)
        page.status_code = 422 if form.errors else 200
        return page

    def _may_reveal(self, request: HttpRequest) -> bool:
        """Whoever may look at subscribers and add to the record of who looked."""
        may_view = self.has_view_permission(request)
        return may_view and request.user.has_perm("residents.add_reveal")


@admin.register(Reveal)
class RevealAdmin(ReadOnly, RevealBase):
    """Who looked at whose number, when and why."""

    list_display = ["at", "by", "subscriber", "reason"]
    list_select_related = ["by", "subscriber"]
    date_hierarchy = "at"
    fields = ["at", "by", "subscriber", "reason"]


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
