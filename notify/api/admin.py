"""Keys in the admin: to look at and to revoke. They are made where their secret can be shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notify.api.keys import revoke_keys
from notify.api.models import Key

if TYPE_CHECKING:
    KeyModelAdmin = admin.ModelAdmin[Key]
else:
    # Generic for the type checker only.
    KeyModelAdmin = admin.ModelAdmin


@admin.register(Key)
class KeyAdmin(KeyModelAdmin):
    """Lists keys and revokes them; neither adds, changes nor deletes, so that the story stays."""

    list_display = (
        "name", "prefix", "user", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at",
    )  # fmt: skip
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__username")
    fields = list_display
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: see ``manage.py create_api_key``."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Key | None = None) -> bool:
        """Only to revoke: there is no form to change one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Key | None = None) -> bool:
        """Nobody: a revoked key explains what was published with it."""
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Those whom Django lets change keys."""
        return request.user.has_perm("api.change_key")

    @admin.action(description=_("Revoke the selected keys"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Key]) -> None:
        """End them now."""
        ended = revoke_keys(queryset)
        text = ngettext("%(count)d key revoked.", "%(count)d keys revoked.", ended)
        self.message_user(request, text % {"count": ended}, messages.SUCCESS)
