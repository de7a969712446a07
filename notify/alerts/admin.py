"""The admin of what alerts are made of. Alerts and updates themselves are only shown: the console changes them.

Nothing that a published alert or a subscription may name can be deleted; it is made inactive instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from notify.alerts.models import Alert, Area, Service, Template, Update
from notify.alerts.texts_by_language import ServiceTexts, TemplateTexts

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:  # Django's own class takes no type while running
    ModelAdmin = admin.ModelAdmin


class Kept(ModelAdmin):
    """Never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No: make it inactive."""
        return False


class Shown(Kept):
    """Neither made nor changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False


@admin.register(Area)
class AreaAdmin(Kept):
    """Areas, mostly loaded from a city's folder. What others refer to is set once."""

    list_display = ["name", "kind", "parent", "population", "active"]
    list_filter = ["active", "kind"]
    list_select_related = ["parent"]
    search_fields = ["name", "code"]
    fields = ["name", "code", "kind", "parent", "population", "lon", "lat", "outline", "active"]

    def get_readonly_fields(self, request: HttpRequest, obj: Area | None = None) -> list[str]:
        """Code and place in the tree are fixed once others refer to them; outlines come from files."""
        return ["code", "parent", "outline"] if obj else ["outline"]


@admin.register(Service)
class ServiceAdmin(Kept):
    """What can be disrupted."""

    form = ServiceTexts
    list_display = ["__str__", "slug", "category", "position", "active"]
    fields = ["name_sv", "name_en", "slug", "category", "icon", "position", "active"]

    def get_readonly_fields(self, request: HttpRequest, obj: Service | None = None) -> list[str]:
        """Its short name stands in feed addresses and banners out there."""
        return ["slug"] if obj else []


@admin.register(Template)
class TemplateAdmin(ModelAdmin):
    """What alerts can start from. Nothing refers to a template, so it may go."""

    form = TemplateTexts
    exclude = ["names", "words"]
    list_display = ["__str__", "service", "urgency", "severity"]
    list_filter = ["service"]
    list_select_related = ["service"]


@admin.register(Alert)
class AlertAdmin(Shown):
    """Alerts, for looking things up."""

    list_display = ["__str__", "state", "service", "severity", "published_at", "ended_at"]
    list_filter = ["state", "service"]
    list_select_related = ["service"]
    search_fields = ["code"]


@admin.register(Update)
class UpdateAdmin(Shown):
    """What was published, for looking things up."""

    list_display = ["__str__", "message_type", "response_type", "sent", "author"]
    list_select_related = ["alert", "author"]
    search_fields = ["alert__code", "identifier"]
    date_hierarchy = "sent"
