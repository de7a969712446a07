"""The admin of what alerts are made of. Alerts and updates themselves are only shown: the console changes them.

Nothing that a published alert or a subscription may name can be deleted; it is made inactive instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from notify.alerts.models import Alert, Area, Correction, Schedule, Service, Template, Update
from notify.alerts.texts_by_language import ServiceTexts, TemplateTexts

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:  # Django's own class takes no type while running
    ModelAdmin = admin.ModelAdmin


KINDS = {"municipality": _("municipality"), "locality": _("locality")}
"""What the kinds of areas are called; a city's own kind that is not listed goes by its name in the data."""


def kind_label(kind: str) -> str:
    """What a kind of area is called."""
    return str(KINDS.get(kind, kind))


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


class KindFilter(admin.SimpleListFilter):
    """Areas of one kind, by the name of it."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The kinds that there are."""
        kinds = Area.objects.order_by("kind").values_list("kind", flat=True).distinct()
        return [(kind, kind_label(kind)) for kind in kinds]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Area]) -> QuerySet[Area]:
        """Those of the kind chosen."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Area)
class AreaAdmin(Kept):
    """Areas, mostly loaded from a city's folder. What others refer to is set once."""

    list_display = ["name", "kind_said", "parent", "population", "active"]
    list_filter = ["active", KindFilter]
    list_select_related = ["parent"]
    search_fields = ["name", "code"]
    fields = ["name", "code", "kind", "parent", "population", "lon", "lat", "outline", "active"]

    @admin.display(description=_("kind"), ordering="kind")
    def kind_said(self, area: Area) -> str:
        """What such an area is called."""
        return kind_label(area.kind)

    def get_readonly_fields(self, request: HttpRequest, obj: Area | None = None) -> list[str]:
        """Code and place in the tree are fixed once others refer to them; outlines come from files."""
        return ["code", "parent", "outline"] if obj else ["outline"]


@admin.register(Service)
class ServiceAdmin(Kept):
    """What can be disrupted."""

    form = ServiceTexts
    list_display = ["__str__", "slug", "category", "position", "active"]
    fields = ["name_sv", "name_en", "slug", "category", "icon", "advice", "position", "active"]

    def get_readonly_fields(self, request: HttpRequest, obj: Service | None = None) -> list[str]:
        """Its short name stands in feed addresses and banners out there."""
        return ["slug"] if obj else []


@admin.register(Template)
class TemplateAdmin(ModelAdmin):
    """What alerts can start from. Nothing refers to a template, so it may go."""

    form = TemplateTexts
    exclude = ["names", "words", "advice"]
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


@admin.register(Schedule)
class ScheduleAdmin(Shown):
    """Who planned to publish what, when, and what became of it, for looking things up."""

    list_display = ["alert", "publish_at", "by", "made_at", "ended_at", "ended_reason"]
    list_filter = ["ended_reason"]
    list_select_related = ["alert", "by"]
    search_fields = ["alert__code"]


@admin.register(Update)
class UpdateAdmin(Shown):
    """What was published, for looking things up."""

    list_display = ["__str__", "message_type", "response_type", "sent", "author"]
    list_select_related = ["alert", "author"]
    search_fields = ["alert__code", "identifier"]
    date_hierarchy = "sent"


@admin.register(Correction)
class CorrectionAdmin(Shown):
    """Who corrected the words of what was published, and when, for looking things up."""

    list_display = ["__str__", "made_at", "author"]
    list_select_related = ["update__alert", "author"]
    search_fields = ["update__alert__code"]
